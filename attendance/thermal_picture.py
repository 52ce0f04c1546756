"""Draws a thermal reading: 64 pixels made smooth, in colours of a scale that has degrees.

By Pillow alone: the functions in Lambda have no numpy.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator

from PIL import Image

from attendance.model import Reading

ROW = 8
_SIDE_PX = 192
_LEAST_SPAN_C = 6.0  # less would show the sensor's noise as warmth
_COLOURS = 256

# From cool to hot, darker to lighter all the way, so that it also reads without colours.
_STOPS = ((12, 10, 48), (66, 18, 110), (140, 34, 112), (207, 65, 77), (245, 125, 44), (252, 194, 62), (253, 248, 190))


def thermal_png(reading: Reading, scale_c: tuple[float, float] | None = None) -> bytes:
    """The colours reach over this scale, else from the coolest to the hottest pixel, and over six degrees at least."""
    low_c, high_c = scale_c or scale_of(reading)
    grid = Image.new("F", (ROW, ROW))
    grid.putdata(reading.pixels_c)
    # Between the centres of pixels. It may overshoot them, which the colours then cut off.
    smooth = grid.resize((_SIDE_PX, _SIDE_PX), Image.Resampling.BICUBIC)
    steps = (_COLOURS - 1) / (high_c - low_c)
    numbers = smooth.point(lambda c: c * steps + (0.5 - low_c * steps))
    return _png(numbers.convert("L"))  # which cuts off what is behind the point


def scale_png(reading: Reading) -> bytes:
    """Its colours from the hottest down."""
    picture = Image.new("L", (1, _COLOURS))
    picture.putdata(range(_COLOURS - 1, -1, -1))
    return _png(picture)


def scale_of(reading: Reading) -> tuple[int, int]:
    """Whole degrees at both ends."""
    low_c, high_c = math.floor(reading.coolest_c), math.ceil(reading.hottest_c)
    missing = _LEAST_SPAN_C - (high_c - low_c)
    if missing > 0:
        low_c, high_c = math.floor(low_c - missing / 2), math.ceil(high_c + missing / 2)
    return low_c, high_c


def _png(picture: Image.Image) -> bytes:
    """The numbers of colours as a picture in them."""
    picture.putpalette(bytes(_palette()))
    stream = io.BytesIO()
    picture.save(stream, "PNG", optimize=False)
    return stream.getvalue()


def _palette() -> Iterator[int]:
    """Red, green and blue of each colour, in equal steps from stop to stop."""
    for number in range(_COLOURS):
        at = number * (len(_STOPS) - 1) / (_COLOURS - 1)
        stop = min(int(at), len(_STOPS) - 2)
        for before, after in zip(_STOPS[stop], _STOPS[stop + 1], strict=True):
            yield round(before + (after - before) * (at - stop))
