"""The pages of courses: who sees which, and what only an admin changes."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from attendance.model import Course, Student, User
from attendance.services import Services
from attendance.use_cases.courses.courses import add_course
from tests.website.browsing import csrf, post_form

FIELDS = {
    "code": "CS102",
    "section": "2",
    "name": "Computing again",
    "timezone": "Asia/Seoul",
    "late_after_minutes": "5",
    "left_early_minutes": "15",
}


def another_course(services: Services) -> Course:
    return add_course(services, code="SECRET7", name="Of another teacher", by=None)


def test_an_admin_adds_a_course(admin_client: FlaskClient, services: Services):
    answer = post_form(admin_client, "/courses/add", **FIELDS)
    course = services.store.find_course("CS102", "2")
    assert course is not None
    assert answer.location == f"/courses/{course.id}/roster"
    assert (course.late_after_minutes, course.left_early_minutes) == (5, 15)


def test_code_and_section_that_are_taken_are_said_in_the_form(admin_client: FlaskClient, course: Course):
    answer = post_form(admin_client, "/courses/add", **FIELDS | {"code": course.code, "section": course.section})
    assert answer.status_code == 200
    assert "alert-danger" in answer.text


@pytest.mark.parametrize(
    "wrong",
    [{"code": ""}, {"name": "\u200b"}, {"late_after_minutes": "soon"}, {"left_early_minutes": "-1"}, {"timezone": "X"}],
)
def test_a_course_that_cannot_be_is_not_added(admin_client: FlaskClient, services: Services, wrong: dict[str, str]):
    answer = post_form(admin_client, "/courses/add", **FIELDS | wrong)
    assert answer.status_code == 200
    assert "field-error" in answer.text
    assert services.store.courses() == []


@pytest.mark.parametrize("minutes", ["soon", "1.5", "1441", "-1", ""])
def test_minutes_that_are_none_are_refused_in_one_sentence(admin_client: FlaskClient, minutes: str):
    answer = post_form(admin_client, "/courses/add", **FIELDS | {"late_after_minutes": minutes})
    assert answer.text.count("Write whole minutes from 0 to 1440.") == 1
    assert answer.text.count("field-error") == 1
    assert "Not a valid" not in answer.text


def test_a_teacher_sees_own_courses_only(teacher_client: FlaskClient, services: Services, course: Course):
    other = another_course(services)
    page = teacher_client.get("/courses/").text
    assert course.code in page
    assert "SECRET7" not in page
    assert teacher_client.get(f"/courses/{course.id}").status_code == 200
    assert teacher_client.get(f"/courses/{other.id}").status_code == 404


def test_a_student_sees_no_course_page(student_client: FlaskClient, course: Course):
    assert student_client.get("/courses/").status_code == 403
    assert student_client.get(f"/courses/{course.id}").status_code == 403


@pytest.mark.parametrize("page", ["change", "remove", "teachers", "students/add"])
def test_only_admins_change_a_course(teacher_client: FlaskClient, course: Course, page: str):
    url = f"/courses/{course.id}/{page}"
    assert teacher_client.get(url).status_code == 403
    assert teacher_client.post(url, data={"csrf_token": csrf(teacher_client, "/courses/")}).status_code == 403


def test_the_roster_page_shows_roster_and_who_has_no_photo(
    admin_client: FlaskClient, course: Course, student: Student, teacher: User
):
    page = admin_client.get(f"/courses/{course.id}/roster").text
    assert student.name in page
    assert "No photo" in page
    assert teacher.email in page


def test_a_course_is_changed(admin_client: FlaskClient, services: Services, course: Course):
    answer = post_form(admin_client, f"/courses/{course.id}/change", **FIELDS)
    assert answer.status_code == 302
    assert services.store.course(course.id).name == "Computing again"


def test_students_are_searched_and_put_on_the_roster(admin_client: FlaskClient, services: Services, student: Student):
    course = another_course(services)
    url = f"/courses/{course.id}/students/add"
    assert student.key in admin_client.get(url + "?text=student").text
    assert student.key not in admin_client.get(url + "?text=nobody").text
    assert post_form(admin_client, url, students=[student.key]).status_code == 302
    assert [one.id for one in services.store.roster(course.id)] == [student.id]


def test_choosing_nobody_is_said(admin_client: FlaskClient, course: Course):
    assert "at least one student" in post_form(admin_client, f"/courses/{course.id}/students/add").text


def test_a_student_who_does_not_exist_is_not_put_on_the_roster(admin_client: FlaskClient, course: Course):
    assert post_form(admin_client, f"/courses/{course.id}/students/add", students=["0" * 32]).status_code == 404


def test_a_student_is_taken_off_the_roster(
    admin_client: FlaskClient, services: Services, course: Course, student: Student
):
    url = f"/courses/{course.id}/students/{student.key}/remove"
    asked = post_form(admin_client, url, token_from=f"/courses/{course.id}")
    assert "Marks that exist stay" in asked.text
    assert services.store.roster(course.id) != []
    assert post_form(admin_client, url, token_from=f"/courses/{course.id}", sure="yes").status_code == 302
    assert services.store.roster(course.id) == []
    again = post_form(admin_client, url, token_from=f"/courses/{course.id}", sure="yes")
    assert "not on the roster" in admin_client.get(again.location).text


def test_teachers_are_chosen_among_staff(
    admin_client: FlaskClient, services: Services, course: Course, admin: User, student_user: User
):
    url = f"/courses/{course.id}/teachers"
    assert student_user.email not in admin_client.get(url).text
    assert post_form(admin_client, url, teachers=[admin.id]).status_code == 302
    assert [user.id for user in services.store.teachers(course.id)] == [admin.id]
    assert post_form(admin_client, url, teachers=[student_user.id]).status_code == 200
    assert [user.id for user in services.store.teachers(course.id)] == [admin.id]


def test_removing_a_course_asks_first(admin_client: FlaskClient, services: Services, course: Course):
    url = f"/courses/{course.id}/remove"
    assert "0 lectures" in admin_client.get(url).text
    assert services.store.courses()
    assert post_form(admin_client, url).location == "/courses/"
    assert services.store.courses() == []


def test_forms_without_a_token_are_refused(admin_client: FlaskClient, services: Services, course: Course):
    assert admin_client.post(f"/courses/{course.id}/remove").status_code == 400
    assert services.store.courses()


def test_names_are_shown_as_text_and_never_as_markup(admin_client: FlaskClient):
    post_form(admin_client, "/courses/add", **FIELDS | {"name": "<script>alert(1)</script>"})
    page = admin_client.get("/courses/").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
