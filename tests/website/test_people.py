"""Doors on the site: what devices may send, who sees whom, and what the pages and programs are told."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from attendance.model import Device, DeviceKind, Purpose, Student, User, new_id
from attendance.services import Services
from attendance.use_cases.devices.devices import add_device, pair_device, revoke_device
from attendance.use_cases.doors.doors import set_door
from attendance.use_cases.students.consents import Given, record_consent
from attendance.use_cases.students.registering import register_student
from tests.fakes.faces import _picture
from tests.website.browsing import csrf, sign_in
from tests.website.device_sending import SNAPSHOT, WARM, DeviceClient, a_paired_device, item_words

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
VISITS = "/me/visits"


@pytest.fixture
def services(services: Services) -> Services:
    """At noon of a Monday in Seoul."""
    return replace(services, now=lambda: NOW)


@pytest.fixture
def door(app: Flask, services: Services) -> DeviceClient:
    """A door that records visits since yesterday, and tells no names."""
    before = replace(services, now=lambda: NOW - timedelta(days=1))
    offered = add_device(before, name="Front door", room="Entrance", by=None, kind=DeviceKind.DOOR)
    paired = pair_device(before, offered.code)
    set_up(before, paired.device)
    return DeviceClient(app.test_client(), paired.key, paired.device)


def set_up(services: Services, device: Device, **more: Any) -> Device:
    given = {"records": True, "staff_ids": [], "tells_names": False, "by": None} | more
    return set_door(services, device.id, **given)


@pytest.fixture
def known(services: Services) -> Student:
    """Somebody with a photo who agreed to visits."""
    given = {"consent_on": date(2026, 3, 1), "photos": [b"face:52"], "by": None}
    student = register_student(services, student_id="52", name="Student 52", **given).student
    return record_consent(services, student.id, date(2026, 3, 1), Given(purposes=(Purpose.VISITS,)), by=None)


def post_form(
    client: FlaskClient, address: str, words: dict[str, Any] | None = None, *, page: str = "", follow: bool = False
) -> TestResponse:
    """Send a form as its page would."""
    fields = {"csrf_token": csrf(client, page or address), **(words or {})}
    return client.post(address, data=fields, follow_redirects=follow)


def stay_words(*pictures: bytes, at: datetime = NOW - timedelta(minutes=3), **more: Any) -> dict[str, Any]:
    """A stay as JSON."""
    sent = [
        {"jpeg": base64.b64encode(one).decode(), "sha256": hashlib.sha256(one).hexdigest()}
        for one in pictures or [b"snapshot|52"]
    ]
    times = {"at": at.isoformat(), "until": (at + timedelta(seconds=20)).isoformat()}
    return {"id": new_id(), **times, "pictures": sent, **more}


def test_a_door_sends_a_stay_and_the_same_again_is_the_same_visit(
    door: DeviceClient, known: Student, services: Services
) -> None:
    words = stay_words(b"snapshot|52|900", reading={"pixels_c": WARM, "thermistor_c": 24.5})
    for _ in range(2):
        answer = door.ask("POST", VISITS, json=words)
        assert answer.status_code == 200
        assert [(one["verdict"], one["name"]) for one in answer.json["visits"]] == [("known", None), ("unknown", None)]
    assert answer.json["visits"][0]["id"] == words["id"]
    assert len(services.store.visits([door.device.id])) == 2
    set_up(services, door.device, tells_names=True)
    assert door.ask("POST", VISITS, json=words).json["visits"][0]["name"] == "Student 52"
    assert door.ask("GET", "/me").json["kind"] == "door"
    assert door.ask("GET", "/me").json["records_visits"] is True
    assert door.ask("POST", VISITS, json=stay_words(b"snapshot")).json["visits"] == []


def test_what_is_no_door_sends_no_visits_and_a_door_no_recordings(
    app: Flask, services: Services, door: DeviceClient
) -> None:
    paired = a_paired_device(services)
    refused = DeviceClient(app.test_client(), paired.key).ask("POST", VISITS, json=stay_words())
    assert (refused.status_code, refused.json["error"]["code"]) == (422, "not_of_this_kind")
    snapshot = door.begin(item_words(SNAPSHOT, NOW, "snapshot"), len(SNAPSHOT))
    assert (snapshot.status_code, snapshot.json["error"]["code"]) == (422, "not_of_this_kind")


def test_a_forged_or_revoked_key_is_refused_before_anything_is_read(
    app: Flask, services: Services, door: DeviceClient
) -> None:
    assert DeviceClient(app.test_client(), "forged").ask("POST", VISITS, json=stay_words()).status_code == 401
    assert app.test_client().post("/api/v1/devices/me/visits", json=stay_words()).status_code == 401
    revoke_device(services, door.device.id, by=None)
    assert door.ask("POST", VISITS, json=stay_words()).status_code == 401
    assert services.store.visits([door.device.id]) == []


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        ({"id": "x"}, 422, "bad_item"),
        ({"pictures": []}, 422, "bad_item"),
        ({"pictures": [{"jpeg": "*", "sha256": ""}]}, 422, "not_understood"),
        ({"pictures": [{"jpeg": "eHg=", "sha256": "0" * 64}]}, 422, "wrong_sha256"),
        ({"pictures": None}, 422, "not_understood"),
        ({"at": "yesterday"}, 422, "not_understood"),
        ({"reading": {"pixels_c": [1.0], "thermistor_c": 20}}, 422, "bad_reading"),
        ({"at": "2026-02-01T00:00:00Z", "until": "2026-02-01T00:00:10Z"}, 422, "visits_off"),
    ],
)
def test_a_wrong_stay_is_refused_in_one_sentence(
    door: DeviceClient, services: Services, words: dict[str, Any], status: int, code: str
) -> None:
    answer = door.ask("POST", VISITS, json={**stay_words(), **words})
    assert (answer.status_code, answer.json["error"]["code"]) == (status, code)
    assert answer.json["error"]["message"].endswith(".")
    assert services.store.visits([door.device.id]) == []


def test_a_body_that_is_too_large_is_not_read(door: DeviceClient) -> None:
    assert door.ask("POST", VISITS, data=b"x" * 9_000_000, content_type="application/json").status_code == 413


@pytest.fixture
def visited(door: DeviceClient, known: Student) -> DeviceClient:
    """The known one with a warm reading, and an unknown."""
    warm = {"pixels_c": WARM, "thermistor_c": 24.5}
    assert door.ask("POST", VISITS, json=stay_words(reading=warm)).status_code == 200
    at = NOW - timedelta(hours=2)
    assert door.ask("POST", VISITS, json=stay_words(b"snapshot|900", at=at)).status_code == 200
    return door


def status(client: FlaskClient, address: str) -> int:
    """Of an answer that is read to its end."""
    with client.get(address) as answer:
        return answer.status_code


def visit_id(services: Services, door: DeviceClient, **asked: Any) -> str:
    return services.store.visits([door.device.id], **asked)[0].id


def test_the_wall_shows_everybody_with_picture_time_door_and_temperature(
    admin_client: FlaskClient, visited: DeviceClient, services: Services
) -> None:
    page = admin_client.get("/people/").text
    for words in ("Student 52", "Unknown", "3 minutes ago", "2 hours ago", "Front door", "35.0 °C"):
        assert words in page
    with admin_client.get(f"/media/visits/{visit_id(services, visited)}") as picture:
        assert (picture.status_code, picture.mimetype) == (200, "image/jpeg")


def test_a_page_that_has_the_wall_already_is_told_so(
    admin_client: FlaskClient, visited: DeviceClient, known: Student
) -> None:
    for address in ("/people/live", f"/people/{known.key}/live"):
        first = admin_client.get(address)
        etag = first.headers["ETag"]
        assert first.status_code == 200
        again = admin_client.get(address, headers={"If-None-Match": etag})
        assert (again.status_code, again.data) == (304, b"")
        visited.ask("POST", VISITS, json=stay_words(at=NOW))
        assert "just now" in admin_client.get(address, headers={"If-None-Match": etag}).text


def test_a_person_has_visits_with_thermal_pictures(
    admin_client: FlaskClient, visited: DeviceClient, known: Student
) -> None:
    page = admin_client.get(f"/people/{known.key}").text
    assert page.count('class="heat"') == 1
    assert "from 21.5 to 35.2 °C" in page
    assert "Front door" in page


def test_only_admins_and_the_named_staff_see_anything(
    app: Flask,
    services: Services,
    visited: DeviceClient,
    known: Student,
    teacher: User,
    teacher_client: FlaskClient,
    student_user: User,
) -> None:
    unknown = visit_id(services, visited, unnamed=True)
    shown = [
        f"/people/{known.key}",
        f"/people/{known.key}/live",
        f"/people/visits/{unknown}",
        f"/media/visits/{unknown}",
    ]
    shown += [f"/api/v1/people/{known.key}/visits"]
    pupil = app.test_client()
    sign_in(pupil, student_user.email)
    for address in (*shown, "/people/", "/people/live", "/people/unknown", "/api/v1/visits"):
        assert pupil.get(address).status_code == 403, address
        assert app.test_client().get(address).status_code in (302, 401), address
    for address in shown:
        assert status(teacher_client, address) == 404, address
    assert "Student 52" not in teacher_client.get("/people/").text
    assert "People at doors" not in teacher_client.get("/lectures/").text
    assert teacher_client.get("/api/v1/visits").json == {"visits": [], "older": None}
    assert post_form(teacher_client, f"/people/visits/{unknown}/remove", page="/lectures/").status_code == 404
    set_up(services, visited.device, staff_ids=[teacher.id])
    for address in shown:
        assert status(teacher_client, address) == 200, address
    assert "Student 52" in teacher_client.get("/people/").text
    assert "People at doors" in teacher_client.get("/lectures/").text


def test_a_visit_is_named_unnamed_and_removed(
    admin_client: FlaskClient, visited: DeviceClient, known: Student, services: Services
) -> None:
    address = f"/people/visits/{visit_id(services, visited, unnamed=True)}"
    named = post_form(admin_client, f"{address}/name", {"student": known.key}, page=address, follow=True)
    assert "This visit is one of" in named.text
    assert "All visits of" in named.text
    assert admin_client.get("/people/unknown").text.count("data-visit") == 0
    assert "Not " in named.text
    unnamed = post_form(admin_client, f"{address}/unname", page=address, follow=True)
    assert "has no name any more" in unnamed.text
    assert admin_client.get("/people/unknown").text.count("data-visit") == 1
    assert post_form(admin_client, f"{address}/remove", page=address).status_code == 302
    assert admin_client.get(address).status_code == 404


def test_a_picture_is_kept_as_a_photo_by_a_tick_and_goes_with_the_name(
    admin_client: FlaskClient, visited: DeviceClient, known: Student, services: Services
) -> None:
    address = f"/people/visits/{visit_id(services, visited, unnamed=True)}"
    stored = services.store.visits([visited.device.id], unnamed=True)[0]
    services.media.put(stored.picture_key or "", _picture(b"face:900", 160))
    before = len(services.store.faces(["52"]))
    words = {"student": known.key, "keep_photo": "y"}
    kept = post_form(admin_client, f"{address}/name", words, page=address, follow=True)
    assert "Kept from this picture" in kept.text
    assert len(services.store.faces(["52"])) == before + 1
    taken_back = post_form(admin_client, f"{address}/unname", page=address, follow=True)
    assert "The photo that was kept with the name before was removed." in taken_back.text
    assert len(services.store.faces(["52"])) == before


def test_a_student_who_did_not_agree_cannot_be_chosen(
    admin_client: FlaskClient, visited: DeviceClient, student: Student, services: Services
) -> None:
    address = f"/people/visits/{visit_id(services, visited, unnamed=True)}"
    assert student.key not in admin_client.get(address).text
    refused = post_form(admin_client, f"{address}/name", {"student": student.key}, page=address)
    assert refused.status_code == 200
    assert services.store.visits([visited.device.id], unnamed=True)[0].student_id is None


def test_programs_read_visits_page_by_page(
    admin_client: FlaskClient, visited: DeviceClient, known: Student, services: Services
) -> None:
    first = admin_client.get("/api/v1/visits?limit=1").json
    (visit,) = first["visits"]
    assert visit["person"] == {"key": known.key, "id": "52", "name": "Student 52"}
    assert (visit["verdict"], visit["temperature_c"], visit["door"]["place"]) == ("known", 35.0, "Entrance")
    assert (visit["reading"]["hottest_c"], len(visit["reading"]["pixels_c"])) == (35.25, 64)
    assert status(admin_client, visit["picture"]) == 200
    second = admin_client.get("/api/v1/visits", query_string={"before": first["older"]}).json
    assert [one["verdict"] for one in second["visits"]] == ["unknown"]
    assert second["older"] is None
    assert second["visits"][0]["person"] is None
    assert admin_client.get("/api/v1/visits/unknown").json["visits"] == second["visits"]
    assert len(admin_client.get(f"/api/v1/people/{known.key}/visits").json["visits"]) == 1
    for wrong in ("before=nonsense", "limit=0", "limit=1000"):
        assert admin_client.get(f"/api/v1/visits?{wrong}").status_code == 400


def test_an_admin_adds_a_door_and_decides_what_it_may(
    admin_client: FlaskClient, services: Services, teacher: User
) -> None:
    words = {"name": "Back door", "room": "Yard", "kind": "door"}
    assert post_form(admin_client, "/devices/add", words).status_code == 200
    (door,) = services.store.devices()
    assert (door.kind, door.visits_since) == (DeviceKind.DOOR, None)
    page = f"/devices/{door.id}"
    assert "Timetable of" not in admin_client.get(page).text
    post_form(admin_client, f"{page}/door", {"records": "y", "staff": [teacher.id]}, page=page)
    door = services.store.device(door.id)
    assert (door.visits_since, door.staff_ids, door.tells_names) == (NOW, {teacher.id}, False)
    assert "Recording since" in admin_client.get(page).text
    post_form(admin_client, f"{page}/door", {"tells_names": "y"}, page=page)
    door = services.store.device(door.id)
    assert (door.visits_since, door.staff_ids, door.tells_names) == (None, frozenset(), True)
    said = admin_client.get("/audit/").text
    for word in ("let visits be recorded", "stopped the recording of visits", "set who sees the visits"):
        assert word in said


def test_teachers_decide_nothing_of_a_door(teacher_client: FlaskClient, door: DeviceClient) -> None:
    answer = post_form(teacher_client, f"/devices/{door.device.id}/door", {"records": ""}, page="/lectures/")
    assert answer.status_code == 403
