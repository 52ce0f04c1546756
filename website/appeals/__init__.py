"""Objections and excuses: where students write them, what they sent, and what a teacher answers."""

from website.appeals import answering
from website.appeals.views import blueprint

__all__ = ["answering", "blueprint"]
