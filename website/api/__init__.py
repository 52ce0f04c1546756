"""What a signed-in person's programs and pages ask under /api/v1: uploads of recordings, how far a search is,
and visits at doors."""

from __future__ import annotations

from website.api import recordings, uploads, visits
from website.api.blueprint import blueprint

__all__ = ["blueprint", "recordings", "uploads", "visits"]
