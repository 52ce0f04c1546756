"""The one form in which every store compares and sorts words."""

from __future__ import annotations

import unicodedata


def folded(words: str) -> str:
    """Without case, and composed."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", words).casefold())
