"""What an address says after the question mark, read so that no nonsense in it breaks a page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

_LAST_PAGE = 1_000_000


def page_number(args: Mapping[str, str]) -> int:
    """The page asked for, or the first where that is no page."""
    text = args.get("page", "")
    return min(max(int(text), 1), _LAST_PAGE) if text.isascii() and text.isdigit() and len(text) <= 9 else 1


def date_or_none(text: str) -> date | None:
    """The date of `YYYY-MM-DD`, or None where it is none."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def whole_number(args: Mapping[str, str], name: str) -> int:
    """A number from 0 on, or 0 where it is none."""
    text = args.get(name, "")
    return min(int(text), _LAST_PAGE) if text.isascii() and text.isdigit() and len(text) <= 9 else 0
