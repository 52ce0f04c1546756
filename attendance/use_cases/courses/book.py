"""The book of a course, read at once, and one student's part of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from attendance.model import Course, Lecture, LogFilter, Mark, Student
from attendance.rules.book import Book, Figures, figures_of, is_over, make_book
from attendance.rules.paging import all_items
from attendance.services import Services

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class TermLecture:
    """One lecture of a student's term. Of one that is not over nothing is said but that it is not."""

    lecture: Lecture
    mark: Mark | None
    is_over: bool


@dataclass(frozen=True, slots=True)
class Term:
    """All lectures of a course for one student, oldest first, and what they add up to."""

    course: Course
    student: Student
    lectures: Sequence[TermLecture]
    figures: Figures


def read_book(services: Services, course_id: str) -> Book:
    """Students on the roster and all lectures, in five reads however many they are. Raises NotFound."""
    store = services.store
    return make_book(
        store.course(course_id),
        store.roster(course_id),
        _lectures(services, course_id),
        store.course_marks(course_id),
        store.lectures_in_search(),
        services.now(),
    )


def read_term(services: Services, course_id: str, student: Student) -> Term:
    """What one student's page shows: their own marks alone are read. Raises NotFound (course)."""
    course = services.store.course(course_id)
    wanted = LogFilter(course_ids=[course_id], student_id=student.id, sort="time")
    rows = all_items(lambda page: services.store.log(wanted, page=page, size=_AT_ONCE))
    marks = {row.lecture.id: row.mark for row in rows}
    in_search, now = services.store.lectures_in_search(), services.now()
    lectures = [
        TermLecture(one, marks.get(one.id), is_over(one, in_search, now))
        for one in sorted(_lectures(services, course_id), key=lambda lecture: (lecture.starts_at, lecture.id))
    ]
    decided = [one.mark for one in lectures if one.mark is not None and one.is_over]
    return Term(course, student, lectures, figures_of(decided, course))


def _lectures(services: Services, course_id: str) -> list[Lecture]:
    return list(all_items(lambda page: services.store.lectures(course_ids=[course_id], page=page, size=_AT_ONCE)))
