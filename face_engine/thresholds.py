"""Where the distance of two face vectors becomes sure, and where it is worth a look.

The figures are for SFace and stand here as chords (distances of vectors of length 1), as they were found on some 1,800
people; docs/accuracy.md says what they do, docs/decisions/0018 why they are where they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log2, log10
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from face_engine.similarity import SFACE_COSINE, length_of

if TYPE_CHECKING:
    from face_engine.gallery import Gallery

CHORD = length_of(SFACE_COSINE)

ACCEPT_DISTANCE = 0.99 * CHORD
"""A face up to here is taken for the person."""

REVIEW_DISTANCE = 1.10 * CHORD
"""Beyond it a face is nobody's; between the two a person should look."""

MARGIN = 0.15 * CHORD
"""How much nearer the person must be than the next best of the gallery."""

CLEAR_DISTANCE = 0.90 * CHORD
"""Whoever else is within it looks so alike that nobody is taken for the person."""

# People of one age, style and camera lie nearer to each other, and a stranger among them nearer to all. The margin
# grows with how near: to twice as much where the middle pair of the gallery is as near as 1.26.
_USUAL_SPREAD = 1.335 * CHORD
_MARGIN_BY_SPREAD = 2.0
_MOST_MARGIN = 0.30 * CHORD

# Strangers in small faces are farther away than in large ones, students too: such faces may be farther.
_SMALL_PX, _LARGE_PX = 32.0, 64.0
SMALL_FACES_FARTHER = 0.06 * CHORD

# With few others the next best says little, and with many somebody is always a little like a stranger.
_FEW, _MANY = 10, 40
ALONE_NEARER = 0.04 * CHORD
_NEARER_EACH_DOUBLING = 0.015 * CHORD
_MOST_NEARER = 0.05 * CHORD


@dataclass(frozen=True)
class Thresholds:
    """Between same, unsure and different, as Euclidean distances of face vectors.

    Parameters
    ----------
    accept_distance, review_distance, margin
        As `ACCEPT_DISTANCE`, `REVIEW_DISTANCE` and `MARGIN`, for ten to forty people who do not look alike.
    clear_distance
        Where a second person of the gallery is this near as well, neither is taken for the person.
    """

    accept_distance: float = ACCEPT_DISTANCE
    review_distance: float = REVIEW_DISTANCE
    margin: float = MARGIN
    clear_distance: float = CLEAR_DISTANCE

    def __post_init__(self) -> None:
        if not 0 < self.accept_distance <= self.review_distance:
            raise ValueError("accept_distance is above 0 and at most review_distance")

    def accept_among(self, people: int) -> float:
        """The accept threshold for a gallery of so many people."""
        if people < _FEW:
            return self.accept_distance - ALONE_NEARER * (1 - log10(max(1, people)))
        doublings = max(0.0, log2(people / _MANY))
        return self.accept_distance - min(_MOST_NEARER, _NEARER_EACH_DOUBLING * doublings)

    def margin_among(self, spread: float | None) -> float:
        """The margin for a gallery of this spread: the middle distance of two of its people, None where it has one."""
        nearer = 0.0 if spread is None else max(0.0, _USUAL_SPREAD - spread)
        return max(self.margin, min(_MOST_MARGIN, self.margin + _MARGIN_BY_SPREAD * nearer))


class Certainty:
    """Whether distances say who it is, among the people of one gallery."""

    def __init__(self, thresholds: Thresholds, gallery: Gallery) -> None:
        self._accept = thresholds.accept_among(len(gallery))
        self._clear = thresholds.clear_distance
        self.margin = thresholds.margin_among(gallery.spread)

    def accept(self, face_px: float) -> float:
        """The accept threshold for faces of this width."""
        return float(_farther(self._accept, np.asarray(face_px, np.float64)))

    def is_sure(self, row: NDArray[np.float32], face_px: float) -> bool:
        """Whether distances (people,) are near enough to one person and well away from all others."""
        return bool(self.are_sure(row[None], np.array([face_px]))[0])

    def are_sure(self, rows: NDArray[np.float32], face_px: NDArray[np.float64]) -> NDArray[np.bool_]:
        """The same of many faces: distances (n, people), widths (n,)."""
        nearest = rows.min(axis=1)
        near = nearest <= _farther(self._accept, face_px)
        if rows.shape[1] < 2:
            return np.asarray(near, np.bool_)
        second = np.partition(rows, 1, axis=1)[:, 1]
        # What is infinitely far from all is nobody.
        apart = np.isfinite(nearest) & (second >= nearest + self.margin) & (second > self._clear)
        return np.asarray(near & apart, np.bool_)


def _farther(accept: float, face_px: NDArray[np.float64]) -> NDArray[np.float64]:
    small = np.clip((_LARGE_PX - face_px) / (_LARGE_PX - _SMALL_PX), 0, 1)
    return np.asarray(accept + SMALL_FACES_FARTHER * small, np.float64)
