"""The own account: name, time zone, password, and where one is signed in."""

from website.account import sessions
from website.account.views import blueprint

__all__ = ["blueprint", "sessions"]
