"""What people take away: the book as a file or on paper, calendars of lectures; and marks from a list."""

from website.exports import calendars, marks
from website.exports.views import blueprint

__all__ = ["blueprint", "calendars", "marks"]
