"""The words of the face engine: picture, box, landmarks, detection, quality and face."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

BGRImage: TypeAlias = NDArray[np.uint8]
"""A picture of shape (height, width, 3), blue first, as OpenCV has it."""

Vectors: TypeAlias = NDArray[np.float32]
"""Face vectors of shape (n, 128); the Euclidean distance of one person's is below 0.6."""

Box: TypeAlias = tuple[float, float, float, float]
"""Left, top, right and bottom in pixels of the picture; may reach past its edges."""

Point: TypeAlias = tuple[float, float]

Landmarks: TypeAlias = tuple[Point, Point, Point, Point, Point]
"""Left eye, right eye, nose tip, left and right mouth corner, left and right as seen in the picture."""


class Problem(StrEnum):
    """Why a face is a poor one to recognise somebody by."""

    TOO_SMALL = "too_small"
    BLURRED = "blurred"
    TURNED = "turned"
    TOO_DARK = "too_dark"
    TOO_BRIGHT = "too_bright"


@dataclass(frozen=True)
class Quality:
    """How well a face can be recognised.

    Parameters
    ----------
    value
        One number from 0 (useless) to 1 (a good portrait), to rank the shots of one person.
    face_px
        The shorter side of the face's box.
    sharpness
        Fine detail in the face, 0 for none; see `face_engine.quality`.
    yaw
        Where the nose is between the eyes: 0 in the middle, -1 below the left eye of the picture, 1 below the right.
    roll_deg
        How far the head is tilted, clockwise in the picture.
    brightness
        Mean grey value of the face, 0 to 255.
    problems
        What a person should be told about the shot.
    """

    value: float
    face_px: float
    sharpness: float
    yaw: float
    roll_deg: float
    brightness: float
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Detection:
    """A face as the detector found it; `score` is its certainty, 0 to 1."""

    box: Box
    landmarks: Landmarks
    score: float

    @property
    def width_px(self) -> float:
        """Width of the box."""
        return self.box[2] - self.box[0]

    @property
    def height_px(self) -> float:
        """Height of the box."""
        return self.box[3] - self.box[1]


@dataclass(frozen=True)
class Face(Detection):
    """A detection and how good it is."""

    quality: Quality
