"""Sign in, sign out, and the page that makes the first admin."""

from website.auth import joining
from website.auth.views import blueprint

__all__ = ["blueprint", "joining"]
