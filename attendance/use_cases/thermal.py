"""Estimate the temperature of skin from the 64 pixels of a thermal sensor. A screening; never a diagnosis.

The AMG8833 measures each pixel within 2.5 degrees, in steps of 0.25 (Panasonic, Grid-EYE data sheet). A pixel sees 7.5
degrees of angle, 13 cm at one metre: a head fills about four of them there, and a pixel that it fills in part shows a
mean of skin and wall. So the estimate takes four warm pixels that touch, and nothing where there are fewer; farther
away it would be too low. What skin shows lies some degrees below the body's inside and differs with weather and rest.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

from attendance.device_model import PIXELS

ROW = 8
PATCH = 4
"""So many pixels make an estimate."""

ABOVE_ROOM_C = 3.0
"""Warmer than the room by so much is somebody: the sensor's noise is far below, and bare skin in a room far above."""

COOLEST_SKIN_C, HOTTEST_SKIN_C = 28.0, 45.0
"""What is hotter is a lamp or a kettle: living skin takes harm from 45 degrees on."""


def skin_estimate(pixels_c: Sequence[float]) -> float | None:
    """The highest mean of four pixels that touch by their sides; None where there are none.

    Pixels count that are warmer than the room, taken as the median of all, and as warm as skin can be.
    """
    least_c = max(median(pixels_c) + ABOVE_ROOM_C, COOLEST_SKIN_C)
    warm = [pixel if least_c <= pixel <= HOTTEST_SKIN_C else -math.inf for pixel in pixels_c]
    if warm.count(-math.inf) > PIXELS - PATCH:
        return None
    hottest = max(warm[a] + warm[b] + warm[c] + warm[d] for a, b, c, d in _PATCHES)
    return hottest / PATCH if hottest > -math.inf else None


def _patches() -> list[tuple[int, ...]]:
    """All ways to choose four of the 64 places that touch by their sides: there are 801."""
    grown = {frozenset({place}) for place in range(PIXELS)}
    for _ in range(PATCH - 1):
        grown = {patch | {near} for patch in grown for place in patch for near in _beside(place) - patch}
    return [tuple(sorted(patch)) for patch in grown]


def _beside(place: int) -> set[int]:
    row, column = divmod(place, ROW)
    beside = {(row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)}
    return {near * ROW + across for near, across in beside if 0 <= near < ROW and 0 <= across < ROW}


_PATCHES = _patches()
