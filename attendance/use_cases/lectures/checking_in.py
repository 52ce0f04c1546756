"""Check-ins of students to a lecture: let by its teacher, and made by code or at a kiosk."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from attendance.changes import MarkStep, SaveCourse, SaveLecture
from attendance.committing import commit, read_again
from attendance.errors import Conflict, InvalidInput, NotAllowed, NotFound
from attendance.model import AuditEntry, CheckIn, Course, Lecture, Mark, Method, Student
from attendance.rules.check_ins import (
    CHECKED_IN,
    check_in_window,
    clean_networks,
    comes_from,
    same_device,
    with_check_in,
)
from attendance.rules.merging import Because, opinion_step
from attendance.rules.rotating_codes import is_current, long_code, short_code
from attendance.services import Services
from attendance.use_cases.courses.courses import MOST_MINUTES
from attendance.use_cases.lectures.marks import commit_marks, marks_changed
from attendance.wall_time import wall_time

_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without those that look alike
_CODE_SIGNS = 6
_MOST_NETWORKS = 500


@dataclass(frozen=True, slots=True)
class OpenLecture:
    """A lecture that a student may check in to now."""

    lecture: Lecture
    course: Course


def check_in_to_lecture(
    services: Services, lecture: Lecture, student: Student, *, at: datetime, method: Method, device: str = ""
) -> Mark:
    """The student was there at that moment, by whichever way; the first check-in counts, and a person's mark stays.

    `device` is where it was made, if that may serve one student only. Raises NotFound (not on the roster), InvalidInput
    (too early, too late), Conflict (somebody else checked in on this device).
    """
    course = services.store.course(lecture.course_id)
    if student.id not in {one.id for one in services.store.roster(course.id)}:
        raise NotFound("You are not on the roster of this course.")
    _check_window(lecture, course, at)
    word = hashlib.sha256(f"{lecture.id} {device}".encode()).hexdigest()[:32] if device else ""
    check_in = CheckIn(at, method, word)

    def decide(before: Mapping[str, Mark]) -> Sequence[MarkStep]:
        old = before.get(student.id)
        if old is not None and old.check_in is not None:
            return []
        if same_device(before.values(), student.id, word):
            raise Conflict("Somebody else has checked in to this lecture on this device. Ask your teacher.")
        of_machine = None
        if old is not None:
            of_machine = replace(
                old, status=old.machine_status, own_status=None, set_by=None, reason="", updated_at=services.now()
            )
        opinion = with_check_in(of_machine, student.id, check_in, lecture, course, services.now())
        return [opinion_step(old, opinion, Because(None, CHECKED_IN.get(method, "")))]

    commit_marks(
        services.store,
        lecture.id,
        decide,
        lambda change: commit(services, change, *marks_changed(services, lecture.id, change.steps)),
    )
    return next(mark for mark in services.store.marks(lecture.id) if mark.student_id == student.id)


def open_lectures(services: Services, student_id: str) -> Sequence[OpenLecture]:
    """The lectures that take check-ins of this student now; those of one course that begins soon too."""
    now, found = services.now(), {}
    for course in services.store.courses(student_id=student_id):
        for moment in (now, now + timedelta(minutes=course.check_in_early_minutes)):
            lecture = services.store.find_lecture(course.id, moment)
            if lecture is not None and lecture.takes_check_ins and _is_open(lecture, course, now):
                found[lecture.id] = OpenLecture(lecture, course)
    return list(found.values())


def check_in_by_code(
    services: Services, student: Student, said: str, *, device: str, address: str
) -> tuple[OpenLecture, Mark]:
    """Check in by what somebody typed: the text on the screen, or the code of a lecture.

    Raises InvalidInput (no such code now), NotAllowed (not from this network), and as `check_in_to_lecture`.
    """
    code = "".join(said.split()).upper()
    for one in open_lectures(services, student.id):
        method = _method(one.lecture, code, services.now())
        if method is not None:
            check_network(one.course, address)
            return one, check_in_to_lecture(
                services, one.lecture, student, at=services.now(), method=method, device=device
            )
    raise InvalidInput("This code does not count, or not any more. Read it anew, and type it again.", field="code")


def is_on_screen(lecture: Lecture, code: str, now: datetime) -> bool:
    """Whether this is what the picture on the teacher's screen says, or said a moment ago."""
    return is_current(long_code, lecture.check_in_key, lecture.id, code, now)


def check_network(course: Course, address: str) -> None:
    """Raises NotAllowed where students may check in from some networks alone, and this is none of them."""
    if not comes_from(course.check_in_networks, address):
        raise NotAllowed("Check-in to this course is possible in the network of the school only.")


@read_again
def let_check_in(services: Services, lecture_id: str, *, with_code: bool, by: str | None) -> Lecture:
    """Take check-ins to a lecture from now on; codes of before are worth nothing. Raises NotFound."""
    lecture = services.store.lecture(lecture_id)
    code = "".join(secrets.choice(_ALPHABET) for _ in range(_CODE_SIGNS)) if with_code else ""
    changed = replace(lecture, check_in_key=secrets.token_urlsafe(32), check_in_code=code)
    commit(services, SaveLecture(changed, lecture), _entry(services, by, "lecture.check_in_opened", lecture))
    return changed


@read_again
def end_check_in(services: Services, lecture_id: str, *, by: str | None) -> None:
    """Take no more; who has checked in stays so. Raises NotFound."""
    lecture = services.store.lecture(lecture_id)
    if lecture.takes_check_ins:
        changed = replace(lecture, check_in_key="", check_in_code="")
        commit(services, SaveLecture(changed, lecture), _entry(services, by, "lecture.check_in_ended", lecture))


@read_again
def set_check_in_rules(
    services: Services, course_id: str, *, early_minutes: int, late_minutes: int, networks: str, by: str | None
) -> Course:
    """From when until when, and from where, students may check in to a course. Raises NotFound, InvalidInput."""
    course = services.store.course(course_id)
    for minutes, field in ((early_minutes, "early"), (late_minutes, "late")):
        if not 0 <= minutes <= MOST_MINUTES:
            raise InvalidInput("Minutes must be a whole number from 0 to %(most)s.", most=MOST_MINUTES, field=field)
    networks = clean_networks(networks)
    if len(networks) > _MOST_NETWORKS:
        raise InvalidInput("These are too many networks.", field="networks")
    changed = replace(
        course,
        check_in_early_minutes=early_minutes,
        check_in_late_minutes=late_minutes,
        check_in_networks=networks,
    )
    if changed != course:
        entry = AuditEntry(services.now(), by, "course.check_in_changed", course.label)
        commit(services, SaveCourse(changed, course), entry)
    return changed


def _method(lecture: Lecture, code: str, now: datetime) -> Method | None:
    if is_current(short_code, lecture.check_in_key, lecture.id, code, now):
        return Method.SCREEN
    of_lecture = lecture.check_in_code
    return Method.CODE if of_lecture and secrets.compare_digest(of_lecture.encode(), code.encode()) else None


def _is_open(lecture: Lecture, course: Course, now: datetime) -> bool:
    opens, closes = check_in_window(lecture, course)
    return opens <= now <= closes


def _check_window(lecture: Lecture, course: Course, at: datetime) -> None:
    opens, closes = check_in_window(lecture, course)
    if at < opens:
        raise InvalidInput(
            "Check-in to this lecture begins at %(time)s.", time=f"{wall_time(course.timezone, opens):%H:%M}"
        )
    if at > closes:
        raise InvalidInput(
            "Check-in to this lecture ended at %(time)s. Ask your teacher.",
            time=f"{wall_time(course.timezone, closes):%H:%M}",
        )


def _entry(services: Services, by: str | None, action: str, lecture: Lecture) -> AuditEntry:
    course = services.store.course(lecture.course_id)
    return AuditEntry(services.now(), by, action, f"{course.label} {lecture.starts_at:%Y-%m-%d %H:%M} UTC")
