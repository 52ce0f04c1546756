"""The users of the site: list, add, change, new password, remove."""

from website.users import tokens
from website.users.views import blueprint

__all__ = ["blueprint", "tokens"]
