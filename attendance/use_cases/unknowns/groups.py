"""The unknown people of a course, each with the best pictures, and who each of them may be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar

from attendance.errors import NotFound
from attendance.model import Course, Device, Lecture, Owner, Recording, Sighting, Student, UnknownDecision
from attendance.rules.consent import may_be_named
from attendance.rules.paging import all_items
from attendance.rules.unknowns import (
    Cluster,
    Likeness,
    best_pictures,
    clusters,
    proposals,
)
from attendance.services import Services
from attendance.use_cases.site.reading import thresholds

_PAGE = 200
MOST_CANDIDATES = 20
_LEAST_LETTERS = 2
"""Of what is typed, before students of other rosters are shown."""


@dataclass(frozen=True, slots=True)
class SeenUnknown:
    """One sighting, and when and where it was."""

    sighting: Sighting
    recording: Recording
    lecture: Lecture

    @property
    def at(self) -> datetime:
        """The moment of the picture."""
        second = self.sighting.first_s if self.sighting.picture_s is None else self.sighting.picture_s
        return self.recording.started_at + timedelta(seconds=second)

    @property
    def occasion(self) -> str:
        """The lecture."""
        return self.lecture.id


S = TypeVar("S", bound="Shown")


class Shown(Protocol):
    """A sighting with the moment of its picture, and on which of several occasions it was."""

    @property
    def sighting(self) -> Sighting: ...

    @property
    def at(self) -> datetime: ...

    @property
    def occasion(self) -> object: ...


@dataclass(frozen=True, slots=True)
class UnknownGroup(Generic[S]):
    """Sightings of one person whom no search could name. `id` is that of its first sighting, and names it in addresses.

    `best` are its best pictures. `student` is who a person said it is; `may_be` a student whom it may be as well, and
    how alike, 0 to 100. `decisions` are what was said of it, newest first, each of which can be undone.
    """

    id: str
    seen: tuple[S, ...]
    best: tuple[S, ...]
    student: Student | None
    ignored: bool
    decisions: tuple[UnknownDecision, ...]
    may_be: tuple[Student, float] | None = None

    @property
    def is_open(self) -> bool:
        """Whether nobody has said who it is."""
        return self.student is None and not self.ignored

    @property
    def occasions(self) -> int:
        """In how many lectures, or on how many days."""
        return len({one.occasion for one in self.seen})


def groups(services: Services, course: Course) -> list[UnknownGroup[SeenUnknown]]:
    """All of a course: those whom nobody named before the others, and whoever was seen last first.

    Where no vectors are kept, a group is one person of one recording, unless somebody put several together.
    """
    decisions = services.store.unknown_decisions(owner_of(course))
    seen = {one.sighting.id: one for one in _seen(services, course, decisions)}
    searched = {one.recording.id: one.recording.searched_at for one in seen.values()}
    return grouped(services, seen, decisions, _comparable(services, seen.values()), searched)


def grouped(
    services: Services,
    seen: Mapping[str, S],
    decisions: Sequence[UnknownDecision],
    comparable: Sequence[Sighting],
    searched: Mapping[str, datetime | None],
) -> list[UnknownGroup[S]]:
    """The groups of what was seen, by the faces of those that can be compared and by what people said."""
    likeness = Likeness.of(comparable, services.faces.likeness)
    found = clusters([one.sighting for one in seen.values()], decisions, likeness, thresholds(services).accept)
    may_be = proposals(found, likeness, thresholds(services).review, searched)
    students = _Students(services)
    made = [_group(one, seen, students, may_be.get(place)) for place, one in enumerate(found)]
    made.sort(key=lambda group: (group.seen[-1].at, group.id), reverse=True)
    return sorted(made, key=lambda group: not group.is_open)


def group_of(services: Services, sighting_id: str) -> tuple[Course, UnknownGroup[SeenUnknown]]:
    """The group of a sighting, and its course. Raises NotFound."""
    recording = services.store.recording(services.store.sighting(sighting_id).recording_id)
    course = services.store.course(services.store.lecture(recording.lecture_id).course_id)
    for group in groups(services, course):
        if any(one.sighting.id == sighting_id for one in group.seen):
            return course, group
    raise no_group()


def no_group() -> NotFound:
    """For whoever asks for it by an address of before."""
    return NotFound("This person is no longer among the unknown ones.")


def who_it_may_be(services: Services, course: Course, text: str = "") -> list[Student]:
    """Who can be chosen: of the roster first, then everybody else who consented, once two letters are typed."""
    text = text.strip()
    roster = list(_matching(services, text, course.id))
    known = {student.id for student in roster}
    others: list[Student] = []
    if len(text) >= _LEAST_LETTERS:
        for student in _matching(services, text, None):
            if len(roster) + len(others) >= MOST_CANDIDATES:
                break
            if student.id not in known and may_be_named(student, on_roster=False):
                others.append(student)
    return [*roster, *others][: max(MOST_CANDIDATES, len(roster) if not text else 0)]


def lectures_of(services: Services, course_id: str) -> Iterator[Lecture]:
    """Newest first."""
    return all_items(lambda number: services.store.lectures(course_ids=[course_id], page=number, size=_PAGE))


def owner_of(owner: Course | Device) -> Owner:
    """For whom unknown people are gathered."""
    return Owner.course(owner.id) if isinstance(owner, Course) else Owner.door(owner.id)


def _matching(services: Services, text: str, course_id: str | None) -> Iterator[Student]:
    return all_items(lambda number: services.store.students(text=text, course_id=course_id, page=number, size=_PAGE))


def _seen(services: Services, course: Course, decisions: Sequence[UnknownDecision]) -> Iterator[SeenUnknown]:
    """Of lectures with unknown people, and of those that people spoke of."""
    lectures = list(lectures_of(services, course.id))
    counts = services.store.lecture_counts([lecture.id for lecture in lectures])
    spoken_of = {spot.lecture_id for one in decisions for spot in one.seen}
    for lecture in lectures:
        if not counts[lecture.id].strangers and lecture.id not in spoken_of:
            continue
        recordings = {one.id: one for one in services.store.recordings(lecture.id)}
        for seen in services.store.sightings(lecture.id):
            if seen.recording_id in recordings:
                yield SeenUnknown(seen, recordings[seen.recording_id], lecture)


def _comparable(services: Services, seen: Iterable[SeenUnknown]) -> list[Sighting]:
    """Vectors of another engine cannot be compared with its own."""
    return [one.sighting for one in seen if one.recording.engine == services.faces.name]


class _Students:
    """Reads each student once."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._known: dict[str, Student | None] = {}

    def get(self, student_id: str | None) -> Student | None:
        if student_id is None:
            return None
        if student_id not in self._known:
            try:
                self._known[student_id] = self._services.store.student(student_id)
            except NotFound:
                self._known[student_id] = None
        return self._known[student_id]


def _group(
    cluster: Cluster,
    seen: Mapping[str, S],
    students: _Students,
    may_be: tuple[str, float] | None,
) -> UnknownGroup[S]:
    own = sorted((seen[one.id] for one in cluster.sightings), key=lambda one: (one.at, one.sighting.id))
    best = [seen[one.id] for one in best_pictures(cluster.sightings)]
    other = students.get(may_be[0]) if may_be else None
    return UnknownGroup(
        id=own[0].sighting.id,
        seen=tuple(own),
        best=tuple(best),
        student=students.get(cluster.student_id),
        ignored=cluster.ignored,
        decisions=cluster.decisions,
        may_be=(other, may_be[1]) if may_be and other else None,
    )
