"""Courses: the list, one course with its roster, and what an admin changes about them."""

from website.courses import roster
from website.courses.views import blueprint

__all__ = ["blueprint", "roster"]
