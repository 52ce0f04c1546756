"""Signing in with the own face: for who switched it on, with a turned head, and with the password as the way back."""

from __future__ import annotations

import re
from base64 import b64encode
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from attendance.model import ALL_ENTRIES, Course, Purpose, Student, User
from attendance.services import Services
from attendance.use_cases.students.consents import withdraw_consent
from tests.website.browsing import PASSWORD, csrf


@pytest.fixture
def environment() -> dict[str, str]:
    return {"ROLLCALL_FACE_LOGIN": "yes"}


def turn_of(client: FlaskClient, page: str) -> str:
    found = re.search(r'data-turn="(left|right)"', client.get(page).text)
    assert found
    return found[1]


def frames_of(person: str, turn: str, flaw: str = "") -> list[bytes]:
    if not person:
        return [b"face:"] * 7
    way = 1 if turn == "left" else -1
    return [f"face:{person}".encode(), *(f"face:{person}@{way * deg}{flaw}".encode() for deg in (2, 6, 14, 22, 28, 30))]


def switch_on(client: FlaskClient, person: str = "60", **more: Any) -> TestResponse:
    token = csrf(client, "/account/face")
    frames = more.pop("frames", None) or frames_of(person, turn_of(client, "/account/face"))
    body = {"frames": [b64encode(one).decode() for one in frames], "password": PASSWORD, "agreed": True, **more}
    headers = {"X-CSRFToken": token, "Accept": "application/json"}
    return client.post("/account/face/on", json=body, headers=headers)


def come(client: FlaskClient, email: str, person: str = "60", flaw: str = "", **more: Any) -> TestResponse:
    headers = {"X-CSRFToken": csrf(client, "/account/face/sign-in"), "Accept": "application/json"}
    frames = frames_of(person, turn_of(client, "/account/face/sign-in"), flaw)
    body = {"frames": [b64encode(one).decode() for one in frames], "email": email, **more}
    return client.post("/account/face/sign-in", json=body, headers=headers)


def is_in(client: FlaskClient) -> bool:
    return client.get("/account/").status_code == 200


@pytest.fixture
def of_teacher(teacher_client: FlaskClient) -> FlaskClient:
    answer = switch_on(teacher_client)
    assert answer.json == {"to": "/account/face"}, answer.text
    return teacher_client


def test_a_teacher_switches_it_on_and_comes_in(
    app: Flask, client: FlaskClient, of_teacher: FlaskClient, services: Services, teacher: User
) -> None:
    assert "Never used" in of_teacher.get("/account/face").text
    assert "Use your face" in client.get("/login").text
    answer = come(client, teacher.email.upper())
    assert (answer.status_code, answer.json) == (200, {"to": "/"})
    assert is_in(client)
    assert client.get_cookie("rollcall-known") is not None
    stored = services.store.face_login(teacher.id)
    assert stored is not None
    assert stored.vector == (60.0,)
    assert stored.used_at is not None
    newest = services.store.audit(ALL_ENTRIES).items
    assert [(one.action, one.subject) for one in newest[:2]] == [
        ("signin.face", teacher.email),
        ("facelogin.on", teacher.email),
    ]


def test_no_picture_is_stored(of_teacher: FlaskClient, client: FlaskClient, services: Services, teacher: User) -> None:
    come(client, teacher.email)
    come(client.application.test_client(), teacher.email, "52")
    data = services.settings.data
    assert [one for one in data.rglob("*") if one.is_file() and b"face:" in one.read_bytes()] == []
    assert not (data / "media").exists() or list((data / "media").rglob("*.jpg")) == []


@pytest.mark.parametrize(("person", "flaw"), [("52", ""), ("60", "flat"), ("60,52", ""), ("", "")])
def test_strangers_pictures_and_crowds_stay_outside(
    client: FlaskClient, of_teacher: FlaskClient, teacher: User, person: str, flaw: str
) -> None:
    answer = come(client, teacher.email, person, flaw)
    assert answer.status_code == 403
    assert answer.json["turn"] in ("left", "right")
    assert not is_in(client)


def test_whoever_is_not_recognised_reads_the_same_whether_there_is_an_account(
    app: Flask, of_teacher: FlaskClient, teacher: User, admin: User
) -> None:
    answers = [come(app.test_client(), email, "52") for email in (teacher.email, admin.email, "nobody@example.org")]
    assert {answer.json["sentence"] for answer in answers} == {
        "You were not recognised, or this is not switched on for you. Use your password."
    }


def test_who_did_not_switch_it_on_is_not_compared(client: FlaskClient, teacher: User) -> None:
    assert come(client, teacher.email).status_code == 403


def test_the_face_of_the_turn_must_be_the_owners_too(
    client: FlaskClient, of_teacher: FlaskClient, teacher: User
) -> None:
    """A photo of the owner first, and then the head of somebody else."""
    headers = {"X-CSRFToken": csrf(client, "/account/face/sign-in"), "Accept": "application/json"}
    frames = [b"face:60", *frames_of("52", turn_of(client, "/account/face/sign-in"))[1:]]
    body = {"frames": [b64encode(one).decode() for one in frames], "email": teacher.email}
    assert client.post("/account/face/sign-in", json=body, headers=headers).status_code == 403
    assert not is_in(client)


def test_pictures_are_good_once(app: Flask, client: FlaskClient, of_teacher: FlaskClient, teacher: User) -> None:
    headers = {"X-CSRFToken": csrf(client, "/account/face/sign-in"), "Accept": "application/json"}
    frames = frames_of("60", turn_of(client, "/account/face/sign-in"))
    session = client.get_cookie("rollcall")
    assert session is not None
    body = {"frames": [b64encode(one).decode() for one in frames], "email": teacher.email}
    assert client.post("/account/face/sign-in", json=body, headers=headers).status_code == 200
    thief = app.test_client()
    thief.set_cookie("rollcall", session.value)
    answer = thief.post("/account/face/sign-in", json=body, headers=headers)
    assert "used before" in answer.json["sentence"]
    assert not is_in(thief)


def test_attempts_are_counted_with_those_of_the_password(
    client: FlaskClient, of_teacher: FlaskClient, teacher: User
) -> None:
    answers = [come(client, teacher.email, "52").status_code for _ in range(5)]
    assert answers == [403] * 5
    assert come(client, teacher.email, "60").status_code == 429


def test_without_password_or_consent_it_is_not_switched_on(
    teacher_client: FlaskClient, services: Services, teacher: User
) -> None:
    assert switch_on(teacher_client, password="wrong").status_code == 403
    assert "Tick that you agree" in switch_on(teacher_client, agreed="yes").json["sentence"]
    assert switch_on(teacher_client, frames=frames_of("60", "left", "flat")).status_code == 403
    assert services.store.face_login(teacher.id) is None


def test_admins_never_sign_in_so(admin_client: FlaskClient) -> None:
    assert admin_client.get("/account/face").status_code == 403
    assert "/account/face" not in admin_client.get("/account/").text


def test_a_student_needs_the_consent_and_loses_it_with_it(
    client: FlaskClient, student_client: FlaskClient, services: Services, student: Student, student_user: User
) -> None:
    assert switch_on(student_client).status_code == 200
    assert come(client, student_user.email).status_code == 200
    withdraw_consent(services, student.id, [Purpose.FACE], by=None)
    assert services.store.face_login(student_user.id) is None
    assert come(client.application.test_client(), student_user.email).status_code == 403
    assert "consent to face recognition" in switch_on(student_client).json["sentence"]


def test_switched_off_it_is_erased(
    client: FlaskClient, of_teacher: FlaskClient, services: Services, teacher: User
) -> None:
    of_teacher.post("/account/face", data={"csrf_token": csrf(of_teacher, "/account/face")})
    assert services.store.face_login(teacher.id) is None
    assert come(client, teacher.email).status_code == 403


@pytest.mark.parametrize(
    "body",
    [{}, {"frames": "x", "email": "a"}, {"frames": ["%"] * 5, "email": "a"}, {"frames": [""] * 5, "email": 7}, []],
)
def test_nonsense_is_refused_in_a_sentence(client: FlaskClient, body: object) -> None:
    turn_of(client, "/account/face/sign-in")
    headers = {"X-CSRFToken": csrf(client, "/account/face/sign-in"), "Accept": "application/json"}
    answer = client.post("/account/face/sign-in", json=body, headers=headers)
    assert answer.status_code in (400, 403, 422)
    assert "sentence" in answer.json or "error" in answer.json


class TestWithThePasswordBesideIt:
    """Where an admin wants no rate at all."""

    @pytest.fixture
    def environment(self) -> dict[str, str]:
        return {"ROLLCALL_FACE_LOGIN": "with_password"}

    def test_the_face_alone_is_not_enough(self, client: FlaskClient, of_teacher: FlaskClient, teacher: User) -> None:
        assert come(client, teacher.email).status_code == 403
        assert come(client, teacher.email, password="wrong").status_code == 403
        assert come(client, teacher.email, "52", password=PASSWORD).status_code == 403
        assert come(client, teacher.email, password=PASSWORD).status_code == 200


class TestSwitchedOff:
    """As it is unless somebody sets it."""

    @pytest.fixture
    def environment(self) -> dict[str, str]:
        return {}

    def test_it_is_nowhere(self, client: FlaskClient, teacher_client: FlaskClient, course: Course) -> None:
        assert "face" not in client.get("/login").text.partition("<main")[2]
        assert client.get("/account/face/sign-in").status_code == 404
        assert teacher_client.get("/account/face").status_code == 404
