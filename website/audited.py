"""What is noted for the audit trail of what people look at and take along; none of it keeps an answer from anybody."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable

from flask import request

from attendance.errors import RollcallError
from attendance.model import Course, Lecture, Role, Sighting
from attendance.use_cases.names import same_text
from attendance.use_cases.people.accounts import find_by_email, named
from attendance.use_cases.people.auditing import (
    EVIDENCE_SEEN,
    RECORDING_SEEN,
    UNKNOWN_ACCOUNT,
    note_export,
    note_failed_sign_in,
    note_view,
)
from website.current import current_services, signed_in_user
from website.limits import asking_network, is_first_of_hour

_MOST_NAMED = 5
_log = logging.getLogger(__name__)


def picture_seen(sighting: Sighting) -> None:
    """By somebody of the staff; somebody unknown is told by their lecture."""
    if signed_in_user().role is Role.STUDENT:
        return
    if sighting.student_id is not None:
        _seen(EVIDENCE_SEEN, sighting.student_id)
        return
    store = current_services().store
    lecture = store.lecture(store.recording(sighting.recording_id).lecture_id)
    _seen(EVIDENCE_SEEN, _lecture_in_words(lecture, store.course(lecture.course_id)))


def visit_seen(student_id: str | None, door: str) -> None:
    """The picture of somebody at a door."""
    _seen(EVIDENCE_SEEN, student_id or door)


def recording_seen(lecture: Lecture, course: Course) -> None:
    """By somebody of the staff."""
    _seen(RECORDING_SEEN, _lecture_in_words(lecture, course))


def exported(action: str, subjects: list[str], detail: str) -> None:
    """A list of these was taken along as a file."""
    subject = ", ".join(subjects) if len(subjects) <= _MOST_NAMED else f"{len(subjects)} courses"
    _noted(lambda: note_export(current_services(), action, subject or "-", detail, by=signed_in_user().id))


def sign_in_failed(email: str) -> None:
    """Once an hour for each account and address; the same is done where nobody has the account."""
    tried = hashlib.sha256(same_text(email.strip()).encode()).hexdigest()
    if not is_first_of_hour("sign-in-failed", f"{tried} {asking_network()}"):
        return
    services = current_services()

    def note() -> None:
        user = find_by_email(services, email)
        note_failed_sign_in(services, named(user) if user else UNKNOWN_ACCOUNT, request.remote_addr or "")

    _noted(note)


def _seen(action: str, subject: str) -> None:
    user = signed_in_user()
    if user.role is Role.STUDENT:
        return
    if is_first_of_hour("seen", hashlib.sha256(f"{user.id} {action} {subject}".encode()).hexdigest()):
        _noted(lambda: note_view(current_services(), action, subject, by=user.id))


def _noted(note: Callable[[], None]) -> None:
    try:
        note()
    except RollcallError as failure:
        _log.warning("This is missing in the audit trail: %s", failure.sentence)


def _lecture_in_words(lecture: Lecture, course: Course) -> str:
    return f"{course.label} {lecture.starts_at:%Y-%m-%d %H:%M} UTC"
