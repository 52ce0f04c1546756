"""Whether somebody is in front of the thermal sensor: a region clearly warmer than the rest of what it sees."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

SIDE = 8


def warm_pixels(pixels_c: Sequence[float], rise_c: float) -> int:
    """How many pixels the largest region has, side by side, that is so much warmer than the middle of all 64.

    Compared with the room rather than with a fixed temperature, because the sensor is off by up to 2.5 C as a whole.
    """
    line_c = median(pixels_c) + rise_c
    left = {place for place, value in enumerate(pixels_c) if value >= line_c}
    largest = 0
    while left:
        largest = max(largest, _take_region(left, left.pop()))
    return largest


def _take_region(left: set[int], first: int) -> int:
    region, size = [first], 0
    while region:
        place = region.pop()
        size += 1
        near = {one for one in _neighbours(place) if one in left}
        left -= near
        region.extend(near)
    return size


def _neighbours(place: int) -> list[int]:
    row, column = divmod(place, SIDE)
    around = [(row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)]
    return [r * SIDE + c for r, c in around if 0 <= r < SIDE and 0 <= c < SIDE]


class Visits:
    """Says once that somebody came, not at every reading while they stay."""

    def __init__(self, rise_c: float, least_pixels: int, again_after_s: float) -> None:
        self._rise_c, self._least, self._again_after_s = rise_c, least_pixels, again_after_s
        self._is_there = False
        self._last_s: float | None = None

    @property
    def is_there(self) -> bool:
        """Whether they who came have not left yet."""
        return self._is_there

    def began(self, pixels_c: Sequence[float], at_s: float) -> bool:
        """Whether somebody came with this reading. A little cooling does not make them leave."""
        rise_c = self._rise_c * 0.75 if self._is_there else self._rise_c
        was_there, self._is_there = self._is_there, warm_pixels(pixels_c, rise_c) >= self._least
        if not self._is_there or was_there:
            return False
        if self._last_s is not None and at_s - self._last_s < self._again_after_s:
            return False
        self._last_s = at_s
        return True
