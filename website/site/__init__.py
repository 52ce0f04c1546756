"""What admins choose for the whole site."""

from website.site.views import blueprint

__all__ = ["blueprint"]
