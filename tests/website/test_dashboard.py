"""The first page, and the pages of who is at risk, through the door of each role."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from attendance.changes import AddCourse, AddLecture, SaveMarks
from attendance.model import Course, Lecture, Mark, Status, Student
from attendance.rules.merging import machine_steps, person_step
from attendance.services import Services
from attendance.use_cases.courses.risks import check_course
from tests.website.browsing import post_form
from tests.website.conftest import NOW

DAY = timedelta(days=1)


@pytest.fixture
def services(services: Services) -> Services:
    """At a fixed moment."""
    return dataclasses.replace(services, now=lambda: NOW)


@pytest.fixture
def absences(services: Services, course: Course, student: Student) -> list[Lecture]:
    """Three weeks with a lecture each that the student missed, and one on this day, which is not over."""
    lectures = [
        Lecture(f"l{weeks}", course.id, NOW - weeks * 7 * DAY - DAY, NOW - weeks * 7 * DAY - 0.9 * DAY, NOW)
        for weeks in (2, 1, 0)
    ]
    lectures.append(Lecture("today", course.id, NOW - DAY / 24, NOW + DAY / 24, NOW))
    for lecture in lectures:
        services.store.commit(AddLecture(lecture))
        mark = Mark(lecture.id, student.id, Status.ABSENT, Status.ABSENT, NOW, set_by="u1", reason="-")
        services.store.commit(SaveMarks(lecture.id, [person_step(None, mark)]))
    return lectures


def test_the_overview_counts_what_is_over(teacher_client: FlaskClient, absences: list[Lecture]) -> None:
    page = teacher_client.get("/").text
    assert '<p class="tile-number">0%</p>' in page
    assert 'href="/lectures/today"' in page
    assert "<svg" in page
    weeks = page.split("Marks that count")[1].split("</table>")[0]
    assert weeks.count('<td class="number">1</td>') == 3


def test_as_many_wait_for_review_as_the_queue_has_however_old(
    teacher_client: FlaskClient, services: Services, course: Course, student: Student
) -> None:
    services.store.commit(AddLecture(Lecture("old", course.id, NOW - 200 * DAY, NOW - 199.9 * DAY, NOW)))
    unsure = Mark("old", student.id, Status.UNSURE, Status.UNSURE, NOW)
    services.store.commit(SaveMarks("old", machine_steps({}, [unsure])))
    assert (
        '<p class="tile-number">1</p><a class="btn btn-quiet btn-sm" href="/review/">' in teacher_client.get("/").text
    )
    assert student.name in teacher_client.get("/review/").text


def test_a_student_sees_the_own_figures_alone(student_client: FlaskClient, absences: list[Lecture]) -> None:
    page = student_client.get("/").text
    assert '<td data-label="Absences" class="number">3</td>' in page
    assert "At risk" not in page


def test_the_overview_of_one_course_is_of_that_alone(
    admin_client: FlaskClient, services: Services, course: Course, absences: list[Lecture]
) -> None:
    other = dataclasses.replace(course, id="other", code="ZZ999")
    services.store.commit(AddCourse(other))
    page = admin_client.get("/?course=other").text
    assert "No lecture of these weeks is decided yet." in page
    assert 'href="/lectures/today"' not in page
    assert 'href="/lectures/today"' in admin_client.get("/?course=nonsense").text


def test_a_teacher_sets_rules_and_says_that_it_was_seen(
    teacher_client: FlaskClient, services: Services, course: Course, student: Student, absences: list[Lecture]
) -> None:
    address = f"/courses/{course.id}/at-risk"
    page = post_form(teacher_client, address, below_percent="", absences="3", in_a_row="2")
    assert page.location == address
    check_course(services, course.id)
    page = teacher_client.get(address).text
    assert "Absent from 3 lectures; the limit is 3." in page
    assert "Absent from 3 lectures in a row; the limit is 2." in page
    assert student.name in teacher_client.get("/").text
    assert student.name in teacher_client.get("/at-risk").text
    post_form(teacher_client, f"{address}/{student.key}/seen?from=course", address)
    assert "Seen:" not in teacher_client.get(address).text
    assert [entry.action for entry in services.store.audit().items][:2] == [
        "student.risk_seen",
        "course.risk_rules_set",
    ]


@pytest.mark.parametrize(("field", "value"), [("below_percent", "101"), ("absences", "0"), ("in_a_row", "many")])
def test_a_rule_that_cannot_be_is_refused_at_its_field(
    teacher_client: FlaskClient, course: Course, field: str, value: str
) -> None:
    page = post_form(teacher_client, f"/courses/{course.id}/at-risk", **{field: value})
    assert page.status_code == 200
    assert f'id="{field}-error"' in page.text


def test_who_does_not_teach_it_sees_nothing(
    app: Flask, student_client: FlaskClient, teacher_client: FlaskClient, services: Services, course: Course
) -> None:
    services.store.commit(AddCourse(dataclasses.replace(course, id="other", code="ZZ999")))
    assert teacher_client.get("/courses/other/at-risk").status_code == 404
    assert student_client.get("/at-risk").status_code == 403
    assert student_client.get(f"/courses/{course.id}/at-risk").status_code == 403


def test_an_admin_saves_a_contact_and_its_address_is_not_in_the_audit_trail(
    admin_client: FlaskClient, services: Services, student: Student
) -> None:
    address = f"/students/{student.key}/change"
    wrong = post_form(admin_client, address, name=student.name, contact_email="nobody")
    assert "This is not an email address" in wrong.text
    post_form(admin_client, address, name=student.name, contact_email="home@mail.example")
    assert services.store.student(student.id).contact_email == "home@mail.example"
    assert "home@mail.example" in admin_client.get(f"/students/{student.key}").text
    entry = services.store.audit().items[0]
    assert (entry.action, entry.detail) == ("student.changed", "contact")
