"""Signing in and out, and the first admin."""

from __future__ import annotations

from flask.testing import FlaskClient

from attendance.model import User
from tests.website.browsing import csrf, sign_in


def test_somebody_with_the_right_password_gets_in(client: FlaskClient, admin: User) -> None:
    answer = sign_in(client, "ADMIN@example.org ")
    assert answer.status_code == 302
    assert client.get("/account").status_code == 200


def test_a_wrong_password_and_an_unknown_account_get_the_same_answer(client: FlaskClient, admin: User) -> None:
    wrong = sign_in(client, admin.email, "not the password").text
    unknown = sign_in(client, "nobody@example.org", "not the password").text
    token = csrf(client)
    assert wrong.replace(admin.email, "X") == unknown.replace("nobody@example.org", "X")
    assert "Email or password is wrong." in wrong
    assert token in wrong
