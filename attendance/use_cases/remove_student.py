"""Remove a student with everything that shows or names them, and say beforehand what that is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from attendance.list_model import AuditEntry, LogFilter, LogRow
from attendance.model import Role
from attendance.services import Services
from attendance.use_cases.erase import erase_pending

_PAGE = 200


@dataclass(frozen=True, slots=True)
class Erasure:
    """How much is erased with a student; `account` says whether a login goes too."""

    photos: int
    faces: int
    evidence_pictures: int
    marks: int
    lectures: int
    account: bool

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
    return Erasure(
        photos=len({face.photo_key for face in faces}),
        faces=len(faces),
        evidence_pictures=sum(_pictures(services, lecture_id, student_id) for lecture_id in lectures),
        marks=len(rows),
        lectures=len(lectures),
        account=_has_account(services, student_id),
    )


def remove_student(services: Services, student_id: str, *, by: str | None) -> Erasure:
    """What was erased. Raises NotFound.

    The engine forgets the faces first: where that fails, everything is still there and it can be tried again.
    """
    erasure = what_will_be_erased(services, student_id)
    services.faces.remove(services.store.faces([student_id]))
    services.store.remove_student(student_id)
    services.store.add_audit(AuditEntry(services.now(), by, "student.removed", student_id, str(erasure)))
    erase_pending(services)
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


def _has_account(services: Services, student_id: str) -> bool:
    number = 1
    while True:
        page = services.store.users(page=number, size=_PAGE)
        if any(user.role is Role.STUDENT and user.student_id == student_id for user in page.items):
            return True
        if number >= page.pages:
            return False
        number += 1
