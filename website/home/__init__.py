"""The start page, and whether the site is well."""

from website.home.views import blueprint

__all__ = ["blueprint"]
