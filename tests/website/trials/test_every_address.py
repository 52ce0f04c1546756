"""Every address that the site has, asked for by those who may not: the list is the site's own, so none is forgotten."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from attendance.services import Services
from tests.system.keeping import kept_in
from tests.website.browsing import csrf
from tests.website.trials.conftest import World
from tests.website.tus_headers import BYTES
from website.security import HEADERS

pytestmark = pytest.mark.slow

WRITES = ("POST", "PUT", "PATCH", "DELETE")
DESCRIPTIONS = {"api-docs.openapi_json", "api_docs.show"}
SIGNED = {
    "notices.ask_to_unsubscribe",
    "notices.end",
    "slack.actions",
    "check_in.scan",
    "exports.feed",
}  # the signature is the right to do it
WITHOUT_LOGIN = {"auth.join", "auth.set_password", "auth.forgot", "auth.asked", "media.logo", "kiosk.index"}
BY_PLATFORMS = {"platforms.begin", "platforms.launch", "platforms.keys", "platforms.canvas"}  # what they say is signed
OPEN = (
    {"auth.login", "auth.setup", "account.language", "home.health", "static", "bootstrap.static"}
    | WITHOUT_LOGIN
    | DESCRIPTIONS
    | SIGNED
    | BY_PLATFORMS
)
NOTED = {
    "exports.all_books",
    "exports.book",
    "exports.print_book",
    "log.print_log",
    "media.evidence",
    "media.recording",
    "media.visit",
    "media.check_in",
    "door_check_ins.download",
    "hourly.face",
    "hourly.download",
    "log.download",
    "audit.download",
}
"""Who looks at these, or takes them along, stands in the audit trail."""
OF_DEVICES = "device_api."
PAIRING = "device_api.pair"
OF_STUDENTS = {
    "account.index",
    "account.password",
    "account.pin",
    "account.sessions",
    "account.end_other_sessions",
    "account.tokens",
    "account.make",
    "courses.mine",
    "check_in.index",
    "check_in.here",
    "door_check_ins.mine",
    "exports.calendar",
    "exports.new_calendar",
    "exports.end_calendar",
    "home.index",
    "hourly.index",
    "log.mine",
    "notices.own",
    "rest.log",
    "rest.check_ins",
    "rest.check_in",
    "auth.logout",
    "platforms.accounts",
    "platforms.connect",
    "appeals.excuse",
    "appeals.objection",
} | OPEN
OF_ANYBODY = OF_STUDENTS | {
    "api.uploads",
    "courses.index",
    "lectures.index",
    "lectures.upload",
    "lectures.add",
    "lectures.term",
    "log.index",
    "log.download",
    "log.print_log",
    "risks.index",
    "exports.all_books",
    "review.index",
    "review.undo",
    "students.index",
    "notices.mail_log",
    "door_check_ins.index",
    "door_check_ins.download",
    "people.index",
    "people.live",
    "people.unknown",
    "api.visits",
    "api.unknown_visits",
    "platforms.choose_course",
    "rest.courses",
    "rest.doors",
    "rest.own_notices",
    "rest.lectures",
    "rest.students",
}
ONLY_WITH_ANOTHER_METHOD_MEANT = ("api.upload", "POST")
OF_ADMINS = {
    "outbox.index",
    "notices.webhooks",
    "platforms.index",
    "audit.index",
    "audit.download",
    "courses.add",
    "door_check_ins.registrations",
    "imports.begin",
    "invitations.everybody",
    "site.index",
    "students.begin_import",
    "students.photo_check",
    "students.register",
    "users.add",
    "users.index",
}


def rules(app: Flask, *methods: str) -> Iterator[tuple[Rule, str]]:
    """Every address for people with each of the methods that it takes."""
    return (found for found in _all_rules(app, methods) if not found[0].endpoint.startswith(OF_DEVICES))


def rules_of_devices(app: Flask, *methods: str) -> Iterator[tuple[Rule, str]]:
    """Every address that wants a device's key."""
    of_devices = (found for found in _all_rules(app, methods) if found[0].endpoint.startswith(OF_DEVICES))
    return (found for found in of_devices if found[0].endpoint != PAIRING)


def _all_rules(app: Flask, methods: Collection[str]) -> Iterator[tuple[Rule, str]]:
    for rule in app.url_map.iter_rules():
        for method in sorted(rule.methods or ()):
            if method in methods:
                yield rule, method


def ask(client: FlaskClient, address: str, method: str = "GET", **more: object) -> TestResponse:
    """Reads the answer whole, so that its file is closed."""
    return client.open(address, method=method, buffered=True, **more)  # type: ignore[arg-type]


def _as_the_page_sends(client: FlaskClient) -> dict[str, str]:
    """The headers that every kind of request needs."""
    return {
        "X-CSRFToken": csrf(client, "/account"),
        "Tus-Resumable": "1.0.0",
        "Content-Type": BYTES,
        "Upload-Offset": "0",
    }


def test_nothing_is_changed_without_the_forms_token(
    app: Flask, admin_client: FlaskClient, services: Services, world: World
) -> None:
    before = kept_in(services.settings.data)
    asked = [(rule, method) for rule, method in rules(app, *WRITES) if rule.endpoint not in SIGNED | BY_PLATFORMS]
    for rule, method in asked:
        answer = ask(admin_client, world.address(rule), method, headers={"Tus-Resumable": "1.0.0"})
        wants_token = rule.endpoint.startswith("rest.")
        assert answer.status_code == (403 if wants_token else 400), (method, rule)
    assert kept_in(services.settings.data) == before
    assert len(asked) > 25


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_reading_changes_nothing(
    app: Flask, admin_client: FlaskClient, services: Services, world: World, method: str
) -> None:
    before = kept_in(services.settings.data)
    for rule in (rule for rule, _ in _all_rules(app, (method,)) if rule.endpoint not in NOTED):
        headers = {"Tus-Resumable": "1.0.0", "X-HTTP-Method-Override": "DELETE"}
        for address in (world.address(rule), world.other_address(rule)):  # the admin's own upload is the other one
            assert ask(admin_client, address, method, headers=headers).status_code < 500, rule
    assert kept_in(services.settings.data) == before


def test_nobody_sees_a_page_without_signing_in(app: Flask, world: World) -> None:
    for rule, method in rules(app, "GET", "HEAD", "OPTIONS"):
        if rule.endpoint in OPEN or (method == "OPTIONS" and rule.provide_automatic_options is not False):
            continue
        answer = ask(app.test_client(), world.address(rule), method)
        asked_to_sign_in = answer.status_code == 302 and answer.location.startswith("/login")
        assert asked_to_sign_in or answer.status_code == 401, (method, rule, answer.status)


def test_nobody_changes_anything_without_signing_in(app: Flask, services: Services, world: World) -> None:
    before = kept_in(services.settings.data)
    for rule, method in rules(app, *WRITES):
        if rule.endpoint in OPEN | {"auth.logout"}:
            continue
        stranger = app.test_client()
        headers = {"X-CSRFToken": csrf(stranger), "Tus-Resumable": "1.0.0"}
        answer = ask(stranger, world.address(rule), method, headers=headers)
        asked_to_sign_in = answer.status_code == 302 and answer.location.startswith("/login")
        assert asked_to_sign_in or answer.status_code == 401, (method, rule, answer.status)
    assert kept_in(services.settings.data) == before


def test_a_student_comes_to_the_own_pages_only(
    app: Flask, student_client: FlaskClient, services: Services, world: World
) -> None:
    before = kept_in(services.settings.data)
    headers = _as_the_page_sends(student_client)
    for rule, method in rules(app, "GET", *WRITES):
        if rule.endpoint in OF_STUDENTS:
            continue
        for address in (world.address(rule), world.other_address(rule)):
            if rule.endpoint == "media.photo" and address == world.address(rule):
                continue  # the own photo
            answer = ask(student_client, address, method, headers=headers)
            assert answer.status_code in (403, 404), (method, address, answer.status)
    assert kept_in(services.settings.data) == before


def test_a_teacher_of_another_course_sees_and_changes_nothing_of_it(
    app: Flask, other_teacher_client: FlaskClient, services: Services, world: World
) -> None:
    before = kept_in(services.settings.data)
    headers = _as_the_page_sends(other_teacher_client)
    for rule, method in rules(app, "GET", *WRITES):
        if rule.endpoint in OF_ANYBODY or (rule.endpoint, method) == ONLY_WITH_ANOTHER_METHOD_MEANT:
            continue
        answer = ask(other_teacher_client, world.address(rule), method, headers=headers)
        # What only admins have is refused; what exists for others does not exist for this teacher.
        named_by_course = {"lecture_id", "recording_id", "sighting_id", "upload_id"} & rule.arguments
        wants_token = rule.endpoint.startswith("rest.") and method != "GET"  # whatever it would be about
        allowed = (404,) if named_by_course and not wants_token else (403, 404)
        assert answer.status_code in allowed, (method, rule, answer.status)
        if rule.endpoint in OF_ADMINS:
            assert answer.status_code == 403, rule
    assert kept_in(services.settings.data) == before


def test_a_teacher_sees_nothing_of_a_course_that_is_not_the_own(
    app: Flask, teacher_client: FlaskClient, services: Services, world: World
) -> None:
    before = kept_in(services.settings.data)
    headers = _as_the_page_sends(teacher_client)
    of_a_course = {"course_id", "lecture_id", "recording_id", "sighting_id", "upload_id", "face_id", "student_key"}
    for rule, method in rules(app, "GET", *WRITES):
        if rule.arguments & of_a_course and (rule.endpoint, method) != ONLY_WITH_ANOTHER_METHOD_MEANT:
            answer = ask(teacher_client, world.other_address(rule), method, headers=headers)
            assert answer.status_code in (403, 404), (method, rule, answer.status)
    assert kept_in(services.settings.data) == before


@pytest.mark.parametrize("who", ["nobody", "student", "teacher", "admin"])
def test_no_session_opens_an_address_of_devices(
    app: Flask, services: Services, world: World, request: pytest.FixtureRequest, who: str
) -> None:
    client: FlaskClient = app.test_client() if who == "nobody" else request.getfixturevalue(f"{who}_client")
    headers = {} if who == "nobody" else _as_the_page_sends(client)
    before = kept_in(services.settings.data)
    asked = list(rules_of_devices(app, "GET", "HEAD", *WRITES))
    for rule, method in asked:
        for address in (world.address(rule), rule.build(dict.fromkeys(rule.arguments, "%00"), append_unknown=False)[1]):
            answer = ask(client, address, method, headers=headers)
            assert answer.status_code == 401, (method, rule, answer.status)
    assert kept_in(services.settings.data) == before
    assert len(asked) > 10


def test_a_session_pairs_no_device_without_a_code(app: Flask, admin_client: FlaskClient, services: Services) -> None:
    before = kept_in(services.settings.data)
    for code in ("", "ABCD-EFGH"):
        assert admin_client.post("/api/v1/devices/pair", json={"code": code}).status_code == 401
    assert kept_in(services.settings.data) == before


def test_every_answer_carries_the_protecting_headers(app: Flask, admin_client: FlaskClient, world: World) -> None:
    answers = [ask(admin_client, world.address(rule), method) for rule, method in _all_rules(app, ("GET", "POST"))]
    answers.append(ask(admin_client, "/nothing-here"))
    answers.append(ask(admin_client, "/api/v1/nothing-here"))
    recording = f"/media/recordings/{world.names['recording_id']}"
    answers.append(ask(admin_client, recording, headers={"Range": "bytes=0-3"}))
    assert {200, 206, 302, 400, 404} <= {answer.status_code for answer in answers}
    for answer in answers:
        own = {"Permissions-Policy"} if answer.request.path == "/kiosk" else set()  # it hears as well
        missing = {name for name, value in HEADERS.items() if answer.headers.get(name) != value} - own
        assert not missing, (answer.request.path, missing)
        assert "Cache-Control" in answer.headers
        assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize(
    "nonsense",
    ["..", "../../../secret-key", "..%2f..%2fsecret-key", "%2e%2e/secret-key", "\\..\\secret-key", "%00", "x" * 5000],
)
def test_nonsense_in_an_address_is_not_found_and_reads_no_file(
    app: Flask, admin_client: FlaskClient, services: Services, nonsense: str
) -> None:
    secret = (Path(services.settings.data) / "secret-key").read_text().strip()
    headers = _as_the_page_sends(admin_client)
    for rule, method in rules(app, "GET", "POST", "DELETE"):
        if not rule.arguments:
            continue
        address = rule.build(dict.fromkeys(rule.arguments, "NONSENSE"), append_unknown=False)
        assert address is not None
        answer = ask(admin_client, address[1].replace("NONSENSE", nonsense), method, headers=headers)
        wants_token = rule.endpoint.startswith("rest.") and answer.status_code == 403
        is_of_students = rule.endpoint in OF_STUDENTS and answer.status_code == 403
        assert wants_token or is_of_students or answer.status_code in (400, 404, 405, 308), (
            method,
            rule,
            answer.status,
        )
        assert secret not in answer.text


def test_answers_for_programs_never_hold_the_inside_of_the_program(
    app: Flask, admin_client: FlaskClient, services: Services, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.testing = False
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    for name in ("recording", "lecture", "courses", "user"):
        monkeypatch.setattr(type(services.store), name, lambda *_given, **_named: 1 / 0)
        answer = ask(admin_client, f"/api/v1/recordings/{world.names['recording_id']}")
        assert answer.status_code == 500
        assert set(answer.json["error"]) == {"status", "message"}
        assert "Traceback" not in answer.text and "ZeroDivision" not in answer.text
