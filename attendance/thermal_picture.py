"""Draws a thermal reading: 64 pixels made smooth, in colours of a scale that has degrees."""

from __future__ import annotations

import io
import math

import numpy as np
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
    return png(_smooth(np.asarray(reading.pixels_c, np.float32).reshape(ROW, ROW)), low_c, high_c)


def scale_png(reading: Reading) -> bytes:
    """Its colours from the hottest down."""
    low_c, high_c = scale_of(reading)
    return png(np.linspace(high_c, low_c, _COLOURS, dtype=np.float32).reshape(-1, 1), low_c, high_c)


def scale_of(reading: Reading) -> tuple[int, int]:
    """Whole degrees at both ends."""
    low_c, high_c = math.floor(reading.coolest_c), math.ceil(reading.hottest_c)
    missing = _LEAST_SPAN_C - (high_c - low_c)
    if missing > 0:
        low_c, high_c = math.floor(low_c - missing / 2), math.ceil(high_c + missing / 2)
    return low_c, high_c


def png(temperatures_c: np.ndarray, low_c: float, high_c: float) -> bytes:
    """Temperatures as a picture in the colours of this scale."""
    share = np.clip((temperatures_c - low_c) / (high_c - low_c), 0.0, 1.0)
    picture = Image.fromarray(np.round(share * (_COLOURS - 1)).astype(np.uint8))
    picture.putpalette(_palette())
    stream = io.BytesIO()
    picture.save(stream, "PNG", optimize=False)
    return stream.getvalue()


def _smooth(grid: np.ndarray) -> np.ndarray:
    """Bicubic between the centres of pixels. It may overshoot them, which the colours then cut off."""
    picture = Image.fromarray(grid).resize((_SIDE_PX, _SIDE_PX), Image.Resampling.BICUBIC)
    return np.asarray(picture, np.float32)


def _palette() -> bytes:
    at = np.linspace(0.0, 1.0, _COLOURS)
    stops = np.linspace(0.0, 1.0, len(_STOPS))
    channels = [np.interp(at, stops, [stop[channel] for stop in _STOPS]) for channel in range(3)]
    return np.round(np.stack(channels, axis=1)).astype(np.uint8).tobytes()
