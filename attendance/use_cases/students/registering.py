"""Register a student, and change what is known of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from attendance.changes import AddStudent, SaveStudent
from attendance.committing import commit
from attendance.errors import AlreadyExists, InvalidInput, NotFound, Personal
from attendance.events import StudentRegistered
from attendance.model import AuditEntry, Face, Student, new_id
from attendance.services import Services
from attendance.use_cases.names import clean_name, clean_student_id
from attendance.use_cases.people.accounts import clean_email
from attendance.use_cases.students.consents import Given, consents_given, consents_in_words
from attendance.use_cases.students.photos import AddedPhoto, alike_in_words, enrolled_photos


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
    given: Given | None = None,
    course_ids: Sequence[str] = (),
    photos: Sequence[bytes] = (),
    by: str | None,
    everybody: Sequence[Face] | None = None,
) -> Registration:
    """Raises InvalidInput, AlreadyExists, NotFound (course), ConsentMissing, BadPhoto; nothing is stored then.

    `given` says more of the consent of that day. `everybody` are all enrolled faces, where the caller has them at
    hand.
    """
    student = Student(
        id=clean_student_id(student_id),
        key=new_id(),
        name=clean_name(name),
        created_at=services.now(),
        consents=consents_given(services, consent_on, given or Given(), by=by),
    )
    _refuse_taken(services, student.id)
    for course_id in course_ids:
        services.store.course(course_id)
    with enrolled_photos(services, student, photos, everybody=everybody) as added:
        commit(
            services,
            AddStudent(student, [one.face for one in added], course_ids),
            AuditEntry(student.created_at, by, "student.registered", student.id, _in_words(student, added)),
            StudentRegistered(at=student.created_at, student_key=student.key),
        )
    return Registration(student, tuple(added))


def _refuse_taken(services: Services, student_id: str) -> None:
    """Before the photos are looked at, because that takes time; the store has the last word."""
    try:
        services.store.student(student_id)
    except NotFound:
        return
    raise AlreadyExists("The student id %(student_id)s is already registered.", student_id=Personal(student_id))


def _in_words(student: Student, added: Sequence[AddedPhoto]) -> str:
    photos = f"{len(added)} photos" if len(added) != 1 else "1 photo"
    return ", ".join(filter(None, (photos, alike_in_words(added), consents_in_words(student.consents))))


def change_student(
    services: Services, student_id: str, *, name: str, contact_email: str | None = None, by: str | None
) -> Student:
    """The student as changed; `contact_email` None leaves it as it is, empty takes it off the record.

    The audit trail says that the contact was changed, and never the address. Raises NotFound, InvalidInput.
    """
    student = services.store.student(student_id)
    changed = replace(student, name=clean_name(name))
    if contact_email is not None:
        changed = replace(changed, contact_email=_contact(contact_email))
    if changed == student:
        return student
    detail = "contact" if changed.contact_email != student.contact_email else ""
    commit(services, SaveStudent(changed), AuditEntry(services.now(), by, "student.changed", student_id, detail))
    return changed


def _contact(text: str) -> str:
    if not text.strip():
        return ""
    try:
        return clean_email(text)
    except InvalidInput as wrong:
        wrong.field = "contact_email"
        raise
