"""Draws the classroom as a camera beside the board sees it: two rows of desks with people, a wall with windows."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from demo.drawn_people import BGRImage, CutOut

# The room is laid out for 1280 x 720 pixels and scaled from there.
PLAN_PX = (1280, 720)
WALL_TOP, WALL_BOTTOM = (206, 222, 230), (182, 200, 210)
PANEL = (150, 172, 184)
FRAME, SKY_TOP, SKY_LOW, HILL = (238, 242, 244), (236, 208, 170), (246, 236, 220), (150, 186, 158)
CORK, NOTES = (120, 160, 196), ((224, 236, 246), (170, 218, 250), (190, 226, 196), (214, 196, 240))
DESK_TOP, DESK_FRONT, DESK_EDGE = (132, 172, 204), (96, 132, 164), (74, 104, 134)
BOOK, PAPER = (122, 98, 66), (244, 246, 246)
SWAY_PX = 4
BACK_DESKS, FRONT_DESKS = (342, 418), (632, 720)


@dataclass(frozen=True)
class Seat:
    """Where the middle of a head is (plan pixels) and the side of the square that a person is drawn in."""

    x: int
    y: int
    side: int

    def person_px(self, size: tuple[int, int]) -> int:
        return round(self.side * size[1] / PLAN_PX[1])


FRONT_ROW = tuple(Seat(x, 496, 264) for x in (160, 480, 800, 1120))
BACK_ROW = tuple(Seat(x, 232, 216) for x in (196, 492, 788, 1084))
SEATS = FRONT_ROW + BACK_ROW


class Classroom:
    """The empty room of one size, drawn once; people are laid into copies of it."""

    def __init__(self, size: tuple[int, int]) -> None:
        plan = _draw_wall()
        self._size = size
        self._wall = self._scaled(plan)
        self._back_desks = self._scaled(_draw_desks(plan, BACK_ROW, BACK_DESKS))
        self._front_desks = self._scaled(_draw_desks(plan, FRONT_ROW, FRONT_DESKS))
        self._back_rows = self._rows(*BACK_DESKS)
        self._front_rows = self._rows(*FRONT_DESKS)

    def with_people(self, seated: Mapping[int, CutOut], second: float) -> BGRImage:
        """The room with these people in these seats, (height, width, 3) BGR; heads sway a little with time."""
        image = self._wall.copy()
        self._seat(image, {n: who for n, who in seated.items() if SEATS[n] in BACK_ROW}, second)
        image[self._back_rows] = self._back_desks[self._back_rows]
        self._seat(image, {n: who for n, who in seated.items() if SEATS[n] in FRONT_ROW}, second)
        image[self._front_rows] = self._front_desks[self._front_rows]
        return image

    def _seat(self, image: BGRImage, seated: Mapping[int, CutOut], second: float) -> None:
        scale_x, scale_y = self._size[0] / PLAN_PX[0], self._size[1] / PLAN_PX[1]
        for number, who in seated.items():
            seat, side = SEATS[number], who.premultiplied.shape[0]
            sway_x = SWAY_PX * math.sin(0.9 * second + 2.1 * number)
            sway_y = SWAY_PX / 2 * math.sin(0.7 * second + 1.3 * number)
            left = round((seat.x + sway_x) * scale_x - side / 2)
            who.lay_over(image, left, round((seat.y + sway_y) * scale_y - side * 0.44))

    def _scaled(self, plan: BGRImage) -> BGRImage:
        return np.asarray(cv2.resize(plan, self._size, interpolation=cv2.INTER_AREA), np.uint8)

    def _rows(self, top: int, bottom: int) -> slice:
        scale = self._size[1] / PLAN_PX[1]
        return slice(round(top * scale), round(bottom * scale))


def _draw_wall() -> BGRImage:
    wall = _gradient(WALL_TOP, WALL_BOTTOM, PLAN_PX)
    wall[300:] = _gradient(PANEL, tuple(c * 0.86 for c in PANEL), (PLAN_PX[0], 420))
    cv2.rectangle(wall, (0, 294), (1280, 304), FRAME, -1)
    for left in (50, 910):
        _draw_window(wall, left)
    _draw_notice_board(wall)
    return np.asarray(cv2.GaussianBlur(wall, (0, 0), 1.6), np.uint8)


def _gradient(top: tuple[float, ...], bottom: tuple[float, ...], size: tuple[int, int]) -> BGRImage:
    both = np.array([[top], [bottom]], np.float32)
    return cv2.resize(both, size, interpolation=cv2.INTER_LINEAR).astype(np.uint8)


def _draw_window(wall: BGRImage, left: int) -> None:
    view = _gradient(SKY_TOP, SKY_LOW, (320, 190))
    cv2.ellipse(view, (90, 210), (200, 70), 0, 0, 360, HILL, -1, cv2.LINE_AA)
    cv2.ellipse(view, (300, 220), (180, 60), 0, 0, 360, tuple(int(c * 0.92) for c in HILL), -1, cv2.LINE_AA)
    wall[34:224, left : left + 320] = view
    cv2.rectangle(wall, (left, 34), (left + 320, 224), FRAME, 9, cv2.LINE_AA)
    cv2.line(wall, (left + 160, 34), (left + 160, 224), FRAME, 8, cv2.LINE_AA)
    cv2.rectangle(wall, (left - 12, 224), (left + 332, 236), FRAME, -1)


def _draw_notice_board(wall: BGRImage) -> None:
    cv2.rectangle(wall, (470, 40), (810, 190), CORK, -1)
    cv2.rectangle(wall, (470, 40), (810, 190), (96, 126, 156), 7, cv2.LINE_AA)
    for number in range(8):
        left, top = 492 + 78 * (number % 4), 60 + 62 * (number // 4) + 5 * (number % 3)
        cv2.rectangle(wall, (left, top), (left + 54, top + 44), NOTES[number % len(NOTES)], -1)
        for line in range(3):
            at = top + 13 + 10 * line
            cv2.line(wall, (left + 8, at), (left + 44 - 9 * (line % 2), at), (150, 150, 150), 2, cv2.LINE_AA)


def _draw_desks(plan: BGRImage, row: tuple[Seat, ...], span: tuple[int, int]) -> BGRImage:
    """A row of desks over the whole width; only the rows of pixels in span are meant to be seen."""
    image = plan.copy()
    top, bottom = span
    surface = top + (bottom - top) * 2 // 5
    image[top:surface] = _gradient(tuple(c * 1.06 for c in DESK_TOP), DESK_TOP, (PLAN_PX[0], surface - top))
    image[surface:bottom] = _gradient(DESK_FRONT, tuple(c * 0.8 for c in DESK_FRONT), (PLAN_PX[0], bottom - surface))
    cv2.line(image, (0, surface), (PLAN_PX[0], surface), DESK_EDGE, 4)
    for left, right in pairwise(row):
        middle = (left.x + right.x) // 2
        cv2.line(image, (middle, top), (middle, bottom), DESK_EDGE, 4)
    for number, seat in enumerate(row):
        _draw_papers(image, seat, number, (top, surface))
    return image


def _draw_papers(image: BGRImage, seat: Seat, number: int, span: tuple[int, int]) -> None:
    depth = span[1] - span[0]
    low, high = span[1] - depth // 5, span[0] + depth // 3
    width, slant = seat.side // 5, depth // 3
    if number % 2 == 0:
        _draw_sheet(image, BOOK, (seat.x, width + 4, slant), (low + 4, high))
    _draw_sheet(image, PAPER, (seat.x, width, slant), (low, high))


def _draw_sheet(
    image: BGRImage, colour: tuple[int, int, int], across: tuple[int, int, int], down: tuple[int, int]
) -> None:
    (middle, half, slant), (low, high) = across, down
    near = [(middle - half, low), (middle + half, low)]
    far = [(middle + half - slant, high), (middle - half + slant, high)]
    cv2.fillConvexPoly(image, np.array(near + far), colour, cv2.LINE_AA)
