"""Who sees which courses, lectures and students; what is not theirs does not exist for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask_login import login_user

from attendance.changes import AddCourse, AddLecture, AddStudent
from attendance.errors import NotFound
from attendance.model import Course, Lecture, Session, Student, User, new_id
from attendance.services import Services
from tests.website.conftest import NOW
from website.access import course_or_404, lecture_or_404, student_or_404, visible_courses
from website.login import SignedIn


@pytest.fixture
def other_course(services: Services, course: Course) -> Course:
    """A course that is neither the teacher's nor the student's."""
    other = replace(course, id=new_id(), section="2")
    services.store.commit(AddCourse(other))
    return other


@pytest.fixture
def other_lecture(services: Services, other_course: Course) -> Lecture:
    """A lecture of that course."""
    lecture = Lecture(id=new_id(), course_id=other_course.id, starts_at=NOW, ends_at=NOW, created_at=NOW)
    services.store.commit(AddLecture(lecture))
    return lecture


@pytest.fixture
def other_student(services: Services, other_course: Course) -> Student:
    """A student of that course."""
    student = Student(id="27", key=new_id(), name="Student 27", created_at=NOW)
    services.store.commit(AddStudent(student, course_ids=[other_course.id]))
    return student


def _as(app: Flask, user: User, look: Callable[[], object]) -> object:
    with app.test_request_context():
        login_user(SignedIn(user, Session("s", user.id, NOW, NOW, NOW)))
        return look()


def test_an_admin_sees_all_courses(app: Flask, admin: User, course: Course, other_course: Course) -> None:
    assert _as(app, admin, visible_courses) == [course, other_course]


def test_a_teacher_sees_the_own_courses(app: Flask, teacher: User, course: Course, other_course: Course) -> None:
    assert _as(app, teacher, visible_courses) == [course]


def test_a_student_sees_the_own_courses(app: Flask, student_user: User, course: Course, other_course: Course) -> None:
    assert _as(app, student_user, visible_courses) == [course]


def test_an_account_without_a_student_sees_no_course(
    app: Flask, services: Services, student_user: User, course: Course
) -> None:
    assert not _as(app, replace(student_user, student_id=None), visible_courses)


def test_what_is_of_another_course_does_not_exist(
    app: Flask, teacher: User, student_user: User, other_lecture: Lecture, other_student: Student
) -> None:
    for user in (teacher, student_user):
        for look in (
            lambda: course_or_404(other_lecture.course_id),
            lambda: lecture_or_404(other_lecture.id),
            lambda: student_or_404(other_student.key),
        ):
            with pytest.raises(NotFound):
                _as(app, user, look)


def test_people_see_what_is_theirs(
    app: Flask, admin: User, teacher: User, student_user: User, course: Course, student: Student
) -> None:
    for user in (admin, teacher, student_user):
        assert _as(app, user, lambda: course_or_404(course.id)) == course
        assert _as(app, user, lambda: student_or_404(student.key)) == student


def test_an_admin_sees_what_is_of_any_course(
    app: Flask, admin: User, other_course: Course, other_lecture: Lecture, other_student: Student
) -> None:
    assert _as(app, admin, lambda: lecture_or_404(other_lecture.id)) == (other_lecture, other_course)
    assert _as(app, admin, lambda: student_or_404(other_student.key)) == other_student
