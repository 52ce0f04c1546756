"""Hourly attendance: the grid of a day, its download, and the pictures that prove it."""

from website.hourly.views import blueprint

__all__ = ["blueprint"]
