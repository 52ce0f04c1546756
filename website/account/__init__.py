"""The own account: name, time zone, password, where one is signed in, and tokens for programs."""

from website.account import passkeys, sessions, tokens
from website.account.views import blueprint

__all__ = ["blueprint", "passkeys", "sessions", "tokens"]
