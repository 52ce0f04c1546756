"""A student objects to a mark, or excuses themselves in advance, with words and perhaps a file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

from attendance.changes import AddAppeal
from attendance.committing import commit
from attendance.errors import InvalidInput
from attendance.events import AppealFiled
from attendance.media_keys import appeal_key
from attendance.model import Appeal, AppealKind, AuditEntry, Student, User, new_id
from attendance.rules.appeals import check_days, check_may_ask, checked_words, extension_of
from attendance.sentences import no_course, no_mark, no_such_student
from attendance.services import Services


def object_to_mark(services: Services, user: User, lecture_id: str, words: str, file: bytes = b"") -> Appeal:
    """Raises NotFound (no mark of theirs), InvalidInput, TooLarge, Conflict (one waits already)."""
    student = _student(services, user)
    lecture = services.store.lecture(lecture_id)
    if student.id not in {mark.student_id for mark in services.store.marks(lecture_id)}:
        raise no_mark()
    reason = checked_words(words, InvalidInput("Say what is wrong with the mark.", field="words"))
    asked = _appeal(services, user, student, AppealKind.OBJECTION, lecture.course_id, reason)
    return _file(services, student, replace(asked, lecture_id=lecture_id), file)


def ask_excuse(
    services: Services,
    user: User,
    course_id: str,
    first_day: date | None,
    last_day: date | None,
    words: str,
    file: bytes = b"",
) -> Appeal:
    """For the lectures of a course on these days, of its own clock.

    Raises NotFound (not a course of theirs), InvalidInput, TooLarge, Conflict (too many wait).
    """
    student = _student(services, user)
    if course_id not in {course.id for course in services.store.courses(student_id=student.id)}:
        raise no_course()
    first, last = check_days(first_day, last_day)
    reason = checked_words(words, InvalidInput("Say why you cannot come.", field="words"))
    asked = _appeal(services, user, student, AppealKind.EXCUSE, course_id, reason)
    return _file(services, student, replace(asked, first_day=first, last_day=last), file)


def _student(services: Services, user: User) -> Student:
    if user.student_id is None:
        raise no_such_student()
    return services.store.student(user.student_id)


def _appeal(services: Services, user: User, student: Student, kind: AppealKind, course_id: str, words: str) -> Appeal:
    return Appeal(new_id(), kind, course_id, student.id, user.id, services.now(), words)


def _file(services: Services, student: Student, asked: Appeal, content: bytes) -> Appeal:
    mine = services.store.appeals_of(student.id)
    check_may_ask([one for one in mine if one.is_open], asked.lecture_id)
    course = services.store.course(asked.course_id)
    entry = AuditEntry(asked.at, asked.by, f"appeal.{asked.kind.value}", student.id, course.label)
    with _stored(services, student, content) as key:
        asked = replace(asked, file_key=key)
        event = AppealFiled(at=asked.at, course_id=asked.course_id, appeal_id=asked.id)
        commit(services, AddAppeal(asked), entry, event)
    return asked


@contextmanager
def _stored(services: Services, student: Student, content: bytes) -> Iterator[str | None]:
    """The key of the file, which stays only where its row comes; None where there is no file."""
    if not content:
        yield None
        return
    key = appeal_key(student.key, extension_of(content))
    services.media.put(key, content)
    try:
        yield key
    except BaseException:
        services.media.delete([key])
        raise
