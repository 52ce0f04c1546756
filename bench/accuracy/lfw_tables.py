"""The tables on the people of Labeled Faces in the Wild."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from bench.accuracy.lfw import Faces
from bench.accuracy.rates import Rate
from bench.accuracy.rosters import Draw, Outcomes, drawn, pairs
from bench.accuracy.tables import Table
from bench.accuracy.views import View
from face_engine.thresholds import CHORD, Thresholds

ALL = "all"
ROSTERS: Mapping[str, int] = {ALL: 40, "east asian": 15, "black": 20, "southeast asian": 5, "south asian": 5}
"""Students of a roster, as many as half of the smaller groups allow."""

SIZES = (3, 10, 20, 40, 100, 300)
WIDTHS_PX = (24, 32, 40, 60, 80)
_ROSTERS = 100
_RATES_APART = ("students sure", "sure or for review", "wrong person", "strangers sure", "strangers for review")

NOTE = (
    "Trials share people, so intervals (95 %) are clustered by person. A face that is not found counts as a miss. "
    "The runner-up comes from the roster alone."
)


def draw_of(faces: Faces, group: str = ALL, **changes: object) -> Draw:
    """Rosters of a group: students have two pictures and more, strangers are of the same group."""
    members = None if group == ALL else faces.groups[group]
    settings: dict[str, object] = {
        "people": faces.with_pictures(2, members),
        "strangers": faces.with_pictures(1, members),
        "size": ROSTERS[group],
        "rosters": _ROSTERS,
    }
    return Draw(**{**settings, **changes})  # type: ignore[arg-type]


def rates(students: Outcomes, strangers: Outcomes) -> list[Rate]:
    """In the order of the tables' columns."""
    return [
        students.rate(students.sure),
        students.rate(students.within),
        students.rate(students.wrong),
        strangers.rate(strangers.sure),
        strangers.rate(strangers.review),
    ]


def tables(faces: Faces) -> Iterator[Table]:
    """Those on pictures as they are."""
    groups = [group for group in ROSTERS if group == ALL or group in faces.groups]
    yield _table("Groups", "group and roster", [(f"{g}, {ROSTERS[g]}", draw_of(faces, g)) for g in groups], faces)
    yield _table("Size of the roster", "roster", [(str(n), draw_of(faces, size=n)) for n in SIZES], faces)
    several = [(1, 1), (2, 1), (3, 1), (1, 2), (1, 3), (2, 2)]
    yield _table(
        "Photos enrolled, pictures pooled",
        "photos, pictures",
        [(f"{photos}, {seen}", draw_of(faces, photos=photos, pictures=seen)) for photos, seen in several],
        faces,
    )
    yield one_to_one(faces, groups)
    yield accept_table(faces)


def views_table(faces: Faces, title: str, what: str, views: Sequence[tuple[str, View]]) -> Table:
    """A row a view."""
    return _table(title, what, [(name, draw_of(faces, view=view)) for name, view in views], faces)


def _table(title: str, what: str, rows: Sequence[tuple[str, Draw]], faces: Faces) -> Table:
    cells = []
    for name, draw in rows:
        students, strangers = drawn(faces, draw)
        people = len(set(students.people))
        cells.append([name, str(people), *map(str, rates(students, strangers))])
    return Table(title, NOTE, (what, "students", *_RATES_APART), cells)


def one_to_one(faces: Faces, groups: Sequence[str]) -> Table:
    """One picture against one enrolled person."""
    alone = Thresholds().accept_among(1)
    rows = []
    for group in groups:
        people = faces.with_pictures(1, None if group == ALL else faces.groups[group])
        found = pairs(faces, people)
        cells = [group, f"{len(found.same):,}", f"{len(found.different):,}"]
        for distance in (alone, *(float(np.quantile(found.different, far)) for far in (0.0001, 0.001))):
            same, different = found.within(distance)
            cells.append(f"{distance / CHORD:.3f}: {100 * same:.1f} %, {100 * different:.4f} %")
        rows.append(cells)
    note = (
        "All pairs of an enrolled photo and another picture: chord, then how many pairs of one person and of two are "
        "within. First the threshold for a gallery of one, then those that 0.01 % and 0.1 % of strangers pass."
    )
    head = ("group", "pairs of one person", "of two", "gallery of one", "0.01 %", "0.1 %")
    return Table("One to one", note, head, rows)


def accept_table(faces: Faces) -> Table:
    """What other thresholds would do."""
    rows = []
    for accept, margin in ((0.95, 0.15), (1.0, 0.10), (1.0, 0.15), (1.0, 0.20), (1.05, 0.15), (1.05, 0.20)):
        cells = [f"{accept:.2f}, {margin:.2f}"]
        tried = Thresholds(accept_distance=accept * CHORD, margin=margin * CHORD)
        for group in (g for g in (ALL, "east asian", "black") if g == ALL or g in faces.groups):
            students, strangers = drawn(faces, draw_of(faces, group), tried)
            found = rates(students, strangers)
            cells.append(f"{100 * found[0].share:.1f} %, {100 * found[3].share:.3f} %")
        rows.append(cells)
    names = [g for g in (ALL, "east asian", "black") if g == ALL or g in faces.groups]
    note = "Students sure, strangers sure. The margin is the least; it grows where the people of a roster look alike."
    return Table("Other thresholds", note, ("accept, margin (chords)", *names), rows)
