"""Whoever asks at a kiosk to be registered waits for an admin, who registers them with a consent or refuses.

Until then the photo is a file that people look at: no face vector is made of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from attendance.changes import RemoveRegistration
from attendance.committing import commit
from attendance.errors import InvalidInput, NotFound
from attendance.media_keys import kiosk_key
from attendance.model import AuditEntry, Course, Device, DoorRegistration, KioskOutcome
from attendance.services import Services
from attendance.use_cases.erasing import erase_soon
from attendance.use_cases.kiosks.places import courses_at
from attendance.use_cases.names import clean_name, same_text
from attendance.use_cases.students.consents import Given
from attendance.use_cases.students.registering import Registration, register_student

MOST_WAITING = 200
"""At all kiosks: whoever plays with one must not fill the disk."""

WHICH_COURSE, NO_NAME, TOO_MANY, WAITS_ALREADY = "which_course", "no_name", "too_many", "waits_already"


@dataclass(frozen=True, slots=True)
class SentRegistration:
    """Who somebody says they are, and which course they mean; None where the place has one only."""

    course_id: str | None
    name: str


@dataclass(frozen=True, slots=True)
class WaitingPerson:
    """Somebody who waits to be registered, with the course, and until when."""

    registration: DoorRegistration
    course: Course
    until: datetime


def ask_to_be_registered(
    services: Services, device: Device, attempt_id: str, at: datetime, sent: SentRegistration | None, photo: bytes
) -> tuple[KioskOutcome, str, DoorRegistration | None]:
    """What is answered, why, and what is to be stored, where it is. The photo is stored already then."""
    course = _course(services, device, sent.course_id if sent is not None else None)
    if course is None:
        return KioskOutcome.REFUSED, WHICH_COURSE, None
    try:
        name = clean_name(sent.name if sent is not None else "")
    except InvalidInput:
        return KioskOutcome.REFUSED, NO_NAME, None
    if any(same_text(one.name) == same_text(name) for one in services.store.roster(course.id)):
        return KioskOutcome.ALREADY_REGISTERED, "", None
    waiting = services.store.door_registrations()
    if any(one.course_id == course.id and same_text(one.name) == same_text(name) for one in waiting):
        return KioskOutcome.ALREADY_REGISTERED, WAITS_ALREADY, None
    if len(waiting) >= MOST_WAITING:
        return KioskOutcome.REFUSED, TOO_MANY, None
    key = kiosk_key(device.id)
    services.media.put(key, photo)
    asking = DoorRegistration(attempt_id, device.id, device.room, course.id, name, at, key)
    return KioskOutcome.PENDING, "", asking


def waiting_people(services: Services) -> list[WaitingPerson]:
    """The first to ask first."""
    courses = {course.id: course for course in services.store.courses()}
    lasts = timedelta(days=services.settings.registration_days)
    found = services.store.door_registrations()
    return [WaitingPerson(one, courses[one.course_id], one.at + lasts) for one in found if one.course_id in courses]


def waiting_person(services: Services, registration_id: str) -> WaitingPerson:
    """Raises NotFound."""
    one = services.store.door_registration(registration_id)
    until = one.at + timedelta(days=services.settings.registration_days)
    return WaitingPerson(one, services.store.course(one.course_id), until)


def confirm_registration(
    services: Services,
    registration_id: str,
    *,
    student_id: str,
    name: str,
    consent_on: date,
    given: Given,
    by: str | None,
) -> Registration:
    """Register the person as the form does: with the photo, on the roster, with the consent of that day.

    Raises NotFound, InvalidInput, AlreadyExists (id), BadPhoto; the person waits on then.
    """
    asked = services.store.door_registration(registration_id)
    photo = services.media.read(asked.picture_key)
    done = register_student(
        services,
        student_id=student_id,
        name=name,
        consent_on=consent_on,
        given=given,
        course_ids=[asked.course_id],
        photos=[photo],
        by=by,
    )
    _forget(services, asked, AuditEntry(services.now(), by, "registration.confirmed", done.student.id, asked.room))
    return done


def refuse_registration(services: Services, registration_id: str, *, by: str | None) -> None:
    """The photo and the name are gone. Raises NotFound."""
    asked = services.store.door_registration(registration_id)
    _forget(services, asked, AuditEntry(services.now(), by, "registration.refused", asked.room, ""))


def forget_old_registrations(services: Services) -> int:
    """Those that waited longer than the setting says; how many."""
    before = services.now() - timedelta(days=services.settings.registration_days)
    old = [one for one in services.store.door_registrations() if one.at < before]
    for one in old:
        _forget(services, one)
    return len(old)


def _forget(services: Services, asked: DoorRegistration, *entries: AuditEntry) -> None:
    try:
        commit(services, RemoveRegistration(asked.id), *entries)
    except NotFound:
        return  # somebody else decided at the same moment
    erase_soon(services)


def _course(services: Services, device: Device, course_id: str | None) -> Course | None:
    courses: Sequence[Course] = courses_at(services, device)
    if course_id is None:
        return courses[0] if len(courses) == 1 else None
    return next((one for one in courses if one.id == course_id), None)
