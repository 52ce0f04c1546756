"""Lectures: the list, the upload of recordings, one lecture with everybody in it, and what a person decides there."""

from website.lectures import by_hand, check_in, marks, planning
from website.lectures.views import blueprint

__all__ = ["blueprint", "by_hand", "check_in", "marks", "planning"]
