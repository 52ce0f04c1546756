"""Finds thresholds for a vector model: as many students sure as strangers allow, in every group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from bench.accuracy.lfw import Faces
from bench.accuracy.lfw_tables import ALL, ROSTERS, draw_of
from bench.accuracy.rosters import drawn
from face_engine.similarity import similarity
from face_engine.thresholds import CLEAR_DISTANCE, MARGIN, Thresholds

MOST_STRANGERS_SURE = 0.0005
MOST_STRANGERS_REVIEWED = 0.03
_FEWEST_PEOPLE = 30  # of a group whose rates say anything
_ROSTERS = 40


@dataclass(frozen=True)
class Choice:
    """Thresholds, and what they do in the worst of the groups: parts of students and strangers."""

    thresholds: Thresholds
    students: float
    strangers: float


def calibrated(faces: Faces) -> str:
    """The settings to choose, with what they do. The built-in margins stay in proportion."""
    groups = [
        group
        for group in ROSTERS
        if group == ALL or len(faces.with_pictures(2, faces.groups.get(group, ()))) >= _FEWEST_PEOPLE
    ]
    tried = [_choice(faces, groups, accept, margin) for accept, margin in _candidates()]
    allowed = [choice for choice in tried if choice.strangers <= MOST_STRANGERS_SURE]
    if not allowed:
        return "No thresholds keep strangers at 0.05 % or less in every group; this model should not take attendance."
    best = max(allowed, key=lambda choice: (choice.students, -choice.strangers))
    review = _review(faces, best.thresholds.accept_distance)
    points = similarity(CLEAR_DISTANCE - MARGIN) - similarity(CLEAR_DISTANCE - MARGIN + best.thresholds.margin)
    return "\n".join(
        [
            f"ROLLCALL_ACCEPT_SIMILARITY={similarity(best.thresholds.accept_distance):.1f}",
            f"ROLLCALL_REVIEW_SIMILARITY={similarity(review):.1f}",
            f"ROLLCALL_MARGIN={points:.1f}",
            f"# In the worst of {', '.join(groups)}: {100 * best.students:.1f} % of students sure by one photo and one "
            f"picture, {100 * best.strangers:.3f} % of strangers.",
        ]
    )


def _candidates() -> Iterator[tuple[float, float]]:
    return product(np.arange(0.34, 0.601, 0.02).tolist(), (MARGIN / 2, MARGIN, 1.5 * MARGIN))


def _choice(faces: Faces, groups: Sequence[str], accept: float, margin: float) -> Choice:
    thresholds = Thresholds(accept, max(accept, 0.6), margin)
    found = [drawn(faces, draw_of(faces, group, rosters=_ROSTERS), thresholds) for group in groups]
    students = min(own.rate(own.sure).share for own, _ in found)
    strangers = max(others.rate(others.sure).share for _, others in found)
    return Choice(thresholds, students, strangers)


def _review(faces: Faces, accept: float) -> float:
    """The farthest that leaves few strangers to a person."""
    farther = [accept]
    for review in np.arange(accept, 0.7, 0.005).tolist():
        _, strangers = drawn(faces, draw_of(faces, rosters=_ROSTERS), Thresholds(accept, review))
        if strangers.rate(strangers.review).share > MOST_STRANGERS_REVIEWED:
            break
        farther.append(review)
    return farther[-1]
