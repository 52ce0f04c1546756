"""Courses: the list, the book and the roster of one, and what an admin changes about them."""

from website.courses import book, roster, statuses
from website.courses.views import blueprint

__all__ = ["blueprint", "book", "roster", "statuses"]
