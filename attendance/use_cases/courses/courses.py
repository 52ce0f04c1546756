"""Add, change and remove courses, and say who teaches and who attends them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytz

from attendance.changes import AddCourse, AddToRoster, RemoveCourse, RemoveFromRoster, SaveCourse, SetTeachers
from attendance.committing import commit, read_again
from attendance.errors import InvalidInput, NotFound, Personal, Phrase
from attendance.events import CourseTimesChanged
from attendance.model import AuditEntry, Course, Lecture, Role, new_id
from attendance.rules.paging import all_items
from attendance.rules.versions import check_as_read
from attendance.services import Services
from attendance.use_cases.erasing import erase_soon
from attendance.use_cases.names import clean_course_code, clean_name, clean_section
from attendance.use_cases.site.reading import site

MOST_MINUTES = 24 * 60
_PAGE = 200
_IN_ONE_ENTRY = 500  # students; a text of the audit trail holds 65,000 bytes on MariaDB


@dataclass(frozen=True, slots=True)
class CourseErasure:
    """How much is erased with a course. Students stay registered."""

    lectures: int
    recordings: int
    marks: int


def add_course(
    services: Services,
    *,
    code: str,
    name: str,
    section: str = "",
    timezone: str | None = None,
    late_after_minutes: int | None = None,
    left_early_minutes: int = 10,
    by: str | None,
) -> Course:
    """A new course; what is None is as the site has it. Raises InvalidInput, AlreadyExists (code and section)."""
    usual = site(services)
    late = usual.late_after_minutes if late_after_minutes is None else late_after_minutes
    course = Course(
        id=new_id(),
        code=clean_course_code(code),
        name=clean_name(name, Phrase("The name of the course")),
        section=clean_section(section),
        timezone=_timezone(timezone or usual.timezone),
        created_at=services.now(),
        late_after_minutes=_minutes(late, "late_after_minutes"),
        left_early_minutes=_minutes(left_early_minutes, "left_early_minutes"),
    )
    commit(services, AddCourse(course), _entry(services, by, "course.added", course))
    return course


@read_again
def change_course(
    services: Services,
    course_id: str,
    *,
    code: str,
    name: str,
    section: str,
    timezone: str,
    late_after_minutes: int,
    left_early_minutes: int,
    by: str | None,
    was: Course | None = None,
) -> Course:
    """The course as changed; where its times are others, its lectures are marked anew by them, without a search.

    Raises NotFound, InvalidInput, AlreadyExists, MovedOn (it is not as `was`, where given).
    """
    course = services.store.course(course_id)
    check_as_read(course, was)
    changed = replace(
        course,
        code=clean_course_code(code),
        name=clean_name(name, Phrase("The name of the course")),
        section=clean_section(section),
        timezone=_timezone(timezone),
        late_after_minutes=_minutes(late_after_minutes, "late_after_minutes"),
        left_early_minutes=_minutes(left_early_minutes, "left_early_minutes"),
    )
    if changed != course:
        entry = _entry(services, by, "course.changed", changed)
        times = [CourseTimesChanged(at=services.now(), course_id=course_id, by=by)]
        commit(services, SaveCourse(changed, course), entry, *(times if _times(changed) != _times(course) else []))
    return changed


def what_a_course_takes_along(services: Services, course_id: str) -> CourseErasure:
    """What removing the course erases. Raises NotFound."""
    services.store.course(course_id)
    lectures = [lecture.id for lecture in _lectures(services, course_id)]
    return CourseErasure(
        lectures=len(lectures),
        recordings=sum(len(services.store.recordings(lecture_id)) for lecture_id in lectures),
        marks=sum(len(services.store.marks(lecture_id)) for lecture_id in lectures),
    )


def remove_course(services: Services, course_id: str, *, by: str | None) -> CourseErasure:
    """Remove the course with its lectures, recordings, evidence and marks. Raises NotFound."""
    course = services.store.course(course_id)
    erasure = what_a_course_takes_along(services, course_id)
    detail = f"lectures {erasure.lectures}, recordings {erasure.recordings}, marks {erasure.marks}"
    commit(services, RemoveCourse(course_id), _entry(services, by, "course.removed", course, detail))
    erase_soon(services)
    return erasure


def set_teachers(services: Services, course_id: str, user_ids: Sequence[str], *, by: str | None) -> None:
    """Replace the teachers. Raises NotFound, InvalidInput where one of them is a student."""
    course = services.store.course(course_id)
    users = [services.store.user(user_id) for user_id in dict.fromkeys(user_ids)]
    for user in users:
        if user.role is Role.STUDENT:
            raise InvalidInput(
                "%(email)s is a student and cannot teach a course.", email=Personal(user.email), field="teachers"
            )
    commit(
        services,
        SetTeachers(course_id, [user.id for user in users]),
        _entry(services, by, "course.teachers_set", course, ", ".join(user.email for user in users)),
    )


def add_to_roster(services: Services, course_id: str, student_ids: Sequence[str], *, by: str | None) -> None:
    """Raises NotFound and changes nothing where the course or a student does not exist."""
    course = services.store.course(course_id)
    parts = [student_ids[start : start + _IN_ONE_ENTRY] for start in range(0, len(student_ids), _IN_ONE_ENTRY)]
    added = [_entry(services, by, "course.student_added", course, ", ".join(part)) for part in parts]
    commit(services, AddToRoster(course_id, student_ids), *added)


def remove_from_roster(services: Services, course_id: str, student_id: str, *, by: str | None) -> None:
    """Marks that exist stay. Raises NotFound where the course is gone or the student is not on the roster."""
    course = services.store.course(course_id)
    if student_id not in {student.id for student in services.store.roster(course_id)}:
        raise NotFound("This student is not on the roster.")
    commit(
        services,
        RemoveFromRoster(course_id, student_id),
        _entry(services, by, "course.student_removed", course, student_id),
    )


def _lectures(services: Services, course_id: str) -> list[Lecture]:
    return list(all_items(lambda page: services.store.lectures(course_ids=[course_id], page=page, size=_PAGE)))


def _times(course: Course) -> tuple[int, int]:
    return course.late_after_minutes, course.left_early_minutes


def _timezone(name: str) -> str:
    if name not in pytz.all_timezones_set:
        raise InvalidInput(
            "There is no time zone %(name)s; choose one such as Asia/Seoul.", name=name, field="timezone"
        )
    return name


def _minutes(minutes: int, field: str) -> int:
    if not 0 <= minutes <= MOST_MINUTES:
        raise InvalidInput("Minutes must be a whole number from 0 to %(most)s.", most=MOST_MINUTES, field=field)
    return minutes


def _entry(services: Services, by: str | None, action: str, course: Course, detail: str = "") -> AuditEntry:
    return AuditEntry(services.now(), by, action, course.label, detail)
