"""Whom another photo would help is said where photos are added, by what the last searches said."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from attendance.changes import AddLecture, SetTeachers
from attendance.model import Course, Evidence, Lecture, Mark, Status, new_id
from attendance.services import Services
from tests.committing import save_machine_marks
from tests.website.conftest import NOW
from tests.website.lecturing import add_student

U, P, L, A = Status.UNSURE, Status.PRESENT, Status.LATE, Status.ABSENT
HELP = "Another photo usually helps"


def searched_lectures(services: Services, course: Course, student_id: str, *opinions: Status) -> None:
    """A lecture for each of the search's opinions, absence without evidence."""
    for number, status in enumerate(opinions):
        starts_at = NOW - timedelta(days=number + 1)
        lecture = Lecture(new_id(), course.id, starts_at, starts_at + timedelta(hours=1), NOW)
        services.store.commit(AddLecture(lecture))
        evidence = None if status is A else Evidence("r1", "s1", 60.0, 5, 0.0, 9.0, starts_at, starts_at, None, None)
        save_machine_marks(
            services.store, lecture.id, [Mark(lecture.id, student_id, status, status, NOW, evidence=evidence)]
        )


@pytest.mark.parametrize("opinions", [(U, P, P), (U, A, U, L), (U, U, U, P, P, P)])
def test_who_is_often_unsure_is_asked_for_another_photo(
    admin_client: FlaskClient, services: Services, course: Course, opinions: tuple[Status, ...]
):
    student = add_student(services, course.id, "S-31", 31)
    searched_lectures(services, course, "S-31", *opinions)
    unsure, seen = opinions.count(U), len(opinions) - opinions.count(A)
    page = admin_client.get(f"/students/{student.key}").text
    assert HELP in page
    assert f"In {unsure} of the last {seen} lectures" in page
    roster = admin_client.get(f"/courses/{course.id}/photos").text
    assert "Student S-31" in roster
    assert f"not sure in {unsure} of {seen}" in roster
    assert f"/students/{student.key}/photos/add" in roster


@pytest.mark.parametrize("opinions", [(), (U, U), (U, P, P, L), (A, A, A, A, U)])
def test_who_is_mostly_sure_or_little_seen_is_asked_for_nothing(
    admin_client: FlaskClient, services: Services, course: Course, opinions: tuple[Status, ...]
):
    student = add_student(services, course.id, "S-31", 31)
    searched_lectures(services, course, "S-31", *opinions)
    assert HELP not in admin_client.get(f"/students/{student.key}").text
    assert "Student S-31" not in admin_client.get(f"/courses/{course.id}/photos").text


def test_old_lectures_count_no_more(admin_client: FlaskClient, services: Services, course: Course):
    student = add_student(services, course.id, "S-31", 31)
    searched_lectures(services, course, "S-31", *[P] * 20, *[U] * 20)
    assert HELP not in admin_client.get(f"/students/{student.key}").text


def test_a_teacher_sees_whom_to_ask_in_own_courses_only(
    teacher_client: FlaskClient, services: Services, course: Course
):
    add_student(services, course.id, "S-31", 31)
    add_student(services, course.id, "S-32")
    searched_lectures(services, course, "S-31", U, U, U)
    page = teacher_client.get(f"/courses/{course.id}/photos").text
    assert "Student S-31" in page
    assert "No photo: cannot be recognised" in page
    assert "photos/add" not in page
    services.store.commit(SetTeachers(course.id, []))
    assert teacher_client.get(f"/courses/{course.id}/photos").status_code == 404
