"""Who may do what by the REST API: every operation, asked by everybody. An operation that is new must be told here."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from attendance.model import Course, User
from attendance.rules.scopes import SCOPES
from attendance.services import Services
from tests.website.rest_world import (
    OPENAPI,
    World,
    ask,
    make_world,
    old_secret_of,
    photo,
    revoked_secret_of,
    secret_of,
)

A, T, O, S = "admin", "teacher", "other teacher", "student"  # noqa: E741
EVERYBODY = {A: True, T: True, O: True, S: True}
ADMINS = {A: True, T: 403, O: 403, S: 403}
STAFF = {A: True, T: True, O: True, S: 403}
OWN = {A: True, T: True, O: 404, S: 403}
SEEN = {A: True, T: True, O: 404, S: 404}
"""Of somebody: for students too, where it is their own."""
MEMBERS = {A: True, T: True, O: 404, S: True}
CONSENT = {"purposes": ["evidence"], "given_on": "2026-03-01", "given_by": "student", "manner": "paper"}


def json(**words: Any) -> Callable[[World], dict[str, Any]]:
    return lambda world: {"json": words}


def nothing(world: World) -> dict[str, Any]:
    return {}


def a_slot(world: World) -> dict[str, Any]:
    return {"json": {"course_id": world.ids["course_id"], "weekday": 1, "starts": "09:00", "ends": "10:00"}}


V1 = "/api/v1"
STUDENT, COURSE = f"{V1}/students/{{student_key}}", f"{V1}/courses/{{course_id}}"
LECTURE, RECORDING = f"{V1}/lectures/{{lecture_id}}", f"{V1}/recordings/{{recording_id}}"
USER, DEVICE = f"{V1}/users/{{user_id}}", f"{V1}/devices/{{device_id}}"
PLANNED = ("2026-05-04T09:00:00+09:00", "2026-05-04T09:50:00+09:00")
IMPORT = f"{V1}/imports/{{school_import_id}}"
MARK = f"{LECTURE}/marks/{{student_key}}"
UNKNOWNS = f"{COURSE}/unknown"
UNKNOWN, DOOR = f"{UNKNOWNS}/{{group_id}}", f"{V1}/doors/{{door_id}}"
VISIT, WEBHOOK = f"{V1}/visits/{{visit_id}}", f"{V1}/webhooks/{{webhook_id}}"
_DESCRIBED: dict[tuple[str, str], dict[str, Any]] = {}
TABLE: dict[tuple[str, str], tuple[dict[str, Any], Callable[[World], dict[str, Any]]]] = {
    ("GET", f"{V1}/students"): (STAFF, nothing),
    ("POST", f"{V1}/students"): (ADMINS, lambda world: {"data": {"id": "90", "name": "Student 90"}}),
    ("GET", STUDENT): (OWN, nothing),
    ("PATCH", STUDENT): (ADMINS, json(name="Changed")),
    ("DELETE", STUDENT): (ADMINS, nothing),
    ("GET", f"{STUDENT}/photos"): (OWN, nothing),
    ("POST", f"{STUDENT}/photos"): (ADMINS, lambda world: {"data": {"photos": photo()}}),
    ("DELETE", f"{STUDENT}/photos/{{photo_id}}"): (ADMINS, nothing),
    ("POST", f"{STUDENT}/consents"): (ADMINS, json(**CONSENT)),
    ("DELETE", f"{STUDENT}/consents/{{purpose}}"): (ADMINS, nothing),
    ("GET", f"{V1}/courses"): (STAFF, nothing),
    ("POST", f"{V1}/courses"): (ADMINS, json(code="NEW", name="New")),
    ("GET", COURSE): (OWN, nothing),
    ("PATCH", COURSE): (ADMINS, json(name="Changed")),
    ("DELETE", COURSE): (ADMINS, nothing),
    ("PUT", f"{COURSE}/teachers"): (ADMINS, lambda world: {"json": {"users": [world.ids["user_id"]]}}),
    ("GET", f"{COURSE}/students"): (OWN, nothing),
    ("POST", f"{COURSE}/students"): (ADMINS, lambda world: {"json": {"students": [world.ids["student_key"]]}}),
    ("DELETE", f"{COURSE}/students/{{student_key}}"): (ADMINS, nothing),
    ("GET", f"{V1}/lectures"): (STAFF, nothing),
    ("POST", f"{V1}/lectures"): (
        OWN,
        lambda world: {"json": {"course": world.ids["course_id"], "starts_at": PLANNED[0], "ends_at": PLANNED[1]}},
    ),
    ("GET", LECTURE): (OWN, nothing),
    ("PATCH", LECTURE): (OWN, json(title="Exam")),
    ("DELETE", LECTURE): (OWN, nothing),
    ("GET", f"{LECTURE}/sightings"): (OWN, nothing),
    ("GET", f"{LECTURE}/marks"): (OWN, nothing),
    ("POST", f"{LECTURE}/marks"): (
        OWN,
        lambda world: {
            "json": {"students": [world.ids["student_key"]], "status": "excused", "reason": "A certificate."}
        },
    ),
    ("POST", f"{LECTURE}/acts/{{act_id}}/undo"): (OWN, nothing),
    ("GET", MARK): (OWN, nothing),
    ("PUT", MARK): (OWN, json(status="excused", reason="A certificate.")),
    ("DELETE", MARK): (OWN, nothing),
    ("POST", f"{MARK}/confirm"): (OWN, nothing),
    ("POST", f"{MARK}/refuse"): (OWN, nothing),
    ("GET", f"{COURSE}/appeals"): (OWN, nothing),
    ("POST", f"{COURSE}/appeals/{{appeal_id}}/answer"): (OWN, json(accepted=True, status="present")),
    ("GET", f"{V1}/live"): (EVERYBODY, nothing),
    ("GET", f"{LECTURE}/link"): (MEMBERS, nothing),
    ("GET", f"{COURSE}/link"): (MEMBERS, nothing),
    ("PUT", f"{COURSE}/link"): (OWN, json(link="https://zoom.us/j/1", passcode="first")),
    ("PUT", f"{LECTURE}/link"): (OWN, json(place="remote", link="https://zoom.us/j/2")),
    ("POST", f"{LECTURE}/link/code"): (OWN, json(passcode="second")),
    ("GET", f"{LECTURE}/messages"): (MEMBERS, nothing),
    ("GET", f"{COURSE}/messages"): (MEMBERS, nothing),
    ("POST", f"{LECTURE}/messages"): (MEMBERS, json(words="Hello")),
    ("POST", f"{COURSE}/messages"): (MEMBERS, json(words="Hello")),
    ("PATCH", f"{LECTURE}/messages/{{post_id}}"): (OWN, json(step="pin")),
    ("POST", f"{RECORDING}/search"): (OWN, nothing),
    ("DELETE", RECORDING): (OWN, nothing),
    ("GET", f"{V1}/users"): (ADMINS, nothing),
    ("POST", f"{V1}/users"): (ADMINS, json(email="new@example.org", name="New Example", role="teacher")),
    ("GET", USER): (ADMINS, nothing),
    ("PATCH", USER): (ADMINS, json(name="Changed")),
    ("DELETE", USER): (ADMINS, nothing),
    ("POST", f"{USER}/password"): (ADMINS, nothing),
    ("GET", f"{USER}/invitation"): (ADMINS, nothing),
    ("POST", f"{USER}/invitation"): (ADMINS, json(way="paper")),
    ("DELETE", f"{USER}/invitation"): (ADMINS, nothing),
    ("GET", f"{V1}/audit"): (ADMINS, nothing),
    ("GET", f"{V1}/devices"): (ADMINS, nothing),
    ("POST", f"{V1}/devices"): (ADMINS, json(name="New", room="102")),
    ("GET", DEVICE): (ADMINS, nothing),
    ("PATCH", DEVICE): (ADMINS, json(room="103")),
    ("DELETE", DEVICE): (ADMINS, nothing),
    ("POST", f"{DEVICE}/pairing-code"): (ADMINS, nothing),
    ("POST", f"{DEVICE}/revoke"): (ADMINS, nothing),
    ("GET", f"{V1}/log"): (EVERYBODY, nothing),
    ("POST", f"{V1}/imports"): (ADMINS, lambda world: {"data": {"file": (io.BytesIO(b"id,name\n70,A\n"), "a.csv")}}),
    ("GET", IMPORT): (ADMINS, nothing),
    ("GET", f"{IMPORT}/rows"): (ADMINS, nothing),
    ("POST", f"{IMPORT}/run"): (ADMINS, nothing),
    ("DELETE", IMPORT): (ADMINS, nothing),
    ("GET", UNKNOWNS): (OWN, nothing),
    ("GET", UNKNOWN): (OWN, nothing),
    ("POST", f"{UNKNOWN}/name"): (OWN, lambda world: {"json": {"student": world.ids["student_key"]}}),
    ("POST", f"{UNKNOWN}/not"): (OWN, lambda world: {"json": {"student": world.ids["student_key"]}}),
    ("POST", f"{UNKNOWN}/ignore"): (OWN, nothing),
    ("POST", f"{UNKNOWN}/merge"): (OWN, lambda world: {"json": {"other": world.ids["other_id"]}}),
    ("POST", f"{UNKNOWN}/split"): (OWN, lambda world: {"json": {"sightings": [world.ids["sibling_id"]]}}),
    ("DELETE", f"{UNKNOWNS}/decisions/{{decision_id}}"): (OWN, nothing),
    ("GET", f"{V1}/check-ins"): (EVERYBODY, nothing),
    ("GET", f"{V1}/check-ins/{{check_in_id}}"): (SEEN, nothing),
    ("GET", f"{V1}/doors"): (STAFF, nothing),
    ("GET", DOOR): (OWN, nothing),
    ("GET", f"{DOOR}/unknown"): (OWN, nothing),
    ("POST", f"{DOOR}/unknown/{{person_id}}/decisions"): (OWN, json(kind="ignored")),
    ("DELETE", f"{DOOR}/unknown/decisions/{{door_decision_id}}"): (OWN, nothing),
    ("PATCH", DOOR): (ADMINS, json(tells_names=True)),
    ("GET", VISIT): (OWN, nothing),
    ("POST", f"{VISIT}/name"): (OWN, lambda world: {"json": {"student": world.ids["student_key"]}}),
    ("DELETE", f"{VISIT}/name"): (OWN, nothing),
    ("DELETE", VISIT): (OWN, nothing),
    ("GET", f"{V1}/account/notices"): (STAFF, nothing),
    ("PUT", f"{V1}/account/notices"): (STAFF, json(choices=[{"kind": "search_done", "channels": ["mail"]}])),
    ("GET", f"{V1}/notices"): (ADMINS, nothing),
    ("GET", f"{V1}/notices/{{notice_id}}"): (ADMINS, nothing),
    ("POST", f"{V1}/notices/{{notice_id}}/again"): (ADMINS, nothing),
    ("GET", f"{V1}/webhooks"): (ADMINS, nothing),
    ("POST", f"{V1}/webhooks"): (ADMINS, json(address="https://other.example/events")),
    ("GET", WEBHOOK): (ADMINS, nothing),
    ("PATCH", WEBHOOK): (ADMINS, json(is_paused=True)),
    ("POST", f"{WEBHOOK}/try"): (ADMINS, nothing),
    ("DELETE", WEBHOOK): (ADMINS, nothing),
    ("GET", f"{DEVICE}/timetable"): (ADMINS, nothing),
    ("POST", f"{DEVICE}/timetable"): (ADMINS, a_slot),
    ("GET", f"{DEVICE}/timetable/{{slot_id}}"): (ADMINS, nothing),
    ("DELETE", f"{DEVICE}/timetable/{{slot_id}}"): (ADMINS, nothing),
    ("GET", f"{DEVICE}/readings"): (ADMINS, nothing),
    ("GET", f"{V1}/alarms"): (ADMINS, nothing),
    ("GET", f"{V1}/alarms/{{alarm_id}}"): (ADMINS, nothing),
    ("POST", f"{V1}/alarms/{{alarm_id}}/seen"): (ADMINS, nothing),
    ("GET", f"{V1}/photo-imports"): (ADMINS, nothing),
    ("GET", f"{V1}/photo-imports/{{import_id}}"): (ADMINS, nothing),
}


@pytest.fixture
def world(services: Services, admin: User, teacher: User, student_user: User, course: Course) -> World:
    """One of everything."""
    return make_world(services, admin, teacher, student_user, course)


def _operations(client: FlaskClient) -> dict[tuple[str, str], dict[str, Any]]:
    """Written down once: that takes longer than to ask an operation."""
    if not _DESCRIBED:
        paths = client.get(OPENAPI).json["paths"]
        _DESCRIBED.update(
            {
                (method.upper(), path): way
                for path, ways in paths.items()
                for method, way in ways.items()
                if isinstance(way, dict) and "x-scope" in way
            }
        )
    return _DESCRIBED


def test_every_operation_that_takes_a_token_is_in_the_table(client: FlaskClient) -> None:
    described = _operations(client)
    assert set(described) == set(TABLE)
    for way in described.values():
        assert way["x-scope"] in SCOPES
        assert {"accessToken": []} in way["security"]


@pytest.mark.parametrize(("method", "path"), TABLE, ids=str)
def test_an_operation_answers_each_as_their_role_may(
    app: Flask,
    client: FlaskClient,
    services: Services,
    admin: User,
    admin_client: FlaskClient,
    world: World,
    method: str,
    path: str,
) -> None:
    expected, sends = TABLE[method, path]
    whose = {"user_id": world.ids["invited_id"]} if path.endswith("/invitation") else {}
    address = path.format(**(world.ids | whose))
    scope = _operations(client)[method, path]["x-scope"]
    less = [one for one in SCOPES if not one.startswith(scope.partition(":")[0])]
    read_only = [scope.replace(":write", ":read")] if scope.endswith(":write") else less
    refused = {
        None: 401,
        "rollcall_wrong": 401,
        old_secret_of(services, admin): 401,
        revoked_secret_of(services, admin): 401,
        secret_of(services, admin, *less): 403,
        secret_of(services, admin, *read_only): 403,
    }
    refused |= {world.secrets[who]: status for who, status in expected.items() if status is not True}
    for secret, status in refused.items():
        answer = ask(client, secret, method, address, **sends(world))
        assert (answer.status_code, answer.mimetype) == (status, "application/problem+json"), (secret, answer.text)
        assert ("WWW-Authenticate" in answer.headers) == (status == 401)
    by_session = admin_client.open(address, method=method, **sends(world))
    assert by_session.status_code == (200 if method == "GET" else 403), by_session.text
    allowed = [who for who, status in expected.items() if status is True]
    first = ask(client, world.secrets[allowed[-1]], method, address, **sends(world))
    assert first.status_code in (200, 201, 204), first.text
    for who in allowed[:-1]:
        again = ask(client, world.secrets[who], method, address, **sends(world))
        assert again.status_code not in (401, 403) and again.status_code < 500, (who, again.text)
