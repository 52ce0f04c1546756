"""What a course's marks add up to: per student over the lectures, per lecture over the students, and over all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from attendance.model import BookMark, Course, Lecture, Status, Student
from attendance.rules.statuses import Scored, has_attended, points_of


@dataclass(frozen=True, slots=True)
class Figures:
    """What marks add up to, of lectures that are over.

    `counts` is by status as it counts, `own_counts` by the ids of the course's own ones. `points` are of the `counted`
    marks that count in percentages. Runs are of absences without an excuse, one lecture after the other: an excused
    lecture, one without a mark or one that waits for a person neither ends a run nor counts in it.
    """

    counts: Mapping[Status, int] = field(default_factory=Counter)
    own_counts: Mapping[str, int] = field(default_factory=Counter)
    points: float = 0.0
    counted: int = 0
    attended: int = 0
    absences: int = 0
    longest_run: int = 0
    current_run: int = 0

    @property
    def percent(self) -> float | None:
        """Points of those that could be had, 0 to 100; None where no mark counts."""
        return 100 * self.points / self.counted if self.counted else None

    @property
    def lates(self) -> int:
        """How often late."""
        return self.counts.get(Status.LATE, 0)

    @property
    def excused(self) -> int:
        """How often absent with an excuse; those are no absences."""
        return self.counts.get(Status.EXCUSED, 0)

    @property
    def unsure(self) -> int:
        """How many wait for a person."""
        return self.counts.get(Status.UNSURE, 0)


@dataclass(frozen=True, slots=True)
class BookLecture:
    """A column of the book. Of one that is not over nothing is counted."""

    lecture: Lecture
    is_over: bool
    figures: Figures


@dataclass(frozen=True, slots=True)
class BookStudent:
    """A row of the book: a mark, or none, for each of its lectures, in their order."""

    student: Student
    marks: Sequence[BookMark | None]
    figures: Figures


@dataclass(frozen=True, slots=True)
class Book:
    """Students (by name) and lectures (oldest first) of a course, with all that they add up to."""

    course: Course
    lectures: Sequence[BookLecture]
    students: Sequence[BookStudent]
    figures: Figures


def is_over(lecture: Lecture, in_search: Collection[str], now: datetime) -> bool:
    """Whether a lecture has ended and all that was recorded of it is searched; before that nothing of it counts."""
    return lecture.ends_at <= now and lecture.id not in in_search


def figures_of(marks: Iterable[Scored], course: Course) -> Figures:
    """Of marks in the order of their lectures."""
    counts: Counter[Status] = Counter()
    own_counts: Counter[str] = Counter()
    points, counted, attended, absences, run, longest = 0.0, 0, 0, 0, 0, 0
    known: dict[tuple[Status, str | None], tuple[float | None, bool]] = {}  # a book has tens of thousands of marks
    for mark in marks:
        kind = mark.status, mark.own_status
        if kind not in known:
            known[kind] = points_of(mark, course), has_attended(mark, course)
        worth, was_there = known[kind]
        counts[mark.status] += 1
        if mark.own_status is not None:
            own_counts[mark.own_status] += 1
        if worth is not None:
            points += worth
            counted += 1
        if was_there:
            attended += 1
            run = 0
        elif mark.status is Status.ABSENT:
            absences += 1
            run += 1
            longest = max(longest, run)
    return Figures(counts, own_counts, points, counted, attended, absences, longest, run)


def make_book(
    course: Course,
    students: Sequence[Student],
    lectures: Sequence[Lecture],
    marks: Iterable[BookMark],
    in_search: Collection[str],
    now: datetime,
) -> Book:
    """The book of these students and lectures; marks of others are passed over. `in_search` are lectures by id."""
    ordered = sorted(lectures, key=lambda lecture: (lecture.starts_at, lecture.id))
    of = {(mark.student_id, mark.lecture_id): mark for mark in marks}
    over = [is_over(lecture, in_search, now) for lecture in ordered]
    rows = [[of.get((student.id, lecture.id)) for lecture in ordered] for student in students]
    counted = [[mark for mark, ended in zip(row, over, strict=True) if mark and ended] for row in rows]
    columns = [
        [mark for row in rows if (mark := row[place]) is not None] if ended else [] for place, ended in enumerate(over)
    ]
    return Book(
        course,
        [
            BookLecture(lecture, ended, _of_many(column, course))
            for lecture, ended, column in zip(ordered, over, columns, strict=True)
        ],
        [
            BookStudent(student, row, figures_of(own, course))
            for student, row, own in zip(students, rows, counted, strict=True)
        ],
        _of_many((mark for row in counted for mark in row), course),
    )


def _of_many(marks: Iterable[BookMark], course: Course) -> Figures:
    """Of several students, who have no run together."""
    added = figures_of(marks, course)
    return Figures(added.counts, added.own_counts, added.points, added.counted, added.attended, added.absences)
