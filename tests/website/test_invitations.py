"""Invitations, forgotten passwords and "add another", through the pages."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from attendance.changes import AddToRoster
from attendance.model import Course, Role, Student, User
from attendance.services import Services
from attendance.use_cases.people.accounts import add_user
from attendance.use_cases.students.registering import register_student
from tests.website.browsing import PASSWORD, csrf, post_form, sign_in


@pytest.fixture
def new_student(services: Services, course: Course) -> Student:
    """On the roster, without an account."""
    added = register_student(services, student_id="S-2", name="Bo Example", consent_on=None, photos=[], by=None).student
    services.store.commit(AddToRoster(course.id, [added.id]))
    return added


def _code(text: str) -> str:
    return re.search(r"<code>([a-z0-9-]{19})</code>", text)[1]


def _join(app: Flask, code: str, **more: str) -> FlaskClient:
    client = app.test_client()
    assert post_form(client, "/join", code=code).location == "/join/password"
    answer = post_form(client, "/join/password", password=PASSWORD, repeated=PASSWORD, **more)
    assert answer.location == "/"
    return client


def test_an_invited_user_comes_by_the_slip_and_is_signed_in(app: Flask, admin_client: FlaskClient) -> None:
    added = post_form(admin_client, "/users/add", email="new@example.org", name="New", role="teacher", way="paper")
    assert added.headers["Cache-Control"] == "no-store"
    assert "data:image/svg+xml" in added.text
    code = _code(added.text)
    assert code not in admin_client.get("/users/").text
    assert "Invited on paper" in admin_client.get("/users/").text
    client = _join(app, code)
    assert client.get("/lectures/").status_code == 200
    assert "Came on" in admin_client.get("/users/").text
    assert "not right" in post_form(app.test_client(), "/join", code=code).text


def test_wrong_codes_are_limited_by_where_they_come_from(app: Flask) -> None:
    client = app.test_client()
    token = csrf(client, "/join")
    answers = [client.post("/join", data={"csrf_token": token, "code": f"{n:016}"}).status_code for n in range(20)]
    assert (answers[0], answers[-1]) == (200, 429)


def test_a_forgotten_password_is_answered_the_same_for_everybody(app: Flask, teacher: User) -> None:
    known = post_form(app.test_client(), "/forgot", email=teacher.email)
    unknown = post_form(app.test_client(), "/forgot", email="nobody@example.org")
    assert (known.status_code, known.location) == (unknown.status_code, unknown.location) == (302, "/forgot/sent")
    for email in (teacher.email, "nobody@example.org"):
        answers = [post_form(app.test_client(), "/forgot", email=email).status_code for _ in range(3)]
        assert answers[-1] == 429


def test_a_teacher_invites_the_own_roster_and_no_other(
    app: Flask, teacher_client: FlaskClient, course: Course, services: Services
) -> None:
    page = f"/courses/{course.id}/invitations"
    assert teacher_client.get(page).status_code == 200
    add_user(services, email="t2@example.org", name="T", role=Role.TEACHER, password=PASSWORD, by=None)
    stranger = app.test_client()
    sign_in(stranger, "t2@example.org")
    assert stranger.get(f"/courses/{course.id}/invitations").status_code == 404
    assert stranger.get("/users/invitations").status_code == 403


def test_invited_students_come_with_their_own_address(
    app: Flask, admin_client: FlaskClient, course: Course, services: Services, new_student: Student
) -> None:
    page = f"/courses/{course.id}/invitations"
    printed = post_form(admin_client, page, way="paper", chosen=new_student.key)
    code = _code(printed.text)
    client = _join(app, code, email="pupil@example.org")
    assert client.get("/log/mine").status_code == 200
    assert services.store.accounts_of([new_student.id])[new_student.id].email == "pupil@example.org"


def test_an_invitation_is_taken_back_on_the_roster(
    app: Flask, admin_client: FlaskClient, course: Course, new_student: Student
) -> None:
    page = f"/courses/{course.id}/invitations"
    code = _code(post_form(admin_client, page, way="paper", chosen=new_student.key).text)
    post_form(admin_client, f"{page}/{new_student.key}/take-back", token_from=page)
    assert "not right" in post_form(app.test_client(), "/join", code=code).text


def test_forms_lead_on_to_another(admin_client: FlaskClient) -> None:
    added = post_form(
        admin_client, "/users/add", email="a@example.org", name="A", role="admin", password=PASSWORD, another="yes"
    )
    assert added.location == "/users/add?role=admin"
    fields = {
        "code": "CS9",
        "section": "",
        "name": "X",
        "timezone": "Asia/Tokyo",
        "late_after_minutes": "3",
        "left_early_minutes": "4",
    }
    course = post_form(admin_client, "/courses/add", **fields, another="yes")
    assert "Asia/Tokyo" in re.search(r"<option selected[^>]*>", admin_client.get(course.location).text)[0]
    student = post_form(admin_client, "/students/register", student_id="77", name="S", another="yes")
    assert student.location.startswith("/students/register")


def test_site_settings_are_for_admins_and_stand_at_the_head_of_pages(
    app: Flask, admin_client: FlaskClient, teacher_client: FlaskClient
) -> None:
    assert teacher_client.get("/site/").status_code == 403
    saved = post_form(admin_client, "/site/", name="Hanbit High", late_after_minutes="7", accept_similarity="80")
    assert saved.location == "/site/"
    assert "Hanbit High" in app.test_client().get("/login").text
    refused = post_form(admin_client, "/site/", accept_similarity="lots")
    assert "must be a number from 0 to 100" in refused.text
    assert 'value="7"' in admin_client.get("/courses/add").text


def test_failed_sign_ins_are_noted_once_an_hour_without_what_was_typed(
    app: Flask, admin_client: FlaskClient, teacher: User, services: Services
) -> None:
    for _ in range(3):
        sign_in(app.test_client(), teacher.email, "wrong password")
    sign_in(app.test_client(), "my secret password", "wrong password")
    found = [entry for entry in services.store.audit().items if entry.action == "signin.failed"]
    assert sorted(entry.subject for entry in found) == ["(no account)", teacher.email]
    assert "Somebody on the sign-in page" in admin_client.get("/audit/?topic=signin").text


def test_the_audit_is_filtered_and_downloaded(admin_client: FlaskClient, admin: User, services: Services) -> None:
    post_form(admin_client, "/users/add", email="x@example.org", name="=1+1", role="teacher", password=PASSWORD)
    shown = admin_client.get("/audit/?subject=X@example.org").text
    assert shown.count("added the user") == 1
    assert "No entry of the audit trail" in admin_client.get("/audit/?subject=x@example.org&topic=course").text
    file = admin_client.get(f"/audit/download.csv?who={admin.email}")
    assert file.data.startswith(b"\xef\xbb\xbfat,by,action,subject,detail\r\n")
    assert b"x@example.org" in file.data
    assert services.store.audit().items[0].action == "export.audit"
