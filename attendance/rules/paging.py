"""How a list is cut into pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from attendance.model import Page

T = TypeVar("T")


def page_of(items: Sequence[T], page: int, size: int) -> Page[T]:
    """One page of an ordered list, counted from 1; a page after the last is empty, and none is before the first."""
    page, size = max(1, page), max(1, size)
    first = (page - 1) * size
    return Page(items[first : first + size], page, size, len(items))


def all_items(read: Callable[[int], Page[T]]) -> Iterator[T]:
    """Of a list that is read page by page; no page is read before its items are wanted."""
    number, page = 1, read(1)
    yield from page.items
    while number < page.pages:
        number += 1
        page = read(number)
        yield from page.items
