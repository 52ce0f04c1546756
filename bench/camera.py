"""What light and camera do to the drawn room: lamps, a projector, a lens that hunts for its focus, a sensor's grain."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.planes import Look, Planes
from bench.room import SLIDES

SLIDE_S = 23.0
_FLICKER: tuple[float, ...] = tuple(np.random.Generator(np.random.PCG64(23)).uniform(-0.035, 0.035, SLIDES).tolist())
_UNIT_GAIN = 128  # of the light's fields, so that a factor fits a byte
_GRAIN = 3.2  # standard deviation in grey values, as a phone or webcam has in a room
_COLOUR_GRAIN = 1.6
_MOST_SHIFT_PX = 96
_PASSES_EVERY_S, _PASS_S, _FIRST_PASS_S = 97.0, 8.0, 31.0

Grain = tuple[NDArray[np.uint8], NDArray[np.uint8]]


class Camera:
    """One camera for one film; its grain depends on nothing but the number of the frame."""

    def __init__(self, size: tuple[int, int], seconds: float) -> None:
        self._size, self._seconds = size, seconds
        width, height = size
        dim = cv2.resize(np.array([[0.45, 0.85]], np.float32), size, interpolation=cv2.INTER_LINEAR)
        self._lamp_off = np.round(_UNIT_GAIN * dim).astype(np.uint8)
        self._grain = _grain((width, height), _GRAIN, 29)
        self._colour_grain = _grain((width // 2, height // 2), _COLOUR_GRAIN, 31)

    def take(self, scene: Planes, number: int, second: float) -> Planes:
        """The scene as the camera has it in this frame."""
        y, u, v = scene.y, scene.u, scene.v
        gain = _gain(second, self._seconds)
        if self._is_lamp_off(second):
            y = np.asarray(cv2.multiply(y, self._lamp_off, scale=gain / _UNIT_GAIN), np.uint8)
            u, v = (np.asarray(cv2.convertScaleAbs(plane, alpha=0.65, beta=0.35 * 128), np.uint8) for plane in (u, v))
        else:
            y = np.asarray(cv2.convertScaleAbs(y, alpha=gain), np.uint8)
        blur_px = self._out_of_focus_px(second)
        if blur_px:
            y = np.asarray(cv2.GaussianBlur(y, (0, 0), blur_px), np.uint8)
        rng = np.random.Generator(np.random.PCG64((number, 37)))
        return Planes(
            _grained(y, self._grain, rng), _grained(u, self._colour_grain, rng), _grained(v, self._colour_grain, rng)
        )

    def _is_lamp_off(self, second: float) -> bool:
        """Half of the hall is darker for a minute, or for a tenth of a shorter film."""
        begins = 0.4 * self._seconds
        return begins <= second < begins + min(60.0, 0.1 * self._seconds)

    def _out_of_focus_px(self, second: float) -> float:
        """Twice a film the lens hunts for some seconds."""
        for part, most in ((0.2, 1.7), (0.72, 2.6)):
            lasts = min(15.0, 0.03 * self._seconds)
            through = (second - part * self._seconds) / lasts
            if 0 < through < 1:
                return most * math.sin(math.pi * through) * self._size[1] / 1080 + 0.01
        return 0.0


def slide_at(second: float) -> int:
    """Which slide is on the screen."""
    return int(second / SLIDE_S)


class Teacher:
    """Walks past before the front row now and then, with the back to the camera, and hides faces for a moment."""

    def __init__(self, size: tuple[int, int]) -> None:
        self._size = size
        side = round(0.26 * size[1]) * 2
        premultiplied, cover = np.zeros((side, side, 3), np.uint8), np.zeros((side, side), np.uint8)
        for colour, middle, axes in (
            ((58, 50, 46), (0.5, 1.0), (0.38, 0.62)),
            ((120, 150, 190), (0.5, 0.36), (0.09, 0.12)),
            ((40, 44, 52), (0.5, 0.22), (0.14, 0.18)),
        ):
            ellipse = ([round(c * side) for c in middle], [round(c * side) for c in axes])
            cv2.ellipse(premultiplied, *ellipse, 0, 0, 360, colour, -1)
            cv2.ellipse(cover, *ellipse, 0, 0, 360, 255, -1)
        self.look = Look.of(premultiplied, cover)
        self._side = side

    def placed(self, second: float) -> NDArray[np.float64] | None:
        """Where the figure stands, (2, 3) from its own points to the picture's; None while out of the picture."""
        passes, within = divmod(second - _FIRST_PASS_S, _PASSES_EVERY_S)
        if passes < 0 or within >= _PASS_S:
            return None
        along = within / _PASS_S if passes % 2 else 1 - within / _PASS_S
        left = along * (self._size[0] + self._side) - self._side
        return np.array([[1.0, 0, left], [0, 1.0, self._size[1] - self._side + 6 * math.sin(5 * second)]])

    def hides(self, x: float, y: float, second: float) -> bool:
        """Whether the figure is before this point of the picture."""
        placed = self.placed(second)
        if placed is None:
            return False
        across, down = (x - placed[0, 2]) / self._side, (y - placed[1, 2]) / self._side
        return bool(0.1 < across < 0.9 and down > 0.0)


def _gain(second: float, seconds: float) -> float:
    """A cloud before the sun, the projector's light, the mains, and an exposure that is never quite settled."""
    cloud = 0.05 * math.sin(2 * math.pi * second / max(60.0, seconds / 4))
    mains = 0.008 * math.sin(2 * math.pi * 3.3 * second)
    return 1.0 + cloud + _FLICKER[slide_at(second) % SLIDES] + mains


def _grain(size: tuple[int, int], deviation: float, seed: int) -> Grain:
    """What the grain adds and what it takes, larger than the picture: each frame uses another part of it."""
    shape = (size[1] + _MOST_SHIFT_PX, size[0] + _MOST_SHIFT_PX)
    noise = np.round(np.random.Generator(np.random.PCG64(seed)).normal(0, deviation, shape))
    return np.clip(noise, 0, 255).astype(np.uint8), np.clip(-noise, 0, 255).astype(np.uint8)


def _grained(plane: NDArray[np.uint8], grain: Grain, rng: np.random.Generator) -> NDArray[np.uint8]:
    down, along = rng.integers(0, _MOST_SHIFT_PX, 2)
    part = np.s_[down : down + plane.shape[0], along : along + plane.shape[1]]
    return np.asarray(cv2.subtract(cv2.add(plane, grain[0][part]), grain[1][part]), np.uint8)
