"""Register a student, and change what is known of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, timedelta

from attendance.changes import AddStudent, SaveStudent
from attendance.committing import commit
from attendance.errors import AlreadyExists, InvalidInput, NotFound
from attendance.events import PhotosRemoved, StudentRegistered
from attendance.model import AuditEntry, Face, Student, new_id
from attendance.services import Services
from attendance.use_cases.names import clean_name, clean_student_id
from attendance.use_cases.outbox import follow_up
from attendance.use_cases.students.photos import AddedPhoto, alike_in_words, enrolled_photos

EARLIEST_CONSENT = date(1900, 1, 1)
FIRST_ZONE_AHEAD = timedelta(hours=14)  # where a day begins first on earth, so that nobody's today is refused


@dataclass(frozen=True, slots=True)
class Registration:
    """A new student and what became of each photo, in the order given."""

    student: Student
    photos: tuple[AddedPhoto, ...]


def register_student(
    services: Services,
    *,
    student_id: str,
    name: str,
    consent_on: date | None,
    course_ids: Sequence[str] = (),
    photos: Sequence[bytes] = (),
    by: str | None,
    everybody: Sequence[Face] | None = None,
) -> Registration:
    """Raises InvalidInput, AlreadyExists, NotFound (course), ConsentMissing, BadPhoto; nothing is stored then.

    `everybody` are all enrolled faces, where the caller has them at hand.
    """
    student = Student(
        id=clean_student_id(student_id),
        key=new_id(),
        name=clean_name(name),
        created_at=services.now(),
        consent_on=check_consent_date(services, consent_on),
    )
    _refuse_taken(services, student.id)
    for course_id in course_ids:
        services.store.course(course_id)
    with enrolled_photos(services, student, photos, everybody=everybody) as added:
        commit(
            services,
            AddStudent(student, [one.face for one in added], course_ids),
            AuditEntry(student.created_at, by, "student.registered", student.id, _in_words(added)),
            StudentRegistered(at=student.created_at, student_key=student.key),
        )
    return Registration(student, tuple(added))


def check_consent_date(services: Services, consent_on: date | None) -> date | None:
    """The date itself. Raises InvalidInput where nobody can have agreed then."""
    if consent_on is None:
        return None
    if consent_on < EARLIEST_CONSENT:
        raise InvalidInput("The consent date must not be before 1900.", field="consent_on")
    if consent_on > (services.now().astimezone(UTC) + FIRST_ZONE_AHEAD).date():
        raise InvalidInput("The consent date must not be in the future.", field="consent_on")
    return consent_on


def _refuse_taken(services: Services, student_id: str) -> None:
    """Before the photos are looked at, because that takes time; the store has the last word."""
    try:
        services.store.student(student_id)
    except NotFound:
        return
    raise AlreadyExists("The student id %(student_id)s is already registered.", student_id=student_id)


def _in_words(added: Sequence[AddedPhoto]) -> str:
    photos = f"{len(added)} photos" if len(added) != 1 else "1 photo"
    return ", ".join(filter(None, (photos, alike_in_words(added))))


def change_student(
    services: Services, student_id: str, *, name: str, consent_on: date | None, by: str | None
) -> Student:
    """The student as changed. Raises NotFound, InvalidInput.

    `consent_on` None takes consent back, which erases photos and faces.
    """
    student = services.store.student(student_id)
    changed = replace(student, name=clean_name(name), consent_on=check_consent_date(services, consent_on))
    if changed == student:
        return student
    withdrawn = student.consent_on is not None and changed.consent_on is None
    entry = AuditEntry(services.now(), by, "student.consent_withdrawn" if withdrawn else "student.changed", student_id)
    events = [PhotosRemoved(at=entry.at, student_key=student.key)] if withdrawn else []
    commit(services, SaveStudent(changed), entry, *events)
    if withdrawn:
        follow_up(services)
    return changed
