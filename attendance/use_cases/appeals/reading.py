"""What students asked, with what there is to answer by."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from attendance.errors import NotFound
from attendance.model import Appeal, Course, Lecture, Mark, Student
from attendance.services import Services


@dataclass(frozen=True, slots=True)
class Asked:
    """One objection or excuse. Of an objection to a lecture that was removed since, the words are left."""

    appeal: Appeal
    course: Course
    student: Student
    lecture: Lecture | None = None
    mark: Mark | None = None


def waiting_appeals(services: Services, courses: Sequence[Course]) -> list[Asked]:
    """Those of these courses that wait for an answer, oldest first."""
    by_id = {course.id: course for course in courses}
    open_ones = [one for one in services.store.open_appeals() if one.course_id in by_id]
    found = []
    for appeal in open_ones:
        with suppress(NotFound):  # removed at this moment
            found.append(_asked(services, appeal, by_id[appeal.course_id]))
    return found


def _asked(services: Services, appeal: Appeal, course: Course) -> Asked:
    student = services.store.student(appeal.student_id)
    if appeal.lecture_id is None:
        return Asked(appeal, course, student)
    with suppress(NotFound):
        lecture = services.store.lecture(appeal.lecture_id)
        marks = {mark.student_id: mark for mark in services.store.marks(lecture.id)}
        return Asked(appeal, course, student, lecture, marks.get(student.id))
    return Asked(appeal, course, student)
