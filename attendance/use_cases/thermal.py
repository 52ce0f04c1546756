"""Estimate the temperature of skin from the 64 pixels of a thermal sensor. A screening; never a diagnosis.

The AMG8833 measures each pixel within 2.5 degrees, in steps of 0.25 (Panasonic, Grid-EYE data sheet). A pixel sees 7.5
degrees of angle, 13 cm at one metre: a head fills about four of them there, and a pixel that it fills in part shows a
mean of skin and wall. So the estimate takes four warm pixels that touch, and nothing where there are fewer; farther
away it would be too low. What skin shows lies some degrees below the body's inside and differs with weather and rest.
"""

from __future__ import annotations

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
    """The mean of the hottest patch of four pixels that touch by their sides; None where there is none.

    Pixels count that are warmer than the room, taken as the median of all. The patch begins at the hottest pixel and
    takes the hottest neighbour, again and again; where it finds too few, the next hottest pixel begins.
    """
    room_c = median(pixels_c)
    warm = {
        place: pixel
        for place, pixel in enumerate(pixels_c)
        if pixel >= room_c + ABOVE_ROOM_C and COOLEST_SKIN_C <= pixel <= HOTTEST_SKIN_C
    }
    patches = [_patch_from(start, warm) for start in sorted(warm, key=lambda place: -warm[place])]
    means = [sum(warm[place] for place in patch) / PATCH for patch in patches if len(patch) == PATCH]
    return max(means, default=None)


def _patch_from(start: int, warm: dict[int, float]) -> set[int]:
    patch, edge = {start}, _beside(start) & warm.keys()
    while edge and len(patch) < PATCH:
        hottest = max(edge, key=lambda place: (warm[place], -place))
        patch.add(hottest)
        edge = (edge | (_beside(hottest) & warm.keys())) - patch
    return patch


def _beside(place: int) -> set[int]:
    row, column = divmod(place, ROW)
    places = {
        (row - 1) * ROW + column: row > 0,
        (row + 1) * ROW + column: row < ROW - 1,
        place - 1: column > 0,
        place + 1: column < ROW - 1,
    }
    return {near for near, is_there in places.items() if is_there and 0 <= near < PIXELS}
