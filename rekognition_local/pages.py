"""Cuts a list into pages by places that stay while others are added and removed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from rekognition_local.tokens import Tokens

USUAL_PAGE = 1000

Item = TypeVar("Item")


def page(
    items: Sequence[Item],
    place: Callable[[Item], int],
    asked: Mapping[str, Any],
    tokens: Tokens,
    of: Sequence[Any],
) -> tuple[list[Item], dict[str, str]]:
    """The items that a request asks for, and the answer's NextToken where there are more.

    Parameters
    ----------
    items
        In the order of their places.
    of
        What the list is of; a token of another list is refused.

    Raises
    ------
    ServiceError
        InvalidPaginationTokenException.
    """
    begin = tokens.start(of, asked)
    left = [item for item in items if place(item) >= begin]
    # The model permits 0; a page of nothing would never end.
    size = asked.get("MaxResults") or USUAL_PAGE
    if len(left) <= size:
        return left, {}
    return left[:size], {"NextToken": tokens.make(of, place(left[size]))}
