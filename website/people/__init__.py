"""People at doors: the wall by last visit, one person's visits, those of nobody known, and one visit."""

from website.people import naming
from website.people.views import blueprint

__all__ = ["blueprint", "naming"]
