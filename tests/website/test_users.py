"""The users pages, for admins."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from attendance.model import Role, Student, User
from attendance.services import Services
from attendance.use_cases.people.accounts import add_user
from tests.website.browsing import PASSWORD, post_form, sign_in


def _add(client: FlaskClient, **fields: str):
    return post_form(
        client, "/users/add", **{"email": "new@example.org", "name": "New Example", "role": "teacher", **fields}
    )


def _made_up(text: str) -> str:
    return re.search(r'<code id="made-up">([^<]+)</code>', text)[1]


def test_a_user_with_a_given_password_can_sign_in(app: Flask, admin_client: FlaskClient) -> None:
    assert _add(admin_client, password=PASSWORD).location == "/users/"
    assert sign_in(app.test_client(), "new@example.org").status_code == 302


def test_a_made_up_password_is_shown_once_and_works(app: Flask, admin_client: FlaskClient) -> None:
    password = _made_up(_add(admin_client).text)
    assert len(password) >= 16
    assert password not in admin_client.get("/users/").text
    assert sign_in(app.test_client(), "new@example.org", password).status_code == 302


def test_an_email_can_be_taken_once_however_it_is_written(admin_client: FlaskClient, teacher: User) -> None:
    assert "already taken" in _add(admin_client, email="TEACHER@Example.org").text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"email": "no address"}, "This is not an email address"),
        ({"email": "a@b@c"}, "This is not an email address"),
        ({"email": ""}, "Enter an email address."),
        ({"name": " "}, "The name is missing."),
        ({"password": "short"}, "The password needs 10 to 256 characters."),
        ({"role": "king"}, "Not a valid choice"),
        ({"role": "student"}, "Say which student this account is for."),
        ({"role": "student", "student_id": "99"}, "No student is registered under this id."),
    ],
)
def test_a_bad_form_says_why_and_adds_nobody(
    admin_client: FlaskClient, services: Services, fields: dict[str, str], sentence: str
) -> None:
    answer = _add(admin_client, **fields)
    assert sentence in answer.text
    assert services.store.users().total == 1


def test_an_account_of_a_student_is_linked_to_the_student(
    admin_client: FlaskClient, services: Services, student: Student
) -> None:
    _add(admin_client, role="student", student_id=student.id)
    assert services.store.find_user("new@example.org").student_id == student.id


def test_the_list_finds_by_email_and_name_and_has_pages(admin_client: FlaskClient, services: Services) -> None:
    for number in range(60):
        add_user(
            services,
            email=f"t{number:02}@example.org",
            name=f"Teacher {number:02}",
            role=Role.TEACHER,
            password=PASSWORD,
            by=None,
        )
    first, second = admin_client.get("/users/").text, admin_client.get("/users?page=2").text
    assert "Page 1 of 2" in first
    assert "t59@example.org" not in first
    assert "t59@example.org" in second
    assert "t59@example.org" in admin_client.get("/users?text=TEACHER 59").text
    assert "Nobody found" in admin_client.get("/users?text=zzz%25").text


@pytest.mark.parametrize("query", ["page=0", "page=-1", "page=x", "page=99999999999999999999", "text=%00", "text=%ff"])
def test_nonsense_in_the_address_never_breaks_the_list(admin_client: FlaskClient, query: str) -> None:
    assert admin_client.get(f"/users?{query}").status_code == 200


def test_name_and_role_can_be_changed(admin_client: FlaskClient, services: Services, teacher: User) -> None:
    answer = post_form(admin_client, f"/users/{teacher.id}", name="Another Name", role="admin")
    assert answer.status_code == 302
    saved = services.store.user(teacher.id)
    assert (saved.name, saved.role) == ("Another Name", Role.ADMIN)


def test_a_demoted_admin_loses_the_admins_pages_at_once(
    app: Flask, admin_client: FlaskClient, admin: User, services: Services
) -> None:
    other = add_user(
        services, email="b@example.org", name="Bert Example", role=Role.ADMIN, password=PASSWORD, by=None
    ).user
    client = app.test_client()
    sign_in(client, other.email)
    post_form(admin_client, f"/users/{other.id}", name="Bert Example", role="teacher")
    assert client.get("/users/").status_code == 403


def test_the_last_admin_stays_an_admin(admin_client: FlaskClient, services: Services, admin: User) -> None:
    answer = post_form(admin_client, f"/users/{admin.id}", name="Ada Example", role="teacher")
    assert "The last admin must stay an admin." in answer.text
    assert services.store.user(admin.id).role is Role.ADMIN


def test_nobody_removes_themselves(admin_client: FlaskClient, services: Services, admin: User) -> None:
    answer = post_form(admin_client, f"/users/{admin.id}/remove")
    assert "You cannot remove your own account." in answer.text
    assert services.store.user(admin.id) == admin


def test_removing_asks_first_and_then_ends_the_users_session(
    app: Flask, admin_client: FlaskClient, teacher_client: FlaskClient, teacher: User
) -> None:
    page = f"/users/{teacher.id}/remove"
    assert "will not be able to sign in" in admin_client.get(page).text
    assert teacher_client.get("/account/").status_code == 200
    assert post_form(admin_client, page).location == "/users/"
    assert teacher_client.get("/account/").status_code == 302


def test_a_new_password_from_the_admin_ends_the_users_sessions(
    app: Flask, admin_client: FlaskClient, teacher_client: FlaskClient, teacher: User
) -> None:
    password = _made_up(post_form(admin_client, f"/users/{teacher.id}/password").text)
    assert teacher_client.get("/account/").status_code == 302
    assert sign_in(app.test_client(), teacher.email, password).status_code == 302


def test_an_admin_who_resets_the_own_password_stays_signed_in(admin_client: FlaskClient, admin: User) -> None:
    post_form(admin_client, f"/users/{admin.id}/password")
    assert admin_client.get("/users/").status_code == 200


@pytest.mark.parametrize("page", ["/users/nobody", "/users/nobody/password", "/users/nobody/remove"])
def test_a_user_who_does_not_exist_is_a_404(admin_client: FlaskClient, page: str) -> None:
    assert admin_client.get(page).status_code == 404


def test_names_are_shown_as_text(admin_client: FlaskClient) -> None:
    _add(admin_client, name="<script>alert(1)</script>", password=PASSWORD)
    assert "<script>alert" not in admin_client.get("/users/").text
