"""The own account: name, time zone, password, PIN, where one is signed in, and tokens for programs."""

from website.account import face, passkeys, pin, sessions, tokens
from website.account.views import blueprint

__all__ = ["blueprint", "face", "passkeys", "pin", "sessions", "tokens"]
