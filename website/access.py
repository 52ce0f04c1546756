"""Who may see what. What a person may not see does not exist for them: a 404, never a 403 that confirms it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import abort, current_app
from flask_login import current_user

from attendance.model import Course, Device, Lecture, Role, Student
from attendance.rules.visits import may_see
from attendance.sentences import no_course, no_device, no_lecture, no_such_student
from website.current import current_services, signed_in_user

P = ParamSpec("P")
R = TypeVar("R")


def roles_required(*roles: Role) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Only people of these roles; without roles, anybody who is signed in."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            if not current_user.is_authenticated:
                return current_app.login_manager.unauthorized()  # type: ignore[attr-defined]
            if roles and signed_in_user().role not in roles:
                abort(403)
            return view(*args, **kwargs)

        return guarded

    return decorate


def visible_courses() -> Sequence[Course]:
    """All courses for an admin, the own ones for a teacher or a student."""
    user, store = signed_in_user(), current_services().store
    if user.role is Role.ADMIN:
        return store.courses()
    if user.role is Role.TEACHER:
        return store.courses(teacher_id=user.id)
    return store.courses(student_id=user.student_id) if user.student_id else ()


def sees_everything() -> bool:
    """Whether `visible_courses` are all there are, because of who asks."""
    return signed_in_user().role is Role.ADMIN


def course_or_404(course_id: str) -> Course:
    """The course, where this person may see it. Raises NotFound."""
    course = current_services().store.course(course_id)
    if not _may_see_course(course):
        raise no_course()
    return course


def lecture_or_404(lecture_id: str) -> tuple[Lecture, Course]:
    """The lecture and its course, where this person may see them. Raises NotFound."""
    lecture = current_services().store.lecture(lecture_id)
    course = current_services().store.course(lecture.course_id)
    if not _may_see_course(course):
        raise no_lecture()
    return lecture, course


def _may_see_course(course: Course) -> bool:
    """Admins see all courses, teachers and students their own."""
    user, store = signed_in_user(), current_services().store
    if user.role is Role.ADMIN:
        return True
    if user.role is Role.TEACHER:
        return any(teacher.id == user.id for teacher in store.teachers(course.id))
    own = store.courses(student_id=user.student_id) if user.student_id else ()
    return any(one.id == course.id for one in own)


def door_or_404(device_id: str) -> Device:
    """The door, where this person may see its visits. Raises NotFound."""
    device = current_services().store.device(device_id)
    if not device.is_door or not may_see(signed_in_user(), device):
        raise no_device()
    return device


def student_or_404(student_key: str) -> Student:
    """The student, where this person may see them. Raises NotFound."""
    student = current_services().store.student_by_key(student_key)
    if not may_see_student(student.id):
        raise no_such_student()
    return student


def may_see_student(student_id: str) -> bool:
    """Admins see all students, teachers those on their rosters, students themselves."""
    user, store = signed_in_user(), current_services().store
    if user.role is Role.ADMIN:
        return True
    if user.role is Role.STUDENT:
        return user.student_id == student_id
    own = {course.id for course in store.courses(teacher_id=user.id)}
    return any(course.id in own for course in store.courses(student_id=student_id))
