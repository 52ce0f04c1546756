"""Lectures as iCalendar, by an address that its owner can end.

The address is signed with a key of the user's own: a new key makes all addresses of before worth nothing. Whoever has
an address reads the times of those lectures without a login, and no names of students.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from icalendar import Calendar, Event

from attendance.changes import SaveUser
from attendance.committing import commit, read_again
from attendance.disk.secret_files import site_secret
from attendance.errors import NotFound
from attendance.model import AuditEntry, Course, Role, User, new_id
from attendance.services import Services
from attendance.words import Words

ALL = "all"
_BACK, _AHEAD = timedelta(days=366), timedelta(days=366)
_SIGNATURE_CHARACTERS = 40
_REFRESH = timedelta(hours=1)


@read_again
def make_calendar_key(services: Services, user_id: str) -> User:
    """New addresses; those of before are worth nothing. Raises NotFound."""
    return _save(services, user_id, new_id(), "user.calendar_made")


@read_again
def end_calendars(services: Services, user_id: str) -> User:
    """No addresses any more. Raises NotFound."""
    return _save(services, user_id, None, "user.calendar_ended")


def calendar_path(services: Services, user: User, scope: str) -> str:
    """Of all lectures of the user (`ALL`), or of those of one course by its id. Raises NotFound where there is none."""
    if user.calendar_key is None:
        raise _no_calendar()
    return f"/calendar/{user.id}/{scope}/{_signature(services, user, scope)}.ics"


def read_calendar(services: Services, user_id: str, scope: str, signature: str, words: Words) -> tuple[User, bytes]:
    """Whose it is, and the lectures of a year back and a year ahead.

    Raises NotFound where the address is not one of ours, was ended, or its owner does not see the course any more.
    """
    try:
        user = services.store.user(user_id)
    except NotFound:
        raise _no_calendar() from None
    if user.calendar_key is None or not hmac.compare_digest(
        signature.encode(), _signature(services, user, scope).encode()
    ):
        raise _no_calendar()
    courses = [one for one in _courses_of(services, user) if scope in (ALL, one.id)]
    if scope != ALL and not courses:
        raise _no_calendar()
    return user, _calendar(services, user, courses, Words(user.language or words.language, words.zone))


def _calendar(services: Services, user: User, courses: Sequence[Course], words: Words) -> bytes:
    now, by_id = services.now(), {course.id: course for course in courses}
    ids = None if user.role is Role.ADMIN and len(courses) > 1 else list(by_id)
    calendar = Calendar()
    calendar.add("prodid", "-//Rollcall//Lectures//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    name = courses[0].label if len(courses) == 1 else words("Lectures")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", _REFRESH, parameters={"value": "DURATION"})
    for lecture in services.store.lectures_between(now - _BACK, now + _AHEAD, course_ids=ids):
        if lecture.course_id not in by_id:
            continue
        course, event = by_id[lecture.course_id], Event()
        event.add("uid", f"{lecture.id}@rollcall")
        event.add("dtstamp", now)
        event.add("dtstart", lecture.starts_at)
        event.add("dtend", lecture.ends_at)
        event.add("summary", " · ".join(filter(None, (course.label, course.name, lecture.title))))
        if services.settings.address and user.role is not Role.STUDENT:
            event.add("url", f"{services.settings.address}/lectures/{lecture.id}")
        calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content


def _courses_of(services: Services, user: User) -> Sequence[Course]:
    if user.role is Role.ADMIN:
        return services.store.courses()
    if user.role is Role.TEACHER:
        return services.store.courses(teacher_id=user.id)
    return services.store.courses(student_id=user.student_id) if user.student_id else ()


def _signature(services: Services, user: User, scope: str) -> str:
    key = hmac.digest(site_secret(services.settings.data).encode(), b"calendars", hashlib.sha256)
    words = f"{user.id} {user.calendar_key} {scope}".encode()
    return hmac.new(key, words, hashlib.sha256).hexdigest()[:_SIGNATURE_CHARACTERS]


def _save(services: Services, user_id: str, key: str | None, action: str) -> User:
    user = services.store.user(user_id)
    changed = replace(user, calendar_key=key)
    entry = AuditEntry(services.now(), user.id, action, user.student_id or user.email)
    commit(services, SaveUser(changed, user), entry)
    return changed


def _no_calendar() -> NotFound:
    return NotFound("There is no calendar at this address, or it was ended.")
