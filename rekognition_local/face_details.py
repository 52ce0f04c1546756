"""What the service says of a found face: box, landmarks, pose, quality and confidence; and which faces are too poor."""

from __future__ import annotations

from dataclasses import dataclass
from math import asin, degrees, hypot
from typing import Any

from face_engine.model import Box, Detection, Face, Landmarks, Quality
from face_engine.quality import BLURRED_SHARPNESS, DARK_GREY, SHARP, TURNED_YAW

_LANDMARKS = ("eyeLeft", "eyeRight", "nose", "mouthLeft", "mouthRight")

# On a frontal face the nose's tip is so far down the way from the eyes to the mouth, on dlib's mean face.
_FRONTAL_NOSE = 0.527

NO_FILTER = "NONE"

LEAST_FACE_PX = 32
"""The service finds faces from 40 pixels on; a face that a person calls so wide may have a narrower box here."""


@dataclass(frozen=True)
class _Bar:
    """The poorest face that passes a filter."""

    confidence: float
    face_px: float
    yaw: float
    sharpness: float
    brightness: float


_BARS = {
    "LOW": _Bar(70.0, 24, 1.5, BLURRED_SHARPNESS / 4, DARK_GREY / 2),
    # A profile's nose is past the eye, at 1.
    "AUTO": _Bar(80.0, LEAST_FACE_PX, 1.2, BLURRED_SHARPNESS / 3, DARK_GREY * 0.75),
    "MEDIUM": _Bar(90.0, 64, 0.65, BLURRED_SHARPNESS, DARK_GREY),
    "HIGH": _Bar(95.0, 80, TURNED_YAW, SHARP / 2, DARK_GREY),
}


def relative_box(box: Box, width_px: int, height_px: int) -> tuple[float, float, float, float]:
    """Left, top, width and height as parts of the picture's size; a face at the edge reaches past it."""
    left, top, right, bottom = box
    return left / width_px, top / height_px, (right - left) / width_px, (bottom - top) / height_px


def bounding_box(box: Box, width_px: int, height_px: int) -> dict[str, float]:
    """The service's BoundingBox."""
    names = ("Left", "Top", "Width", "Height")
    return dict(zip(names, relative_box(box, width_px, height_px), strict=True))


def face_detail(found: Detection, quality: Quality, width_px: int, height_px: int) -> dict[str, Any]:
    """The default attributes of the service's FaceDetail."""
    return {
        "BoundingBox": bounding_box(found.box, width_px, height_px),
        "Landmarks": [
            {"Type": name, "X": x / width_px, "Y": y / height_px}
            for name, (x, y) in zip(_LANDMARKS, found.landmarks, strict=True)
        ],
        "Pose": {
            "Roll": quality.roll_deg,
            # Half way to an eye is about 30 degrees.
            "Yaw": _arc_deg(quality.yaw),
            "Pitch": _pitch_deg(found.landmarks),
        },
        "Quality": {
            "Brightness": quality.brightness / 255 * 100,
            "Sharpness": min(1.0, quality.sharpness / SHARP) * 100,
        },
        "Confidence": found.score * 100,
    }


def compared_face(face: Face, width_px: int, height_px: int) -> dict[str, Any]:
    """The service's ComparedFace, which has the same members."""
    return face_detail(face, face.quality, width_px, height_px)


def reasons_against(face: Face, quality_filter: str) -> list[str]:
    """The service's Reasons why a face does not pass a filter; none where it passes."""
    if quality_filter == NO_FILTER:
        return []
    bar, quality = _BARS[quality_filter], face.quality
    found = {
        "LOW_CONFIDENCE": face.score * 100 < bar.confidence,
        "SMALL_BOUNDING_BOX": quality.face_px < bar.face_px,
        "EXTREME_POSE": abs(quality.yaw) > bar.yaw,
        "LOW_SHARPNESS": quality.sharpness < bar.sharpness,
        "LOW_BRIGHTNESS": quality.brightness < bar.brightness,
    }
    return [reason for reason, is_so in found.items() if is_so]


def _pitch_deg(landmarks: Landmarks) -> float:
    """Roughly how far the head is raised, by where the nose is between eyes and mouth; lowered is negative."""
    (left_x, left_y), (right_x, right_y), nose, (corner_x, corner_y), (other_x, other_y) = landmarks
    eyes_x, eyes_y = (left_x + right_x) / 2, (left_y + right_y) / 2
    down_x, down_y = (corner_x + other_x) / 2 - eyes_x, (corner_y + other_y) / 2 - eyes_y
    length = max(hypot(down_x, down_y), 1e-9)
    share = ((nose[0] - eyes_x) * down_x + (nose[1] - eyes_y) * down_y) / length**2
    return _arc_deg(2 * (_FRONTAL_NOSE - share))


def _arc_deg(share: float) -> float:
    return degrees(asin(max(-1.0, min(1.0, share))))
