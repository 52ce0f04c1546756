"""The users of the site: list, add, change, new password, remove."""

from website.users.views import blueprint

__all__ = ["blueprint"]
