"""The unknown people of a course: who they may be, and what a person says of them."""

from website.unknowns import decisions
from website.unknowns.views import blueprint

__all__ = ["blueprint", "decisions"]
