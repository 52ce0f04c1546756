"""Learning platforms by LTI 1.3: where people come in from them, where admins register them, and a course's page."""

from website.platforms import courses, entering, registering
from website.platforms.blueprint import blueprint

__all__ = ["blueprint", "courses", "entering", "registering"]
