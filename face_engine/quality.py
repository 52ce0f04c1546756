"""Says how well a found face can be recognised, and what is wrong with it.

The limits were set on the real photographs named in docs/face-engine.md, the same pictures blurred by 1 and 2 % of the
face's width, and a dark video.
"""

from math import atan2, degrees, hypot

import cv2
import numpy as np
from numpy.typing import NDArray

from face_engine.align import chip
from face_engine.model import BGRImage, Detection, Landmarks, Problem, Quality

REGISTRATION_FACE_PX = 80
"""A registration photo is compared with every frame from then on; below this it has less detail than they do."""

PLENTIFUL_FACE_PX = 112
"""The box fills the chip's inner part; a larger face gives the network nothing more."""

TURNED_YAW = 0.5
"""The nose is three quarters of the way to one eye: about 30 degrees."""

BLURRED_SHARPNESS = 0.045
"""One in a hundred of 378 press portraits (LFW) is below; blurred by 2 % of the face's width, six in seven are."""

SHARP = 0.16
"""The middle of the same portraits."""

DARK_GREY = 40.0
"""Low on purpose: dark skin in good light is about 60."""

BRIGHT_GREY = 215.0

# The part of the chip between forehead, ears and chin.
_FACE_ROWS = slice(40, 104)
_FACE_COLUMNS = slice(26, 87)

# Keeps noise on an evenly lit wall from being detail.
_NOISE_VARIANCE = 25.0


def assess(image: BGRImage, detection: Detection, face_chip: BGRImage | None = None) -> Quality:
    """Measure one found face; a fraction of a millisecond. `face_chip` saves cutting it again."""
    grey = cv2.cvtColor(chip(image, detection.landmarks) if face_chip is None else face_chip, cv2.COLOR_BGR2GRAY)
    face = grey[_FACE_ROWS, _FACE_COLUMNS].astype(np.float32)
    face_px = min(detection.width_px, detection.height_px)
    yaw, roll_deg = _pose(detection.landmarks)
    sharpness, brightness = _sharpness(face), float(face.mean())
    value = detection.score * _size_worth(face_px) * _pose_worth(yaw)
    value *= _focus_worth(sharpness) * _light_worth(brightness)
    problems = _problems(face_px, yaw, sharpness, brightness)
    return Quality(value, face_px, sharpness, yaw, roll_deg, brightness, problems)


def _pose(landmarks: Landmarks) -> tuple[float, float]:
    """Where the nose is between the eyes (-1 to 1; a profile may pass it) and the angle of the eyes in degrees."""
    (left_x, left_y), (right_x, right_y), (nose_x, nose_y) = landmarks[:3]
    across, down = right_x - left_x, right_y - left_y
    along_eyes = (nose_x - left_x) * across + (nose_y - left_y) * down
    yaw = 2 * along_eyes / max(hypot(across, down) ** 2, 1e-9) - 1
    return max(-2.0, min(2.0, yaw)), degrees(atan2(down, across))


def _sharpness(face: NDArray[np.float32]) -> float:
    """Variance of the Laplacian as a part of the grey values' own: a dim face is not a blurred one."""
    return float(cv2.Laplacian(face, cv2.CV_32F).var() / (face.var() + _NOISE_VARIANCE))


def _size_worth(face_px: float) -> float:
    return max(0.0, min(face_px, PLENTIFUL_FACE_PX) / PLENTIFUL_FACE_PX)


def _pose_worth(yaw: float) -> float:
    return max(0.1, 1 - abs(yaw))


def _focus_worth(sharpness: float) -> float:
    return max(0.2, min(1.0, sharpness / SHARP))


def _light_worth(brightness: float) -> float:
    """1 in the middle, falling to 0.3 at the limits of dark and bright and beyond."""
    from_dark, from_bright = brightness - DARK_GREY, BRIGHT_GREY - brightness
    return 0.3 + 0.7 * max(0.0, min(1.0, from_dark / 20, from_bright / 20))


def _problems(face_px: float, yaw: float, sharpness: float, brightness: float) -> tuple[Problem, ...]:
    found = {
        Problem.TOO_SMALL: face_px < REGISTRATION_FACE_PX,
        Problem.BLURRED: sharpness < BLURRED_SHARPNESS,
        Problem.TURNED: abs(yaw) > TURNED_YAW,
        Problem.TOO_DARK: brightness < DARK_GREY,
        Problem.TOO_BRIGHT: brightness > BRIGHT_GREY,
    }
    return tuple(problem for problem, is_so in found.items() if is_so)
