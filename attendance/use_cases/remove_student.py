"""Remove a student with everything that shows or names them, and say beforehand what that is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from attendance.list_model import AuditEntry, LogFilter, LogRow
from attendance.model import Lecture, Role, User
from attendance.services import Services
from attendance.use_cases.erase import erase_soon
from attendance.use_cases.forget_in_imports import forget_removed, imports_that_name
from attendance.use_cases.removals import STUDENT_REMOVED, pseudonym, write_down_removal

_PAGE = 200


@dataclass(frozen=True, slots=True)
class Erasure:
    """How much is erased with a student; `account` says whether a login goes too.

    `imports` are those whose files name the student. `filmed` are the lectures whose recordings may still show the
    student: those of their courses, and others where they have a mark.
    """

    photos: int
    faces: int
    evidence_pictures: int
    marks: int
    lectures: int
    account: bool
    imports: int = 0
    filmed: tuple[Lecture, ...] = ()

    def __str__(self) -> str:
        counted = (
            f"photos {self.photos}",
            f"faces {self.faces}",
            f"evidence pictures {self.evidence_pictures}",
            f"marks {self.marks}",
            f"lectures {self.lectures}",
            f"account {'yes' if self.account else 'no'}",
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
        filmed=_filmed(services, student_id, {row.lecture.id: row.lecture for row in rows}),
    )


def remove_student(services: Services, student_id: str, *, by: str | None) -> Erasure:
    """What was erased. Raises NotFound.

    The rows go first and at once. Files, and copies that a face service keeps, follow now or with a sweep, so that none
    that fails holds up the others.
    """
    erasure = what_will_be_erased(services, student_id)
    emails = [user.email for user in _accounts(services, student_id)]
    entry = AuditEntry(services.now(), by, STUDENT_REMOVED, pseudonym(services, student_id), str(erasure))
    services.store.remove_student(student_id)
    write_down_removal(services, entry, {student_id, *emails})
    forget_removed(services)
    erase_soon(services)
    return erasure


def _log_rows(services: Services, student_id: str) -> Iterator[LogRow]:
    number = 1
    while True:
        page = services.store.log(LogFilter(student_id=student_id), page=number, size=_PAGE)
        yield from page.items
        if number >= page.pages:
            return
        number += 1


def _pictures(services: Services, lecture_id: str, student_id: str) -> int:
    sightings = services.store.sightings(lecture_id)
    return sum(1 for one in sightings if one.student_id == student_id and one.picture_key is not None)


def _accounts(services: Services, student_id: str) -> list[User]:
    found: list[User] = []
    number = 1
    while True:
        page = services.store.users(page=number, size=_PAGE)
        found += [user for user in page.items if user.role is Role.STUDENT and user.student_id == student_id]
        if number >= page.pages:
            return found
        number += 1


def _filmed(services: Services, student_id: str, marked: Mapping[str, Lecture]) -> tuple[Lecture, ...]:
    """Newest first. Nobody can know of a recording that it does not show somebody who sat in the room."""
    found = dict(marked)
    courses = [course.id for course in services.store.courses(student_id=student_id)]
    number = 1
    while courses:
        page = services.store.lectures(course_ids=courses, page=number, size=_PAGE)
        found |= {lecture.id: lecture for lecture in page.items}
        if number >= page.pages:
            break
        number += 1
    with_recordings = services.store.lecture_counts(list(found))
    filmed = [lecture for lecture in found.values() if with_recordings[lecture.id].searches.total()]
    return tuple(sorted(filmed, key=lambda lecture: lecture.starts_at, reverse=True))
