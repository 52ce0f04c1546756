"""Finds the faces of a photo that lies on its side or on its head without saying so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from face_engine.engine import Engine
from face_engine.model import BGRImage, Box, Face

_UPRIGHT_DEG = 45.0
# In 20 photographs upright faces had 0.991 and more; on their head 4 of them were found, with 0.85 to 0.986.
_CLEAR_SCORE = 0.99
# Patterns that are taken for a face have less, and nobody asked for this photo to be turned.
_TURNED_SCORE = 0.9


@dataclass(frozen=True, eq=False)
class UprightPhoto:
    """The picture after quarter turns against the clock, and the faces that were found in it."""

    image: BGRImage
    faces: list[Face]
    quarter_turns: int

    def box_before(self, box: Box) -> Box:
        """A box of this picture in pixels of the picture before it was turned."""
        for _ in range(self.quarter_turns):
            box = -box[3], box[0], -box[1], box[2]
        height, width = self.image.shape[:2]
        if self.quarter_turns % 2:
            height, width = width, height
        across = width if self.quarter_turns in (1, 2) else 0
        down = height if self.quarter_turns in (2, 3) else 0
        return box[0] + across, box[1] + down, box[2] + across, box[3] + down


def find_upright(engine: Engine, image: BGRImage) -> UprightPhoto:
    """The faces of a photo; turned by quarters only where no clear upright face is found in it as it is."""
    as_it_is = UprightPhoto(image, engine.find(image), 0)
    if _worth(as_it_is.faces) >= _CLEAR_SCORE:
        return as_it_is
    turned = (_turned(engine, image, quarter_turns) for quarter_turns in (1, 3, 2))
    best = max(turned, key=lambda one: _worth(one.faces))
    needed = _CLEAR_SCORE if as_it_is.faces else _TURNED_SCORE
    return best if _worth(best.faces) > max(_worth(as_it_is.faces), needed) else as_it_is


def _turned(engine: Engine, image: BGRImage, quarter_turns: int) -> UprightPhoto:
    upright = np.ascontiguousarray(np.rot90(image, quarter_turns))
    return UprightPhoto(upright, engine.find(upright), quarter_turns)


def _worth(faces: Sequence[Face]) -> float:
    """The score of the most certain face that is upright."""
    return max((face.score for face in faces if abs(face.quality.roll_deg) < _UPRIGHT_DEG), default=0.0)
