"""Draws each person of a film once in a few turns of the head, and keeps the drawings: drawing is what takes time."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.behaviour import Moment
from bench.planes import Look
from demo.canvas import HEAD_MIDDLE, HEAD_UNIT
from demo.drawn_people import CutOut, cut_out, person, pose

Box = tuple[float, float, float, float]

# Turn and nod in radians, and whether the mouth is open.
POSES = (
    (-0.87, 0.0, False),
    (-0.62, 0.0, False),
    (-0.38, 0.0, False),
    (-0.16, 0.0, False),
    (0.0, 0.0, False),
    (0.16, 0.0, False),
    (0.38, 0.0, False),
    (0.62, 0.0, False),
    (0.87, 0.0, False),
    (-0.16, 0.25, False),
    (0.16, 0.25, False),
    (-0.2, 0.5, False),
    (0.2, 0.5, False),
    (0.0, 0.0, True),
    (0.62, 0.0, True),
    (-0.62, 0.0, True),
)
_GRIDS_PX = (160, 288, 416)  # heads are drawn at one of these sizes and made smaller for each film
_BOOK_BGR = (88, 70, 150)


@dataclass(frozen=True)
class Figure:
    """A person at the size of one film: `looks` as POSES, then those with a book before the face."""

    side_px: int
    looks: tuple[Look, ...]

    def look_at(self, moment: Moment) -> Look:
        """The drawing that is nearest to the moment."""
        return self.looks[_pose_number(moment)]


def _pose_number(moment: Moment) -> int:
    away = [
        (yaw - moment.yaw) ** 2 + 1.5 * (pitch - moment.pitch) ** 2 + 0.02 * (talking != moment.talking)
        for yaw, pitch, talking in POSES
    ]
    return int(np.argmin(away))


def face_box(moment: Moment, middle: tuple[float, float], face_px: float) -> Box:
    """The face of a head with its middle there, as detectors box it: brows to chin; turned, it moves and narrows."""
    yaw, pitch, _ = POSES[_pose_number(moment)]
    roll = math.radians(moment.roll_deg)
    face = face_px * moment.growth
    aside, down = face * 0.22 * math.sin(yaw), face * (0.05 + 0.28 * math.sin(pitch))
    x = middle[0] + aside * math.cos(roll) - down * math.sin(roll)
    y = middle[1] + aside * math.sin(roll) + down * math.cos(roll)
    half_width, half_height = 0.47 * face * (1 - 0.25 * abs(math.sin(yaw))), 0.57 * face
    return x - half_width, y - half_height, x + half_width, y + half_height


def side_of(seed: int, face_px: float) -> float:
    """Side of the sheet on which this person's face, without the ears, is so wide."""
    return face_px / (2 * HEAD_UNIT * person(seed).head.width)


def drawn_poses(seed: int, side_px: float, folder: Path) -> Path:
    """The file with this person's drawings for this size, (poses, grid, grid, 4) BGR and cover; made where missing."""
    grid = next((grid for grid in _GRIDS_PX if grid >= 0.8 * side_px), _GRIDS_PX[-1])
    path = folder / f"s{seed}-{grid}.npy"
    if not path.exists():
        half_done = path.with_suffix(f".{os.getpid()}.part")
        with half_done.open("wb") as file:
            np.save(file, np.stack([_with_cover(_cut_out(seed, number, grid)) for number in range(len(POSES))]))
        half_done.replace(path)
    return path


def figure(drawings: Path, side_px: float, out_of_focus_px: float) -> Figure:
    """The person of this file at this size, as sharp as the lens draws the row."""
    side = round(side_px / 2) * 2
    looks = []
    for drawing in np.load(drawings, mmap_mode="r"):
        small = cv2.resize(np.asarray(drawing), (side, side), interpolation=cv2.INTER_AREA)
        small = cv2.GaussianBlur(small, (0, 0), out_of_focus_px)
        looks.append(Look.of(np.ascontiguousarray(small[..., :3]), np.ascontiguousarray(small[..., 3])))
    return Figure(side, tuple(looks))


def placing(figure_px: int, at: tuple[float, float], growth: float, roll_deg: float) -> NDArray[np.float64]:
    """Where a figure goes, (2, 3): the middle of its head to a point, grown and rolled."""
    turn = np.asarray(cv2.getRotationMatrix2D((figure_px / 2, figure_px * HEAD_MIDDLE), -roll_deg, growth), np.float64)
    turn[:, 2] += np.array(at) - (figure_px / 2, figure_px * HEAD_MIDDLE)
    return turn


def book(figure_px: int, hidden: float) -> Look:
    """Something held before so much of the face, on a sheet of the figure's size."""
    premultiplied = np.zeros((figure_px, figure_px, 3), np.uint8)
    cover = np.zeros((figure_px, figure_px), np.uint8)
    chin, eyes = HEAD_MIDDLE + HEAD_UNIT, HEAD_MIDDLE - 0.2 * HEAD_UNIT
    top = round(figure_px * (chin - hidden * (chin - eyes)))
    across = slice(round(figure_px * 0.24), round(figure_px * 0.76))
    premultiplied[top : round(figure_px * 0.86), across] = _BOOK_BGR
    premultiplied[top + figure_px // 20 : top + figure_px // 12, round(figure_px * 0.34) : round(figure_px * 0.66)] = (
        210
    )
    cover[top : round(figure_px * 0.86), across] = 255
    return Look.of(premultiplied, cover)


def _cut_out(seed: int, number: int, grid: int) -> CutOut:
    yaw, pitch, talking = POSES[number]
    still = pose(seed * 31, 0.6)
    held = replace(still, yaw=yaw, pitch=pitch, roll_deg=0.0, ambient=0.62, mouth_open=0.03 if talking else 0.004)
    return cut_out(person(seed), held, grid)


def _with_cover(cut: CutOut) -> NDArray[np.uint8]:
    return np.dstack([cut.premultiplied, 255 - cut.see_through[..., 0]])
