"""Whatever a device sends that cannot be used is refused with a plain sentence and a 4xx, and nothing is stored."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from attendance.adapters.sql.tables import metadata
from attendance.model import Course, Sender
from attendance.services import Services
from attendance.use_cases.devices.devices import revoke_device
from tests.website.device_sending import (
    AT,
    COOL,
    NOON,
    SNAPSHOT,
    VIDEO,
    DeviceClient,
    a_device_in_class,
    heartbeat_words,
    item_words,
    reading_words,
)

HALF = SNAPSHOT[: len(SNAPSHOT) // 2]
KEPT = ("readings", "alarms", "recordings", "lectures", "device_pictures")


@pytest.fixture
def services(services: Services) -> Services:
    """At noon of a Monday in Seoul."""
    return replace(services, now=lambda: NOON)


@pytest.fixture
def device(app: Flask, services: Services, course: Course) -> DeviceClient:
    """In a room where the course meets from eleven to twelve."""
    return a_device_in_class(app, services, course)


def counts(services: Services) -> dict[str, int]:
    with services.store.engine.connect() as connection:
        return {name: connection.scalar(select(func.count()).select_from(metadata.tables[name])) for name in KEPT}


def readings(*wrong: dict[str, object]) -> Callable[[DeviceClient], TestResponse]:
    """A right reading before each wrong one: the batch is refused as a whole."""
    batch = [words for one in wrong for words in (reading_words(AT), reading_words(AT) | one)]
    return lambda device: device.ask("POST", "/me/readings", data=json.dumps({"readings": batch}), **JSON)


def body(text: str | bytes, path: str = "/me/readings", kind: str = "application/json"):
    return lambda device: device.ask("POST", path, data=text, content_type=kind)


def item(data: bytes = VIDEO, size: int | None = None, **wrong: str):
    words = item_words(data, AT) | wrong

    def send(device: DeviceClient) -> TestResponse:
        begun = device.begin(words, len(data) if size is None else size)
        return device.send(begun.headers["Location"], 0, data) if begun.status_code == 201 else begun

    return send


def beat(**wrong: object):
    return lambda device: device.ask("POST", "/me/heartbeat", data=json.dumps(heartbeat_words(AT) | wrong), **JSON)


def with_wrong_key(device: DeviceClient) -> TestResponse:
    return readings({})(replace_key(device, "wrong"))


def replace_key(device: DeviceClient, key: str) -> DeviceClient:
    return DeviceClient(device.client, key, device.device)


JSON = {"content_type": "application/json"}
BAD = {
    "wrong key": (401, with_wrong_key),
    "9x9 grid": (422, readings({"pixels_c": [21.5] * 81})),
    "rows of eight": (422, readings({"pixels_c": [[21.5] * 8] * 8})),
    "NaN": (422, readings({"pixels_c": [*COOL[:-1], float("nan")]})),
    "NaN of the thermistor": (422, readings({"thermistor_c": float("nan")})),
    "infinity": (422, readings({"pixels_c": [*COOL[:-1], float("-inf")]})),
    "1,000 C": (422, readings({"pixels_c": [*COOL[:-1], 1000]})),
    "a number of another world": (422, readings({"pixels_c": [*COOL[:-1], 10**400]})),
    "a truth": (422, readings({"pixels_c": [*COOL[:-1], True]})),
    "a text": (422, readings({"pixels_c": [*COOL[:-1], "21.5"]})),
    "in 1970": (422, readings({"at": "1970-01-01T00:00:00Z"})),
    "in 2099": (422, readings({"at": "2099-01-01T00:00:00Z"})),
    "in the year 1": (422, readings({"at": "0001-01-01T00:00:00+14:00"})),
    "in the year 9999": (422, readings({"at": "9999-12-31T23:59:59-14:00"})),
    "no zone": (422, readings({"at": "2026-03-02T02:40:00"})),
    "no time": (422, readings({"at": "noon"})),
    "no id": (422, readings({"id": None})),
    "an id of another kind": (422, readings({"id": "../../etc/passwd"})),
    "half a sign": (422, readings({"id": "\ud800" * 32})),
    "10,000 readings": (413, readings(*[{}] * 5_000)),
    "1,001 readings": (413, body(json.dumps({"readings": [reading_words(AT) for _ in range(1001)]}))),
    "no readings": (422, body('{"readings": []}')),
    "a list": (422, body("[]")),
    "null": (422, body("null")),
    "nothing": (400, body("")),
    "half of JSON": (400, body('{"readings": [')),
    "JSON too deep": (400, body("[" * 100_000)),
    "a number too long": (400, body('{"readings": ' + "9" * 10_000 + "}")),
    "not UTF-8": (400, body(b'{"readings": "\xff"}')),
    "a form": (422, body("readings=1", kind="application/x-www-form-urlencoded")),
    "half a JPEG": (422, item(b"\xff\xd8\xff\xe0\x00\x10JFIF half")),
    "half a snapshot": (422, item(HALF)),
    "wrong sha256": (422, item(sha256="0" * 64)),
    "sha256 of another kind": (422, item(sha256="sha")),
    "20 GB": (413, item(size=20_000_000_000)),
    "an empty file": (422, item(b"")),
    "an item in 1970": (422, item(started_at="1970-01-01T00:00:00Z")),
    "an item in 2099": (422, item(started_at="2099-01-01T00:00:00Z")),
    "an item without a time": (422, item(started_at="")),
    "an item without a zone": (422, item(started_at="2026-03-02T02:40:00")),
    "an item that leads elsewhere": (422, item(item_id="../" * 10 + "aa")),
    "an item of another kind": (422, item(kind="poem")),
    "an endless clip": (422, item(duration_s="inf")),
    "a clip as long as a word": (422, item(duration_s="long")),
    "boxes that are none": (422, item(boxes='{"a": 1}')),
    "a reading that is none": (422, item(reading_id="x")),
    "no lecture": (422, item(started_at="2026-03-02T03:30:00Z")),
    "metadata that is no base64": (
        400,
        lambda device: device.tus("POST", "", {"Upload-Length": "1", "Upload-Metadata": "item_id !"}),
    ),
    "a length that is none": (400, lambda device: device.tus("POST", "", {"Upload-Length": "-1"})),
    "a length for later": (400, lambda device: device.tus("POST", "", {"Upload-Defer-Length": "1"})),
    "a heartbeat without a disk": (422, beat(disk_free_bytes=None)),
    "a clip of the day before it was paired": (422, item(started_at=(AT - timedelta(days=1)).isoformat())),
    "a heartbeat of the day before it was paired": (422, beat(at=(AT - timedelta(days=1)).isoformat())),
    "a heartbeat of words": (422, beat(spool="full")),
    "a heartbeat of half a reading": (
        422,
        beat(spool=heartbeat_words(AT)["spool"] | {"damaged": {"readings": 0.5, "clips": 0, "snapshots": 0}}),
    ),
    "a heartbeat of less than no clip": (422, beat(spool=heartbeat_words(AT)["spool"] | {"cut_clips": -1})),
    "a heartbeat of NaN": (422, beat(clock_offset_s=float("nan"))),
    "a heartbeat of a long word": (422, beat(version="x" * 101)),
    "a code of a kilobyte": (422, body(json.dumps({"code": "x" * 1000}), "/pair")),
    "a code that is a number": (422, body('{"code": 12345678}', "/pair")),
    "a wrong code": (401, body('{"code": "ABCD-EFGH"}', "/pair")),
    "a method that is none": (405, lambda device: device.ask("PUT", "/me/readings")),
}


@pytest.mark.parametrize(("status", "send"), BAD.values(), ids=BAD)
def test_bad_input_is_refused_with_a_sentence_and_nothing_is_stored(
    device: DeviceClient, services: Services, status: int, send: Callable[[DeviceClient], TestResponse]
) -> None:
    before = services.store.device(device.device.id)
    answer = send(device)
    assert answer.status_code == status
    error = answer.json["error"]
    assert error["status"] == status
    assert error["message"].endswith(".")
    assert "Traceback" not in error["message"]
    assert set(counts(services).values()) == {0}
    assert list(services.media.keys()) == []
    assert services.uploads.of_sender(Sender(device_id=device.device.id)) == []
    assert services.uploads.whole() == []
    assert services.store.device(device.device.id).status == before.status


def test_a_revoked_key_is_refused_and_nothing_is_stored(device: DeviceClient, services: Services) -> None:
    revoke_device(services, device.device.id, by=None)
    for send in (readings({}), item(), beat()):
        assert send(device).status_code == 401
    assert set(counts(services).values()) == {0}
    assert services.store.device(device.device.id).last_seen_at is None


def test_the_same_things_in_order_are_taken(device: DeviceClient, services: Services) -> None:
    """Or the refusals above would prove nothing."""
    assert readings({})(device).status_code == 200
    assert item()(device).status_code == 204
    assert beat()(device).status_code == 200
    assert counts(services) == {"readings": 2, "alarms": 0, "recordings": 1, "lectures": 1, "device_pictures": 0}


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/me/poems", 404, "not_found"),
        ("POST", "/me/poems", 404, "not_found"),
        ("PUT", "/me/readings", 405, "not_allowed"),
        ("PATCH", "/me/uploads", 405, "not_allowed"),
    ],
)
def test_a_wrong_address_or_method_is_answered_with_its_code(
    device: DeviceClient, method: str, path: str, status: int, code: str
) -> None:
    answer = device.ask(method, path)
    assert answer.status_code == status
    assert (answer.json["error"]["status"], answer.json["error"]["code"]) == (status, code)
    assert ("Allow" in answer.headers) == (status == 405)


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("GET", "/pair"), ("GET", "/poems"), ("DELETE", "/me")])
def test_where_people_ask_for_devices_a_key_of_a_device_is_none(device: DeviceClient, method: str, path: str) -> None:
    answer = device.ask(method, path)
    assert (answer.status_code, answer.content_type) == (401, "application/problem+json")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_addresses_beside_the_device_api_are_answered_as_before(device: DeviceClient) -> None:
    assert "code" not in device.client.get("/api/v1/devicespoems").json["error"]
    assert device.client.get("/poems", headers={"Accept": "text/html"}).content_type.startswith("text/html")


NO_JSON = "What was sent is not JSON, or not all of it arrived."


@pytest.mark.parametrize("path", ["/me/readings", "/me/heartbeat", "/me/direct-uploads", "/pair"])
@pytest.mark.parametrize(
    ("status", "text", "kind", "sentence"),
    [
        (400, '{"readings": [', "application/json", NO_JSON),
        (400, "", "application/json", NO_JSON),
        (422, '{"readings": [', "application/x-www-form-urlencoded", "This address takes JSON: "),
        (422, "{}", "text/plain", "This address takes JSON: "),
    ],
)
def test_what_is_no_json_is_told_as_that_and_not_as_missing_fields(
    device: DeviceClient, path: str, status: int, text: str, kind: str, sentence: str
) -> None:
    answer = body(text, path, kind)(device)
    error = answer.json["error"]
    assert (answer.status_code, error["code"]) == (status, "not_understood")
    assert error["message"].startswith(sentence)
