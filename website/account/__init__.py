"""The own account: name, time zone, password."""

from website.account.views import blueprint

__all__ = ["blueprint"]
