"""Draws the empty lecture hall that the bench films: rising rows of desks, a back wall with windows and a screen."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from bench.planes import Planes
from bench.seating import Row, rows_of
from demo.drawn_people import BGRImage

SLIDES = 7
_WALL_TOP, _WALL_BOTTOM = (196, 206, 212), (150, 164, 172)
_FRAME, _SKY, _HILL = (226, 230, 232), (240, 222, 190), (146, 178, 152)
_DESK_TOP, _DESK_FRONT, _DESK_EDGE = (128, 164, 194), (88, 118, 148), (62, 86, 112)
_LAPTOP, _LID, _PAPER = (70, 66, 62), (148, 144, 140), (232, 236, 236)
_SLIDE_INK = ((70, 60, 50), (140, 70, 40), (50, 60, 160))


class Room:
    """The hall at one size, drawn once; `wall` is all behind the last row, `desks` all rows without people."""

    def __init__(self, size: tuple[int, int], people: int) -> None:
        self.rows = rows_of(size, people)
        wall = _draw_wall(size, self.rows[-1].desk_y)
        self.wall = Planes.of(wall)
        self.desks = Planes.of(_draw_desks(wall, self.rows))
        self._slides = [_draw_slide(size, number) for number in range(SLIDES)]
        width, height = size
        self._screen = (round(width * 0.20) * 2, round(height * 0.006) * 2)

    def show_slide(self, picture: Planes, number: int) -> None:
        """Put a slide on the screen of the back wall, in place."""
        slide = self._slides[number % SLIDES]
        left, top = self._screen
        height, width = slide.y.shape
        picture.y[top : top + height, left : left + width] = slide.y
        half = np.s_[top // 2 : (top + height) // 2, left // 2 : (left + width) // 2]
        picture.u[half], picture.v[half] = slide.u, slide.v


@lru_cache(maxsize=2)
def room(size: tuple[int, int], people: int) -> Room:
    """The hall of this size for so many; drawn once a process."""
    return Room(size, people)


def _draw_wall(size: tuple[int, int], floor_y: int) -> BGRImage:
    wall = _gradient(_WALL_TOP, _WALL_BOTTOM, size)
    width, height = size
    for left in (0.03, 0.69):
        _draw_window(wall, round(left * width), round(0.02 * height), (round(0.28 * width), round(0.115 * height)))
    cv2.line(wall, (0, floor_y - height // 14), (width, floor_y - height // 14), _FRAME, max(1, height // 270))
    grain = np.random.Generator(np.random.PCG64(3)).normal(0, 2.5, (height, width, 1))
    plaster = cv2.GaussianBlur(grain, (0, 0), 1.2)[..., None] * 2  # a wall is not one colour
    return np.asarray(np.clip(wall + plaster, 0, 255), np.uint8)


def _gradient(top: tuple[float, ...], bottom: tuple[float, ...], size: tuple[int, int]) -> BGRImage:
    both = np.array([[top], [bottom]], np.float32)
    return cv2.resize(both, size, interpolation=cv2.INTER_LINEAR).astype(np.uint8)


def _draw_window(wall: BGRImage, left: int, top: int, size: tuple[int, int]) -> None:
    width, height = size
    view = _gradient(_SKY, tuple(c * 0.9 for c in _SKY), size)
    cv2.ellipse(view, (width // 3, height), (width // 2, height // 3), 0, 0, 360, _HILL, -1, cv2.LINE_AA)
    thick = max(1, height // 18)
    cv2.rectangle(view, (0, 0), (width, height), _FRAME, 2 * thick)
    cv2.line(view, (width // 2, 0), (width // 2, height), _FRAME, thick)
    wall[top : top + height, left : left + width] = view


def _draw_desks(wall: BGRImage, rows: tuple[Row, ...]) -> BGRImage:
    image = wall.copy()
    for row in reversed(rows):
        depth = row.end_y - row.desk_y
        surface = row.desk_y + max(2, depth // 5)
        width = image.shape[1]
        image[row.desk_y : surface] = _DESK_TOP
        image[surface : row.end_y] = _gradient(
            _DESK_FRONT, tuple(c * 0.55 for c in _DESK_FRONT), (width, row.end_y - surface)
        )
        cv2.line(image, (0, surface), (width, surface), _DESK_EDGE, max(1, depth // 30))
        for number, seat in enumerate(row.seats):
            _draw_things(image, round(seat.x), row.desk_y, round(seat.face_px), laptop=number % 3 == 1)
    return image


def _draw_things(image: BGRImage, x: int, y: int, face_px: int, *, laptop: bool) -> None:
    """A laptop or some paper before a seat, no higher than the desk's edge: heads behind it stay free."""
    half, high = face_px // 2, max(2, face_px // 4)
    if laptop:
        cv2.rectangle(image, (x - half, y + 1), (x + half, y + high), _LID, -1)
        cv2.rectangle(image, (x - half, y + 1), (x + half, y + high), _LAPTOP, max(1, face_px // 40))
        return
    sheet = [(x - half, y + high), (x + half // 2, y + high), (x + half // 3, y + 1), (x - half // 2, y + 1)]
    cv2.fillConvexPoly(image, np.array(sheet), _PAPER, cv2.LINE_AA)


def _draw_slide(size: tuple[int, int], number: int) -> Planes:
    """A slide of headline, lines and a diagram."""
    rng = np.random.Generator(np.random.PCG64((number, 19)))
    width, height = round(size[0] * 0.10) * 2, round(size[1] * 0.058) * 2
    slide = np.full((height, width, 3), 236, np.uint8)
    thick = max(1, height // 30)
    slide[: height // 6] = _SLIDE_INK[number % 3]
    for line in range(5):
        y = height // 3 + line * height // 8
        cv2.line(
            slide, (width // 16, y), (width // 16 + int(rng.integers(width // 5, width // 2)), y), (90, 90, 90), thick
        )
    points = np.stack([np.linspace(0.6, 0.95, 6) * width, rng.uniform(0.3, 0.9, 6) * height], 1).astype(np.int32)
    cv2.polylines(slide, [points], False, _SLIDE_INK[(number + 1) % 3], 2 * thick, cv2.LINE_AA)
    return Planes.of(slide)
