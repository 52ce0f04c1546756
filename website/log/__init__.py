"""The attendance log: for teachers with filters and downloads, for students their own."""

from website.log.views import blueprint

__all__ = ["blueprint"]
