"""Several requests at once, because each of them mostly waits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from attendance.patience import carried

PARALLEL = 16

T = TypeVar("T")
R = TypeVar("R")


def together(work: Callable[[T], R], items: Sequence[T]) -> list[R]:
    """The results in the order of the items. Raises what the first of them raised."""
    if len(items) < 2:
        return [work(item) for item in items]
    with ThreadPoolExecutor(min(PARALLEL, len(items))) as pool:
        return list(pool.map(carried(work), items))
