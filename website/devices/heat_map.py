"""A thermal reading as the pages show it: the drawn picture, its scale with degrees, and the numbers."""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence
from dataclasses import dataclass

from attendance.model import Reading
from attendance.thermal_picture import ROW, scale_of, scale_png, thermal_png

_MOST_TICKS = 6


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
    pixels = reading.pixels_c
    place = max(range(len(pixels)), key=pixels.__getitem__)
    return HeatMap(
        picture=_address(thermal_png(reading)),
        scale=_address(scale_png(reading)),
        ticks=_ticks(*scale_of(reading)),
        rows=[[round(pixel, 2) for pixel in pixels[at : at + ROW]] for at in range(0, len(pixels), ROW)],
        hottest=divmod(place, ROW),
    )


def _address(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode()


def _ticks(low_c: int, high_c: int) -> list[Tick]:
    step = next(step for step in (1, 2, 5, 10, 20, 50) if (high_c - low_c) / step <= _MOST_TICKS)
    first = math.ceil(low_c / step) * step
    return [Tick(f"{c} °C", (high_c - c) / (high_c - low_c)) for c in range(first, high_c + 1, step)]
