"""Looks for known faces in one more picture, each around the place where it was seen before."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from face_engine.model import BGRImage, Box
from face_engine.search_tasks import Follow, Sight
from face_engine.track import SAME_WHERE_NEAR, Embed, Shot

# In sides of the face's box: how far a seated person's head may have moved, and the surroundings the detector wants.
_AROUND = 1.25

Finder = Callable[[BGRImage], list[Shot]]


def follow(frame: BGRImage, time_s: float, follows: Sequence[Follow], shots: Finder, embed: Embed) -> list[Sight]:
    """Where these tracks go on in the picture; a face that is not clearly the track's own is left out."""
    near = [(one, shot) for one in follows if (shot := _nearest_shot(frame, one.box_at(time_s), shots)) is not None]
    if not near:
        return []
    vectors = embed([shot.chip for _, shot in near])
    return [
        Sight(one.track, time_s, shot.box, vector, shot.quality)
        for (one, shot), vector in zip(near, vectors, strict=True)
        if float(np.linalg.norm(vector - one.pooled)) <= SAME_WHERE_NEAR
    ]


def _nearest_shot(frame: BGRImage, box: Box, shots: Finder) -> Shot | None:
    """The face whose middle is nearest to that of the box, in pixels of the whole frame."""
    left, top, right, bottom = _surroundings(frame, box)
    if right <= left or bottom <= top:
        return None
    found = shots(frame[top:bottom, left:right])
    for shot in found:
        x1, y1, x2, y2 = shot.box
        shot.box = (x1 + left, y1 + top, x2 + left, y2 + top)
    return min(found, key=lambda shot: _apart(shot.box, box), default=None)


def _surroundings(frame: BGRImage, box: Box) -> tuple[int, int, int, int]:
    x1, y1, x2, y2 = box
    around = _AROUND * max(x2 - x1, y2 - y1)
    height, width = frame.shape[:2]
    left, top = max(0, round(x1 - around)), max(0, round(y1 - around))
    return left, top, min(width, round(x2 + around)), min(height, round(y2 + around))


def _apart(one: Box, other: Box) -> float:
    return float(np.hypot(one[0] + one[2] - other[0] - other[2], one[1] + one[3] - other[1] - other[3]))
