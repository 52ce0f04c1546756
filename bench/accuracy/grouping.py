"""How well unknown people are grouped over recordings: python -m bench.accuracy.grouping, some minutes, prints a table.

People of LFW (ROLLCALL_LFW_DIR) come to a course: each picture is one person of one recording, grouped by the product's
own rule from the pictures alone. Nobody is enrolled, and nobody is seen beside anybody, which would help.
"""

from __future__ import annotations

import os
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from attendance.adapters.local.models import match_lines
from attendance.model import Sighting
from attendance.rules.unknowns import Likeness, clusters
from attendance.settings import load_settings
from bench.accuracy.lfw import VARIABLE, Faces, faces_of
from bench.accuracy.tables import Table
from bench.accuracy.views import View
from face_engine.similarity import similarities

COURSES, MOST_PICTURES, LEAST_PICTURES = 20, 5, 2
PEOPLE = (5, 20, 60)
VIEWS: tuple[View | None, ...] = (None, View(60.0), View(40.0))
_OF_SMALL = 700  # people of whom the views are made


def main() -> int:
    """The exit status: 0, or 1 with a sentence where the photographs are missing."""
    folder = os.environ.get(VARIABLE)
    if not folder:
        print(f"{VARIABLE} names no folder of photographs.", file=sys.stderr)
        return 1
    views = [view for view in VIEWS if view is not None]
    faces = faces_of(Path(folder), lambda words: print(words, file=sys.stderr), views=views, people=_OF_SMALL)
    print(table(faces))
    return 0


def table(
    faces: Faces, people: Sequence[int] = PEOPLE, courses: int = COURSES, views: Sequence[View | None] = VIEWS
) -> Table:
    """A row for each view and number of unknown people of a course."""
    same = match_lines(load_settings({})).accept
    return Table(
        "Unknown people over recordings",
        f"{courses} courses a row, drawn at random from {len(faces.with_pictures(LEAST_PICTURES))} people with "
        f"{LEAST_PICTURES} pictures or more, at most {MOST_PICTURES} of each. Pure: pictures whose group is mostly of "
        "their person. Complete: pairs of pictures of one person that are in one group. Mixed: groups of two or more "
        "people.",
        ["faces", "unknown people", "pictures", "groups", "pure", "complete", "mixed groups"],
        [_row(faces, view, number, courses, same) for view in views for number in people],
    )


def _row(faces: Faces, view: View | None, people: int, courses: int, same: float) -> list[str]:
    counted = [_course(faces, view, random.Random(course), people, same) for course in range(courses)]  # noqa: S311 - each run the same
    pictures, groups, pure, mixed, joined, pairs = (sum(column) for column in zip(*counted, strict=True))
    return [
        "as they are" if view is None else f"{view.face_px:g} px",
        str(people),
        str(pictures),
        str(groups),
        f"{100 * pure / pictures:.2f} %",
        f"{100 * joined / pairs:.1f} %",
        f"{mixed} ({100 * mixed / groups:.2f} %)",
    ]


def _course(
    faces: Faces, view: View | None, dice: random.Random, people: int, same: float
) -> tuple[int, int, int, int, int, int]:
    seen = list(_sightings(faces, view, dice, people))
    vectors = {one.id: one.vector for one, _ in seen}
    who = {one.id: person for one, person in seen}
    found = clusters([one for one, _ in seen], [], Likeness.of([one for one, _ in seen], _compared), same)
    groups = [Counter(who[one.id] for one in cluster.sightings) for cluster in found]
    return (
        len(vectors),
        len(groups),
        sum(max(group.values()) for group in groups),
        sum(len(group) > 1 for group in groups),
        sum(_pairs(number) for group in groups for number in group.values()),
        sum(map(_pairs, Counter(who.values()).values())),
    )


def _sightings(faces: Faces, view: View | None, dice: random.Random, people: int) -> Iterator[tuple[Sighting, str]]:
    for person in dice.sample(faces.with_pictures(LEAST_PICTURES), people):
        own = faces.pictures[person]
        for number in dice.sample(own, min(MOST_PICTURES, len(own))):
            if not faces.seen[view].found[number]:
                continue
            vector = tuple(float(one) for one in faces.seen[view].vectors[number])
            name = f"{number:05}"
            yield Sighting(name, name, None, 0.0, 1.0, 1, 0, None, None, None, None, vector=vector), person


def _compared(vectors: Sequence[tuple[float, ...]]) -> list[list[float]]:
    rows = np.array(vectors)
    return [similarities(np.linalg.norm(rows - row, axis=1)).tolist() for row in rows]


def _pairs(number: int) -> int:
    return number * (number - 1) // 2


if __name__ == "__main__":
    sys.exit(main())
