"""A class with weeks of attendance behind it, so that the pages of the load show full lists."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta

from attendance.bootstrap import bootstrap
from attendance.changes import AddLecture, AddStudent
from attendance.model import Lecture, Mark, Status, Student, new_id
from attendance.rules.consent import consents_of_before
from attendance.rules.merging import machine_steps
from attendance.services import Services
from attendance.settings import load_settings
from attendance.use_cases.lectures.marks import commit_marks

STUDENTS = 60
LECTURES = 40
_FIRST = datetime(2026, 1, 5, 9, tzinfo=UTC)
_LENGTH = timedelta(minutes=90)
_OF_TEN = (*[Status.PRESENT] * 7, Status.LATE, Status.ABSENT, Status.UNSURE)


def fill_course(environment: Mapping[str, str], code: str) -> None:
    """Students on the roster of the course, and a lecture a day in which each was marked."""
    services = bootstrap(load_settings(environment))
    course = services.store.find_course(code)
    if course is None:
        raise ValueError(f"there is no course {code}")
    students = [
        Student(
            f"B{number:03}",
            new_id(),
            f"Student {number}",
            services.now(),
            consents=consents_of_before(date(2026, 1, 2)),
        )
        for number in range(1, STUDENTS + 1)
    ]
    for student in students:
        services.store.commit(AddStudent(student, course_ids=[course.id]))
    for day in range(LECTURES):
        _hold_lecture(services, course.id, _FIRST + timedelta(days=day), students)


def _hold_lecture(services: Services, course_id: str, starts_at: datetime, students: list[Student]) -> None:
    lecture = Lecture(new_id(), course_id, starts_at, starts_at + _LENGTH, services.now())
    services.store.commit(AddLecture(lecture))
    opinions = list(_marks(lecture, students))
    commit_marks(services.store, lecture.id, lambda before: machine_steps(before, opinions))


def _marks(lecture: Lecture, students: list[Student]) -> Iterator[Mark]:
    drawn = random.Random(lecture.starts_at.toordinal())  # noqa: S311 - the same lists in every run
    for student in students:
        status = drawn.choice(_OF_TEN)
        yield Mark(lecture.id, student.id, status, status, lecture.ends_at)
