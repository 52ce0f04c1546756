"""Sign in, sign out, and the page that makes the first admin."""

from website.auth import by_link, joining, sign_on
from website.auth.views import blueprint

__all__ = ["blueprint", "by_link", "joining", "sign_on"]
