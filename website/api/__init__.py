"""What a signed-in person's programs and pages ask under /api/v1: uploads of recordings, and how far a search is."""

from __future__ import annotations

from website.api import recordings, uploads
from website.api.blueprint import blueprint

__all__ = ["blueprint", "recordings", "uploads"]
