"""Lists in memory: their parts by text, and a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from attendance.list_model import Page
from attendance.searchable import searchable

T = TypeVar("T")


def page_of(items: Sequence[T], page: int, size: int) -> Page[T]:
    """One page of an ordered list, counted from 1; a page after the last is empty."""
    page, size = max(1, page), max(1, size)
    first = (page - 1) * size
    return Page(items[first : first + size], page, size, len(items))


def contains(text: str, *words: str) -> bool:
    """Whether the text is part of one of these, compared without case and marks; blanks are part of all."""
    wanted = searchable(text)
    return any(wanted in searchable(one) for one in words)
