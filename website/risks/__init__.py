"""Who is at risk, in a course and in all, and the rules that say so."""

from website.risks.views import blueprint

__all__ = ["blueprint"]
