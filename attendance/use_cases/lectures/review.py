"""What waits for a person's decision: unsure marks over all lectures and courses, one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from attendance.errors import NotFound
from attendance.model import Course, Face, LogFilter, LogRow, Recording, Sighting, Status, Student
from attendance.rules.paging import all_items
from attendance.services import Services
from attendance.use_cases.lectures.log import of_lecture

MOST_PHOTOS = 3
_PAGE, _MOST_READ = 100, 500
"""Unsure marks that are looked through for one decision: those without a picture come after those with one."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One unsure mark, with what there is to decide by. Without a sighting nobody was seen who could be compared."""

    row: LogRow
    faces: Sequence[Face]
    sighting: Sighting | None
    recording: Recording | None
    roster: Sequence[Student]

    @property
    def has_rival(self) -> bool:
        """Whether somebody else on the roster was near enough to be told apart from."""
        return self.sighting is not None and self.sighting.margin is not None and self.sighting.margin < _NOBODY_ELSE


_NOBODY_ELSE = 100
"""The margin where nobody else is enrolled."""


@dataclass(frozen=True, slots=True)
class Queue:
    """How many wait, and the one that is looked at; None where there is none (any more)."""

    total: int
    skipped: int
    waiting: Waiting | None
    next_sighting_id: str | None = None


def review_queue(services: Services, courses: Sequence[Course], *, lecture_id: str = "", skipped: int = 0) -> Queue:
    """The queue of these courses, or of one lecture of theirs; those with a picture first, newest lectures first."""
    wanted = _wanted(services, courses, lecture_id)
    total = _count(services, wanted) if courses else 0
    skipped = skipped if skipped < total else 0
    rows = _in_order(_read(services, wanted), skipped + 2) if total else []
    chosen = rows[skipped : skipped + 2]
    if not chosen:
        return Queue(total, skipped, None)
    after = chosen[1].mark.evidence if len(chosen) > 1 else None
    return Queue(total, skipped, _waiting(services, chosen[0]), after.sighting_id if after else None)


def count_waiting(services: Services, course_ids: Sequence[str] | None) -> int:
    """How long the queue of these courses is, or of all."""
    return _count(services, LogFilter(course_ids=course_ids, statuses=(Status.UNSURE,)))


def _count(services: Services, wanted: LogFilter) -> int:
    return services.store.log_totals(wanted)[Status.UNSURE]


def _wanted(services: Services, courses: Sequence[Course], lecture_id: str) -> LogFilter:
    course_ids = [course.id for course in courses]
    if lecture_id:
        with suppress(NotFound):
            lecture = services.store.lecture(lecture_id)
            if lecture.course_id in course_ids:
                return of_lecture(lecture, statuses=(Status.UNSURE,))
    return LogFilter(course_ids=course_ids, statuses=(Status.UNSURE,))


def _read(services: Services, wanted: LogFilter) -> Iterator[LogRow]:
    return all_items(lambda number: services.store.log(wanted, page=number, size=_PAGE))


def _in_order(rows: Iterator[LogRow], needed: int) -> list[LogRow]:
    """As many as are needed: faces to compare before those of whom there is none."""
    faces: list[LogRow] = []
    others: list[LogRow] = []
    for number, row in enumerate(rows, start=1):
        (others if row.mark.evidence is None else faces).append(row)
        if len(faces) >= needed or number >= max(_MOST_READ, needed):
            break
    return [*faces, *others]


def _waiting(services: Services, row: LogRow) -> Waiting:
    faces = [face for face in services.store.faces([row.student_id]) if face.engine == services.faces.name]
    best = sorted(faces, key=lambda face: face.quality, reverse=True)[:MOST_PHOTOS]
    sighting = recording = None
    if row.mark.evidence is not None:
        with suppress(NotFound):  # searched again at this moment
            sighting = services.store.sighting(row.mark.evidence.sighting_id)
            recording = services.store.recording(row.mark.evidence.recording_id)
    roster = sorted(services.store.roster(row.course.id), key=lambda one: (one.name, one.id))
    return Waiting(row, best, sighting, recording, [one for one in roster if one.id != row.student_id])
