"""A school that is already there when a test begins: accounts, a course, its students, and a searched lecture."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from attendance.bootstrap import bootstrap
from attendance.disk.files import DiskFile
from attendance.model import Course, OutboxItem, Role, Student
from attendance.searching.searches import search_recording
from attendance.services import Services
from attendance.settings import load_settings
from attendance.use_cases.courses.courses import add_course, set_teachers
from attendance.use_cases.people.accounts import add_user
from attendance.use_cases.recordings.receiving import receive_recording
from attendance.use_cases.students.registering import register_student
from tests.browser.films import ABSENT, LATE, PRESENT, UNSURE, photo_of

PASSWORD = "a chair of green glass"
ADMIN, TEACHER, STUDENT, STRANGER = (f"{who}@example.org" for who in ("admin", "teacher", "student", "stranger"))
LONGEST_NAME = ("Wolfeschlegelsteinhausenbergerdorff " * 6)[:200].strip()
LONGEST_ID = "ABCDEFGH" * 8
_CONSENT = date(2026, 3, 2)
_STARTED = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@dataclass(frozen=True)
class School:
    """Ids that tests need in addresses."""

    course: Course
    empty_course: Course
    lecture_id: str
    recording_id: str
    present: Student
    late: Student
    unsure: Student
    absent: Student
    strange: Student


def make_school(data: Path, lecture: Path) -> School:
    """Make it in a folder with the use cases of the site; the film is moved in and searched."""
    services = bootstrap(load_settings({"ROLLCALL_DATA": str(data), "ROLLCALL_TIMEZONE": "Asia/Seoul"}))
    try:
        return fill_school(services, lecture)
    finally:
        services.store.close()


def fill_school(services: Services, lecture: Path) -> School:
    """Fill an empty one; the film is moved in and searched."""
    course = add_course(services, code="CS101", section="1", name="Computing", late_after_minutes=0, by=None)
    empty = add_course(
        services, code="수학-2", section="오전 분반", name="선형대수와 그 응용: 행렬, 벡터 공간", by=None
    )
    people = {
        seed: _register(services, course, f"20260{number}", f"Student {number}", seed)
        for number, seed in enumerate((PRESENT, LATE, UNSURE, ABSENT), start=21)
    }
    strange = _register(services, course, LONGEST_ID, LONGEST_NAME)
    _register(services, course, "🎓-31", "남궁황보 독고제갈선우사공서문 동방망절 어금강전 소봉장곡")
    _make_accounts(services, course, people[PRESENT])
    recording = receive_recording(
        services,
        file=DiskFile(lecture),
        original_name="week 1.mp4",
        course_id=course.id,
        starts_at=_STARTED,
        enqueue=False,
    )
    assert search_recording(services, recording.id)
    _leave_something_unfinished(services)
    return School(
        course=course,
        empty_course=empty,
        lecture_id=recording.lecture_id,
        recording_id=recording.id,
        present=people[PRESENT],
        late=people[LATE],
        unsure=people[UNSURE],
        absent=people[ABSENT],
        strange=strange,
    )


def _register(services: Services, course: Course, student_id: str, name: str, seed: int | None = None) -> Student:
    photos = [photo_of(seed)] if seed is not None else []
    return register_student(
        services,
        student_id=student_id,
        name=name,
        consent_on=_CONSENT,
        course_ids=[course.id],
        photos=photos,
        by=None,
    ).student


def _leave_something_unfinished(services: Services) -> None:
    now = services.now()
    services.store.commit(OutboxItem("imports", f"student {'5e' * 32}", "{}", now, now))
    (item,) = services.store.outbox("imports")
    given_up = replace(item, attempts=14, due_at=None, error="The disk is full: there is no room left for the import.")
    services.store.postpone_outbox(given_up)


def _make_accounts(services: Services, course: Course, student: Student) -> None:
    accounts = [
        (ADMIN, "Ada Example", Role.ADMIN, None),
        (TEACHER, "Teacher Example", Role.TEACHER, None),
        (STRANGER, "Teacher of nobody", Role.TEACHER, None),
        (STUDENT, student.name, Role.STUDENT, student.id),
    ]
    for email, name, role, student_id in accounts:
        user = add_user(
            services, email=email, name=name, role=role, password=PASSWORD, student_id=student_id, by=None
        ).user
        if email == TEACHER:
            set_teachers(services, course.id, [user.id], by=None)
