"""Passkeys: made with a fresh password, used once each, and only here."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from attendance.model import ALL_ENTRIES, User
from attendance.services import Services
from tests.website.authenticator import Authenticator
from tests.website.browsing import PASSWORD, csrf, post_form
from website.account import passkeys as pages


def asked_to_make(client: FlaskClient, name: str = "My phone") -> dict[str, Any]:
    page = post_form(client, "/account/passkeys/add", name=name, password=PASSWORD)
    found = re.search(r'data-options="([^"]+)"', page.text)
    assert found, page.text
    options: dict[str, Any] = json.loads(html.unescape(found[1]))
    return options


def add(client: FlaskClient, device: Authenticator, **flaws: Any) -> None:
    post_form(client, "/account/passkeys/made", "/account", answer=device.make(asked_to_make(client), **flaws))


def asked_to_sign(client: FlaskClient) -> dict[str, Any]:
    answer = client.post("/account/passkeys/options", headers={"X-CSRFToken": csrf(client)})
    assert answer.status_code == 200
    options: dict[str, Any] = json.loads(answer.json["options"])
    return options


def send(client: FlaskClient, answer: str, **more: str) -> TestResponse:
    return post_form(client, "/account/passkeys/sign-in", "/login", answer=answer, **more)


def is_in(client: FlaskClient) -> bool:
    return client.get("/account/").status_code == 200


@pytest.fixture
def device(teacher_client: FlaskClient) -> Authenticator:
    """Of the teacher, with a passkey."""
    device = Authenticator()
    add(teacher_client, device)
    return device


def test_a_passkey_is_asked_for_that_finds_itself_and_verifies_its_user(teacher_client: FlaskClient) -> None:
    options = asked_to_make(teacher_client)
    assert options["rp"]["id"] == "localhost"
    chosen = options["authenticatorSelection"]
    assert (chosen["residentKey"], chosen["userVerification"]) == ("required", "required")
    assert options["attestation"] == "none"
    signing = asked_to_sign(teacher_client.application.test_client())
    assert (signing["userVerification"], signing["allowCredentials"]) == ("required", [])


def test_somebody_signs_in_with_their_passkey(
    client: FlaskClient, device: Authenticator, services: Services, teacher: User
) -> None:
    answer = send(client, device.sign(asked_to_sign(client)), next="/account/passkeys")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/account/passkeys")
    assert "My phone" in client.get("/account/passkeys").text
    assert client.get_cookie("rollcall-known") is not None
    [passkey] = services.store.passkeys(teacher.id)
    assert (passkey.sign_count, passkey.used_at is not None) == (1, True)
    newest = services.store.audit(ALL_ENTRIES).items
    assert [(one.action, one.subject, one.detail) for one in newest[:2]] == [
        ("signin.passkey", teacher.email, "My phone"),
        ("passkey.added", teacher.email, "My phone"),
    ]


def test_without_the_password_no_passkey_is_made(
    teacher_client: FlaskClient, services: Services, teacher: User
) -> None:
    page = post_form(teacher_client, "/account/passkeys/add", name="Thief", password="not the password")
    assert "not your present password" in page.text
    post_form(teacher_client, "/account/passkeys/made", "/account", answer="{}")
    assert services.store.passkeys(teacher.id) == []


def test_guesses_at_the_password_here_are_counted_as_sign_ins(teacher_client: FlaskClient) -> None:
    for _ in range(5):
        post_form(teacher_client, "/account/passkeys/add", name="Thief", password="wrong")
    assert post_form(teacher_client, "/account/passkeys/add", name="T", password=PASSWORD).status_code == 429


@pytest.mark.parametrize(
    "flaws",
    [
        {"unverified": True},
        {"origin": "https://evil.example"},
        {"site": "evil.example"},
        {"user": b"somebody else"},
        {"user": b""},
        {"count": 0},
    ],
)
def test_what_is_signed_for_another_place_or_person_lets_nobody_in(
    client: FlaskClient, device: Authenticator, flaws: dict[str, Any]
) -> None:
    assert send(client, device.sign(asked_to_sign(client))).status_code == 302
    other = client.application.test_client()
    send(other, device.sign(asked_to_sign(other), **flaws))
    assert not is_in(other)
    assert send(other, device.sign(asked_to_sign(other))).status_code == 302
    assert is_in(other)


@pytest.mark.parametrize("flaws", [{"unverified": True}, {"origin": "https://evil.example"}, {"site": "evil.example"}])
def test_what_is_made_for_another_place_is_not_stored(
    teacher_client: FlaskClient, services: Services, teacher: User, flaws: dict[str, Any]
) -> None:
    add(teacher_client, Authenticator(), **flaws)
    assert services.store.passkeys(teacher.id) == []


def test_an_answer_is_good_once_and_for_its_own_question(
    app: Flask, client: FlaskClient, device: Authenticator
) -> None:
    asked = asked_to_sign(client)
    answer = device.sign(asked)
    session = client.get_cookie("rollcall")
    assert session is not None
    send(app.test_client(), answer)  # of a browser that was asked nothing
    assert send(client, answer).status_code == 302
    thief = app.test_client()
    thief.set_cookie("rollcall", session.value)  # the session in which it was asked, copied before it was used
    send(thief, answer)
    assert not is_in(thief)
    other = app.test_client()
    asked_to_sign(other)
    send(other, answer)
    assert not is_in(other)


def test_a_question_is_answered_within_minutes(
    client: FlaskClient, device: Authenticator, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = device.sign(asked_to_sign(client))
    late = pages.time.time() + 301
    monkeypatch.setattr(pages.time, "time", lambda: late)
    send(client, answer)
    monkeypatch.undo()
    assert not is_in(client)


@pytest.mark.parametrize("answer", ["", "{}", "[]", "null", '{"id": 7, "response": {}}', "[" * 9000, "x" * 30_000])
def test_nonsense_is_refused_in_a_sentence(client: FlaskClient, device: Authenticator, answer: str) -> None:
    asked_to_sign(client)
    assert send(client, answer).status_code == 302
    assert "not known here any more" in client.get("/login").text


def test_wrong_answers_are_counted_where_they_come_from(client: FlaskClient, device: Authenticator) -> None:
    for _ in range(5):
        asked_to_sign(client)
        send(client, "{}")
    asked = asked_to_sign(client)
    assert send(client, device.sign(asked)).status_code == 429


def test_a_passkey_is_removed_by_its_own_user_alone(
    client: FlaskClient,
    teacher_client: FlaskClient,
    admin_client: FlaskClient,
    device: Authenticator,
    services: Services,
    teacher: User,
) -> None:
    [passkey] = services.store.passkeys(teacher.id)
    address = f"/account/passkeys/{passkey.id}/remove"
    assert post_form(admin_client, address, "/account").status_code == 404
    assert post_form(teacher_client, address, "/account").status_code == 302
    send(client, device.sign(asked_to_sign(client)))
    assert not is_in(client)
    assert services.store.audit(ALL_ENTRIES).items[0].action in ("passkey.removed", "signin.failed")


def test_a_passkey_of_somebody_else_is_not_taken_over(
    teacher_client: FlaskClient, admin_client: FlaskClient, device: Authenticator, services: Services, admin: User
) -> None:
    add(admin_client, device)
    assert services.store.passkeys(admin.id) == []


class TestByAnAddressWithoutAName:
    """A passkey is for a name."""

    @pytest.fixture
    def environment(self) -> dict[str, str]:
        return {"ROLLCALL_ADDRESS": "https://192.0.2.7"}

    def test_none_are_offered(self, teacher_client: FlaskClient) -> None:
        assert "passkey" not in teacher_client.application.test_client().get("/login").text
        assert teacher_client.get("/account/passkeys").status_code == 404
