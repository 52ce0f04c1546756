"""A cool room in which a warm head goes to and fro, as an AMG8833 would see it.

The numbers are the data sheet's: 60 degrees for 8 pixels, noise (NETD) of 0.16 C at ten frames a second and 0.05 C at
one, accuracy of +-2.5 C, which is an offset of the whole sensor rather than noise.
"""

from __future__ import annotations

import math
import random

from device_uploader.sources import Warmth

NOISE_C = {10: 0.16, 1: 0.05}
SIDE = 8


class WarmRoom:
    """Somebody comes in every minute, stays for twenty seconds, and leaves; `seed` decides the sensor's own error."""

    def __init__(self, room_c: float = 21.0, skin_c: float = 33.5, seed: int = 0, most_error_c: float = 2.5) -> None:
        self._random = random.Random(seed)  # noqa: S311 - noise, not a secret
        self._room_c, self._skin_c = room_c, skin_c
        self.error_c = self._random.uniform(-most_error_c, most_error_c)

    def seen(self, at_s: float, frames_per_s: int) -> Warmth:
        """64 pixels and the thermistor, which is a little warmer than the room."""
        noise_c = NOISE_C[frames_per_s]
        head = head_at(at_s)
        pixels = [
            self._room_c
            + (self._skin_c - self._room_c) * (covered(row, column, head) if head else 0.0)
            + self.error_c
            + self._random.gauss(0.0, noise_c)
            for row in range(SIDE)
            for column in range(SIDE)
        ]
        return Warmth(tuple(pixels), self._room_c + 2.0 + self._random.gauss(0.0, 0.03))


def head_at(at_s: float) -> tuple[float, float] | None:
    """The middle of the head, in rows and columns of pixels; None while nobody is there."""
    second = at_s % 60.0
    if second >= 20.0:
        return None
    return 3.5 + 0.5 * math.sin(at_s), -1.0 + second / 20.0 * (SIDE + 1)


def covered(row: int, column: int, head: tuple[float, float]) -> float:
    """How much of a pixel the head fills, 0..1: a head at a door is two to three pixels wide, soft at its rim."""
    distance = math.hypot(row - head[0], column - head[1])
    return min(1.0, max(0.0, 1.9 - distance))
