"""Turns a found face upright and cuts it to the chip that the face networks read."""

import cv2
import numpy as np
from numpy.typing import NDArray

from face_engine.model import BGRImage, Landmarks

CHIP_PX = 112
LANDMARKS = ((38.2946, 51.6963), (73.5318, 51.5014), (56.0252, 71.7366), (41.5493, 92.3655), (70.7299, 92.2041))
"""Where the five landmarks are in a chip: the cut of the published ArcFace models (Deng et al., 2019) and of SFace."""

# Beyond this the warp's four-pixel interpolation skips pixels of the picture.
_LARGEST_SHRINK = 0.5
# The reduced picture stays that much larger than the chip, so that the warp does not blur it again.
_RESERVE = 1.4


def chip(image: BGRImage, landmarks: Landmarks) -> BGRImage:
    """The face upright, shape (112, 112, 3); black outside the picture."""
    side = CHIP_PX
    to_chip = similarity_transform(np.array(landmarks, np.float64), np.array(LANDMARKS))
    left, top, right, bottom = _source_region(to_chip, image, side)
    if left >= right or top >= bottom:
        return np.zeros((side, side, 3), np.uint8)
    region = image[top:bottom, left:right]
    to_chip = _after(to_chip, 1.0, 1.0, left, top)
    shrink = float(np.hypot(to_chip[0, 0], to_chip[1, 0])) * _RESERVE
    if shrink < _LARGEST_SHRINK * _RESERVE:
        region, to_chip = _reduce(region, to_chip, shrink)
    return np.asarray(cv2.warpAffine(region, to_chip, (side, side)), np.uint8)


def similarity_transform(source: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float64]:
    """The turn, scale and shift, shape (2, 3), that take points (n, 2) to others with the least squared error.

    Points as complex numbers make Umeyama's method (1991) in the plane one division.
    """
    z, w = source @ (1, 1j), target @ (1, 1j)
    centred = z - z.mean()
    turn = np.vdot(centred, w - w.mean()) / max(float(np.vdot(centred, centred).real), 1e-9)
    shift = w.mean() - turn * z.mean()
    return np.array([[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag]])


def _source_region(to_chip: NDArray[np.float64], image: BGRImage, side: int) -> tuple[int, int, int, int]:
    """The part of the picture that the chip shows, with a little around it."""
    corners = np.array([(0, 0), (side, 0), (0, side), (side, side)], np.float64)
    turn = to_chip[:, :2]
    if abs(np.linalg.det(turn)) < 1e-12:
        return 0, 0, 0, 0
    points = (corners - to_chip[:, 2]) @ np.linalg.inv(turn).T
    spare = 4 + 4 / float(np.hypot(turn[0, 0], turn[1, 0]))
    height, width = image.shape[:2]
    left, top = np.clip(np.floor(points.min(0) - spare), 0, (width, height)).astype(int)
    right, bottom = np.clip(np.ceil(points.max(0) + spare), 0, (width, height)).astype(int)
    return int(left), int(top), int(right), int(bottom)


def _reduce(region: BGRImage, to_chip: NDArray[np.float64], shrink: float) -> tuple[BGRImage, NDArray[np.float64]]:
    height, width = region.shape[:2]
    size = max(1, round(width * shrink)), max(1, round(height * shrink))
    reduced = np.asarray(cv2.resize(region, size, interpolation=cv2.INTER_AREA), np.uint8)
    across, down = width / size[0], height / size[1]
    # Pixel centres: x in the reduced picture is (x + 0.5) * across - 0.5 in the full one.
    return reduced, _after(to_chip, across, down, (across - 1) / 2, (down - 1) / 2)


def _after(
    transform: NDArray[np.float64], scale_x: float, scale_y: float, shift_x: float, shift_y: float
) -> NDArray[np.float64]:
    """The transform for coordinates that are scaled and shifted first."""
    turn = transform[:, :2]
    shift = turn @ (shift_x, shift_y) + transform[:, 2]
    return np.column_stack([turn * (scale_x, scale_y), shift])
