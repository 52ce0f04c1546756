"""Draws a thermal reading: 64 pixels made smooth, in colours of a scale that has degrees."""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from attendance.model import Reading

ROW = 8
_SIDE_PX = 192
_LEAST_SPAN_C = 6.0  # less would show the sensor's noise as warmth
_MOST_TICKS = 6
_COLOURS = 256

# From cool to hot, darker to lighter all the way, so that it also reads without colours.
_STOPS = ((12, 10, 48), (66, 18, 110), (140, 34, 112), (207, 65, 77), (245, 125, 44), (252, 194, 62), (253, 248, 190))


@dataclass(frozen=True, slots=True)
class Tick:
    """A number on the scale, at a part of its height from the top (0 to 1)."""

    words: str
    at: float


@dataclass(frozen=True, slots=True)
class HeatMap:
    """`picture` and `scale` are PNG pictures as data addresses; `hottest` is row and column of the hottest pixel."""

    picture: str
    scale: str
    ticks: Sequence[Tick]
    rows: Sequence[Sequence[float]]
    hottest: tuple[int, int]


def heat_map(reading: Reading) -> HeatMap:
    """The colours reach from the coolest to the hottest pixel, and over six degrees at least."""
    low_c, high_c = scale_of(reading)
    grid = np.asarray(reading.pixels_c, np.float32).reshape(ROW, ROW)
    place = int(np.argmax(grid))
    return HeatMap(
        picture=_png(_smooth(grid), low_c, high_c),
        scale=_png(np.linspace(high_c, low_c, _COLOURS, dtype=np.float32).reshape(-1, 1), low_c, high_c),
        ticks=_ticks(low_c, high_c),
        rows=[[round(float(pixel), 2) for pixel in row] for row in grid],
        hottest=(place // ROW, place % ROW),
    )


def scale_of(reading: Reading) -> tuple[int, int]:
    """Whole degrees at both ends."""
    low_c, high_c = math.floor(reading.coolest_c), math.ceil(reading.hottest_c)
    missing = _LEAST_SPAN_C - (high_c - low_c)
    if missing > 0:
        low_c, high_c = math.floor(low_c - missing / 2), math.ceil(high_c + missing / 2)
    return low_c, high_c


def _smooth(grid: np.ndarray) -> np.ndarray:
    """Bicubic between the centres of pixels. It may overshoot them, which the colours then cut off."""
    picture = Image.fromarray(grid).resize((_SIDE_PX, _SIDE_PX), Image.Resampling.BICUBIC)
    return np.asarray(picture, np.float32)


def _png(temperatures_c: np.ndarray, low_c: float, high_c: float) -> str:
    share = np.clip((temperatures_c - low_c) / (high_c - low_c), 0.0, 1.0)
    picture = Image.fromarray(np.round(share * (_COLOURS - 1)).astype(np.uint8))
    picture.putpalette(_palette())
    stream = io.BytesIO()
    picture.save(stream, "PNG", optimize=False)
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode()


def _palette() -> bytes:
    at = np.linspace(0.0, 1.0, _COLOURS)
    stops = np.linspace(0.0, 1.0, len(_STOPS))
    channels = [np.interp(at, stops, [stop[channel] for stop in _STOPS]) for channel in range(3)]
    return np.round(np.stack(channels, axis=1)).astype(np.uint8).tobytes()


def _ticks(low_c: int, high_c: int) -> list[Tick]:
    step = next(step for step in (1, 2, 5, 10, 20, 50) if (high_c - low_c) / step <= _MOST_TICKS)
    first = math.ceil(low_c / step) * step
    return [Tick(f"{c} °C", (high_c - c) / (high_c - low_c)) for c in range(first, high_c + 1, step)]
