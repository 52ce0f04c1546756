"""Remove a student everywhere, and what a removal that broke off left behind."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from attendance.changes import ForgetNames, RemoveStudent
from attendance.committing import commit
from attendance.errors import Conflict
from attendance.events import StudentRemoved
from attendance.model import AuditEntry, Face, Lecture, LogFilter, LogRow, Role, User, new_id
from attendance.rules.paging import all_items
from attendance.services import Services
from attendance.use_cases.doors.consenting import visits_of
from attendance.use_cases.imports.forgetting import imports_that_name
from attendance.use_cases.lectures.marks import decided_sightings
from attendance.use_cases.outbox import follow_up
from attendance.use_cases.removals import STUDENT_REMOVED, pseudonym

_PAGE = 200


@dataclass(frozen=True, slots=True)
class Erasure:
    """How much is erased with a student; `account` says whether a login goes too.

    `imports` are those whose files name the student, `visits` those at doors. `filmed` are the lectures whose
    recordings may still show the student: those of their courses, and others where they have a mark.
    """

    photos: int
    faces: int
    evidence_pictures: int
    marks: int
    lectures: int
    account: bool
    imports: int = 0
    visits: int = 0
    filmed: tuple[Lecture, ...] = ()

    def __str__(self) -> str:
        counted = (
            f"photos {self.photos}",
            f"faces {self.faces}",
            f"evidence pictures {self.evidence_pictures}",
            f"marks {self.marks}",
            f"lectures {self.lectures}",
            f"account {'yes' if self.account else 'no'}",
            *([f"visits {self.visits}"] if self.visits else []),
        )
        return ", ".join(counted)


def what_will_be_erased(services: Services, student_id: str) -> Erasure:
    """Counted at this moment. Raises NotFound."""
    services.store.student(student_id)
    faces = services.store.faces([student_id])
    rows = list(_log_rows(services, student_id))
    lectures = {row.lecture.id for row in rows}
    accounts = _accounts(services, student_id)
    return Erasure(
        photos=len({face.photo_key for face in faces}),
        faces=len(faces),
        evidence_pictures=sum(_pictures(services, lecture_id, student_id) for lecture_id in lectures),
        marks=len(rows),
        lectures=len(lectures),
        account=bool(accounts),
        imports=imports_that_name(services, student_id),
        visits=visits_of(services, student_id),
        filmed=_filmed(services, student_id, {row.lecture.id: row.lecture for row in rows}),
    )


def remove_student(services: Services, student_id: str, *, by: str | None) -> Erasure:
    """What was erased. Raises NotFound.

    The rows go first and at once. Files, and copies that a face service holds, follow now or with a sweep, so that none
    that fails holds up the others.
    """
    erasure = what_will_be_erased(services, student_id)
    emails = [user.email for user in _accounts(services, student_id)]
    entry = AuditEntry(services.now(), by, STUDENT_REMOVED, pseudonym(services, student_id), str(erasure))
    key = services.store.student(student_id).key
    event = StudentRemoved(at=entry.at, pseudonym=entry.subject, student_key=key)
    commit(services, RemoveStudent(student_id), ForgetNames({student_id, *emails}), entry, event)
    follow_up(services)
    return erasure


def _log_rows(services: Services, student_id: str) -> Iterator[LogRow]:
    return all_items(lambda page: services.store.log(LogFilter(student_id=student_id), page=page, size=_PAGE))


def _pictures(services: Services, lecture_id: str, student_id: str) -> int:
    sightings = decided_sightings(services, lecture_id)
    return sum(1 for one in sightings if one.student_id == student_id and one.picture_key is not None)


def _accounts(services: Services, student_id: str) -> list[User]:
    return [user for user in services.store.accounts(student_id) if user.role is Role.STUDENT]


def _filmed(services: Services, student_id: str, marked: Mapping[str, Lecture]) -> tuple[Lecture, ...]:
    """Newest first. Nobody can know of a recording that it does not show somebody who sat in the room."""
    found = dict(marked)
    courses = [course.id for course in services.store.courses(student_id=student_id)]
    if courses:
        lectures = all_items(lambda page: services.store.lectures(course_ids=courses, page=page, size=_PAGE))
        found |= {lecture.id: lecture for lecture in lectures}
    with_recordings = services.store.lecture_counts(list(found))
    filmed = [lecture for lecture in found.values() if with_recordings[lecture.id].searches.total()]
    return tuple(sorted(filmed, key=lambda lecture: lecture.starts_at, reverse=True))


PATIENCE_S = 120.0
"""A face is enrolled some seconds before its row is written; one that is a stray twice belongs to nobody."""

_log = logging.getLogger(__name__)


@runtime_checkable
class KeepsFaces(Protocol):
    """A FaceSearch that holds faces itself, and can say which."""

    def enrolled_ids(self) -> set[str]:
        """The `external_id` of each."""


def strays(services: Services) -> set[str]:
    """What the engine holds and no face of ours names. Raises Conflict where that cannot be told now.

    The engine's collection must be of this site alone.
    """
    if not isinstance(services.faces, KeepsFaces):
        return set()
    held = services.faces.enrolled_ids()  # before the rows are read: what is enrolled meanwhile is no stray
    if any(count.renewed for count in services.store.engine_counts()):
        raise Conflict("Photos are being enrolled anew; look for faces without a student when that is done.")
    return held - {face.external_id for face in services.store.faces() if face.external_id is not None}


def forget_strays(
    services: Services, *, patience_s: float = PATIENCE_S, sleep: Callable[[float], None] = time.sleep
) -> int:
    """How many were forgotten. It waits between two looks. Raises Conflict, ServiceUnavailable."""
    found = strays(services)
    if found:
        sleep(patience_s)
        found &= strays(services)
    services.faces.remove([_nobodys(services, external_id) for external_id in sorted(found)])
    if found:
        _log.info("%s faces that no row names were forgotten.", len(found))
    return len(found)


def _nobodys(services: Services, external_id: str) -> Face:
    return Face(new_id(), "", services.faces.name, "", "", 0.0, services.now(), external_id=external_id)
