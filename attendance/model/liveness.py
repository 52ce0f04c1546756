"""Words of the question whether a living person stands before a kiosk's camera, and not a picture of one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Landmarks:
    """Five points of a face in pixels, x to the right and y down; left and right as they are seen in the picture."""

    left_eye: Point
    right_eye: Point
    nose: Point
    left_mouth: Point
    right_mouth: Point


class Turn(StrEnum):
    """Whereto a person is asked to turn the head: their own left or right."""

    LEFT = "left"
    RIGHT = "right"


class TurnVerdict(StrEnum):
    """What a row of pictures shows of the turn that was asked for."""

    TURNED = "turned"
    DID_NOT = "did_not"  # nothing turned far enough, or the first picture does not look ahead
    FLAT = "flat"  # what turned has its nose in the plane of eyes and mouth, as a picture has
    LOST = "lost"  # the face was not to be seen all the time, or jumped
    OTHER_WAY = "other_way"
