"""The sheet on which a head is drawn: face coordinates of every pixel, soft shapes, and layers with their cover."""

import math
from dataclasses import dataclass
from typing import Any, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from demo.looks import DrawnPerson, Pose

Plane = NDArray[np.floating[Any]]
Picture = NDArray[np.floating[Any]]

GRID_PX = 256
HEAD_UNIT = 0.30  # of the sheet's side: half the height of a head
HEAD_MIDDLE = 0.44  # of the sheet's side, from the top
FAR_TURN_RAD = 0.4  # from here on one half of a face hides parts of the other
_DEPTH_STEPS = 40


def soft_step(value: Plane, softness: float) -> Plane:
    """0 where value is well below zero, 1 where it is well above."""
    step: Plane = 1 / (1 + np.exp(np.clip(value / -softness, -40, 40)))
    return step


def over(picture: Picture, colour: Picture | tuple[float, float, float], mask: Plane) -> None:
    """Lay a colour over the picture, in place."""
    seen = mask > 1e-3
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    if not len(rows):
        return
    part = np.s_[
        rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1
    ]  # most features are small: the rest need not be touched
    layer = np.asarray(colour, np.float32)
    picture[part] += ((layer[part] if layer.ndim == 3 else layer) - picture[part]) * mask[part][..., None]


@dataclass(frozen=True)
class Sheet:
    """Where every pixel lies: on the screen, and on the face once the pose is undone (all (size, size), head units)."""

    size_px: int
    screen_x: Plane
    screen_y: Plane
    x: Plane
    y: Plane
    side: Plane  # distance from the middle line of the face

    @classmethod
    def of(cls, person: DrawnPerson, pose: Pose, size_px: int) -> Self:
        """Undo the roll exactly, and yaw and pitch in rounds: depth is known only where the point on the face is."""
        unit = size_px * HEAD_UNIT
        rows, columns = np.mgrid[0:size_px, 0:size_px].astype(np.float32)
        screen_x, screen_y = (columns - size_px / 2) / unit, (rows - size_px * HEAD_MIDDLE) / unit
        cos, sin = math.cos(math.radians(pose.roll_deg)), math.sin(math.radians(pose.roll_deg))
        turned_x = cos * screen_x + sin * screen_y
        turned_y = cos * screen_y - sin * screen_x
        if abs(pose.yaw) > FAR_TURN_RAD:
            x, y = _first_seen(person, pose, turned_x, turned_y)
            return cls(size_px, screen_x, screen_y, x, y, np.abs(x))
        x, y = turned_x, turned_y
        for _ in range(4):
            depth = _depth(person, x, y)
            x = (turned_x - depth * math.sin(pose.yaw)) / math.cos(pose.yaw)
            y = (turned_y - depth * math.sin(pose.pitch)) / math.cos(pose.pitch)
        return cls(size_px, screen_x, screen_y, x, y, np.abs(x))

    @property
    def unit_px(self) -> float:
        return self.size_px * HEAD_UNIT

    def spot(self, at: tuple[float, float], spread: tuple[float, float]) -> Plane:
        """A round blot of height 1."""
        return spot_at(self.x, self.y, at, spread)

    def twins(self, at: tuple[float, float], spread: tuple[float, float]) -> Plane:
        """The same blot on both halves of the face."""
        return self.spot(at, spread) + self.spot((-at[0], at[1]), spread)

    def grain(self, person: DrawnPerson, layer: int, spread: tuple[float, float]) -> Plane:
        """Random texture that belongs to the person, blurred by spread (x, y) in pixels of the standard grid."""
        rng = np.random.Generator(np.random.PCG64((person.seed, 3, layer)))
        noise = rng.normal(0, 1, (GRID_PX, GRID_PX)).astype(np.float32)
        blurred = cv2.GaussianBlur(noise, (0, 0), sigmaX=spread[0], sigmaY=spread[1])
        size = (self.size_px, self.size_px)
        return np.asarray(cv2.resize(blurred, size, interpolation=cv2.INTER_LINEAR), np.float32)


def spot_at(x: Plane, y: Plane, at: tuple[float, float], spread: tuple[float, float]) -> Plane:
    """A Gaussian blot."""
    return np.exp(-(((x - at[0]) / spread[0]) ** 2) - ((y - at[1]) / spread[1]) ** 2)


def skull(person: DrawnPerson, x: Plane, y: Plane) -> Plane:
    """Height of the bare head over the sheet: half an ellipsoid."""
    width = person.head.width
    round_off = 1 - (x / (width * 1.02)) ** 2 * 0.95 - (y / 1.1) ** 2 * 0.8
    return np.sqrt(np.maximum(0, round_off)) * width * 0.95


def _depth(person: DrawnPerson, x: Plane, y: Plane) -> Plane:
    """How far each point is before the axis about which the head turns."""
    nose = spot_at(x, y, (0, 0.14), (person.nose.width * 1.1, 0.2))
    return skull(person, x, y) + person.nose.depth * 1.6 * nose - person.head.width * 0.45


def _first_seen(person: DrawnPerson, pose: Pose, turned_x: Plane, turned_y: Plane) -> tuple[Plane, Plane]:
    """The point of the face that each pixel of a far turned head shows: of several the one nearest to the camera."""
    width = person.head.width
    nearest, farthest = width * 0.5 + person.nose.depth * 1.6, -width * 0.45

    def at(depth: Plane | float) -> tuple[Plane, Plane]:
        x = (turned_x - depth * math.sin(pose.yaw)) / math.cos(pose.yaw)
        return x, (turned_y - depth * math.sin(pose.pitch)) / math.cos(pose.pitch)

    seen = np.full_like(turned_x, farthest)
    before, open_yet = np.zeros_like(turned_x), np.ones(turned_x.shape, bool)
    step = (nearest - farthest) / _DEPTH_STEPS
    for depth in np.linspace(nearest, farthest, _DEPTH_STEPS + 1):
        above = _depth(person, *at(float(depth))) - depth
        hit = open_yet & (above >= 0)
        seen[hit] = depth + step * above[hit] / np.maximum(above[hit] - before[hit], 1e-6)
        open_yet &= ~hit
        before = above
    return at(seen)


class Layers:
    """Colour (premultiplied) and cover of everything drawn so far, from the back to the front."""

    def __init__(self, size_px: int) -> None:
        self.rgb: Picture = np.zeros((size_px, size_px, 3), np.float32)
        self.cover: Plane = np.zeros((size_px, size_px), np.float32)

    def lay(self, colour: Picture | tuple[float, float, float], mask: Plane) -> None:
        over(self.rgb, colour, mask)
        self.cover += (1 - self.cover) * mask
