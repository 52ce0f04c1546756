"""Pages of a list never overlap, and nonsense in an address asks for a page that is there or for none."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from attendance.model import Page
from attendance.rules.paging import all_items, page_of


@pytest.mark.parametrize(("number", "items"), [(1, "ab"), (2, "cd"), (3, "e"), (4, ""), (0, "ab"), (-3, "ab")])
def test_a_page_is_its_part_of_the_list(number: int, items: Sequence[str]) -> None:
    assert page_of("abcde", number, 2) == Page(items, max(1, number), 2, 5)


def test_a_page_holds_one_item_at_least() -> None:
    assert page_of("abcde", 2, 0) == Page("b", 2, 1, 5)


def test_all_items_are_read_page_by_page_and_no_page_before_it_is_wanted() -> None:
    asked: list[int] = []

    def read(number: int) -> Page[int]:
        asked.append(number)
        return page_of(range(5), number, 2)

    items = all_items(read)
    assert [next(items), next(items)] == [0, 1]
    assert asked == [1]
    assert list(items) == [2, 3, 4]
    assert asked == [1, 2, 3]
    assert list(all_items(lambda number: page_of([], number, 2))) == []
