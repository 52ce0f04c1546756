"""Devices pair by a code, ask by their own keys and nothing else, say how they are, and send readings."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient

from attendance.model import Role, new_id
from attendance.services import Services
from attendance.use_cases.devices.devices import add_device, change_device, revoke_device, set_alarm_threshold
from tests.website.device_sending import (
    API,
    WARM,
    DeviceClient,
    a_paired_device,
    heartbeat_words,
    reading_words,
)

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)


@pytest.fixture
def services(services: Services) -> Services:
    """At noon of a Monday in Seoul."""
    return replace(services, now=lambda: NOW)


@pytest.fixture
def device(app: Flask, services: Services) -> DeviceClient:
    """A device with its key."""
    paired = a_paired_device(services)
    return DeviceClient(app.test_client(), paired.key, paired.device)


def test_a_device_exchanges_its_code_for_a_key_once(client: FlaskClient, services: Services) -> None:
    offered = add_device(services, name="Camera", room="R 101", by=None)
    answer = client.post(f"{API}/pair", json={"code": offered.code.lower()})
    assert answer.status_code == 201
    assert set(answer.json) == {"device_id", "name", "room", "key", "server_time"}
    assert (answer.json["device_id"], answer.json["room"]) == (offered.device.id, "R 101")
    assert DeviceClient(client, answer.json["key"]).ask("GET", "/me").json["id"] == offered.device.id
    again = client.post(f"{API}/pair", json={"code": offered.code})
    assert (again.status_code, again.json["error"]["code"]) == (401, "code_refused")


def test_pairing_codes_cannot_be_guessed_at_speed(client: FlaskClient, services: Services) -> None:
    offered = add_device(services, name="Camera", room="R 101", by=None)
    answers = [client.post(f"{API}/pair", json={"code": "ABCD-EFGH"}) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [401] * 10 + [429]
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    assert answers[-1].json["error"]["code"] == "too_many_requests"
    assert client.post(f"{API}/pair", json={"code": offered.code}).status_code == 429


def test_me_says_who_i_am_and_what_i_may_send(device: DeviceClient) -> None:
    said = device.ask("GET", "/me").json
    assert said == {
        "id": device.device.id,
        "name": "Camera",
        "room": "R 101",
        "kind": "classroom",
        "records_visits": False,
        "server_time": "2026-03-02T03:00:00+00:00",
        "uploads": "tus",
        "most_upload_bytes": 10_000_000_000,
        "most_readings": 1000,
    }


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer wrong", "Basic d3Jvbmc6d3Jvbmc=", "Bearer \xe9"])
@pytest.mark.parametrize(("method", "path"), [("GET", "/me"), ("POST", "/me/readings"), ("POST", "/me/uploads")])
def test_without_a_right_key_nothing_is_told_or_taken(
    client: FlaskClient, authorization: str | None, method: str, path: str
) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    answer = client.open(API + path, method=method, headers=headers)
    assert (answer.status_code, answer.json["error"]["code"]) == (401, "key_refused")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_revoked_key_is_refused_at_once(device: DeviceClient, services: Services) -> None:
    assert device.ask("GET", "/me").status_code == 200
    revoke_device(services, device.device.id, by=None)
    answer = device.ask("POST", "/me/readings", json={"readings": [reading_words(NOW)]})
    assert (answer.status_code, answer.json["error"]["code"]) == (401, "key_refused")


@pytest.mark.parametrize("role", [Role.ADMIN, Role.TEACHER])
def test_a_session_gives_no_rights_here(admin_client: FlaskClient, teacher_client: FlaskClient, role: Role) -> None:
    client = admin_client if role is Role.ADMIN else teacher_client
    assert client.get(f"{API}/me").status_code == 401
    assert client.post(f"{API}/me/readings", json={"readings": []}).status_code == 401


def test_a_key_gives_no_rights_elsewhere(device: DeviceClient) -> None:
    headers = {"Authorization": f"Bearer {device.key}", "Accept": "application/json"}
    for path in ("/", "/students/", "/api/v1/uploads"):
        answer = device.client.get(path, headers=headers)
        assert answer.status_code in (302, 401, 405), path


def test_a_bodys_bytes_are_not_read_before_the_key_is_known_to_be_right(client: FlaskClient) -> None:
    class Trap(BytesIO):
        def read(self, *_: int) -> bytes:
            raise AssertionError("read")

        readline = readlines = readinto = read1 = read

    for path in ("/me/uploads", "/me/uploads/" + "0" * 32, "/me/readings"):
        answer = client.open(
            API + path,
            method="POST",
            input_stream=Trap(b"x" * 1000),
            content_type="application/offset+octet-stream",
            headers={"Authorization": "Bearer wrong", "X-HTTP-Method-Override": "PATCH"},
        )
        assert answer.status_code == 401


def test_a_heartbeat_is_remembered(device: DeviceClient, services: Services) -> None:
    answer = device.ask("POST", "/me/heartbeat", json=heartbeat_words(NOW, camera="The cable is loose.", future=1))
    assert (answer.status_code, answer.json) == (200, {"server_time": "2026-03-02T03:00:00+00:00"})
    kept = services.store.device(device.device.id)
    assert kept.last_seen_at == NOW
    status = kept.status
    assert (status.camera, status.sensor, status.version) == ("The cable is loose.", "none", "1.0")
    assert (status.spool_items, status.spool_bytes, status.refused) == (3, 1000, 1)
    assert (status.dropped_readings, status.dropped_clips, status.dropped_snapshots) == (4, 5, 6)
    assert (status.disk_free_bytes, status.cpu_temperature_c, status.clock_offset_s) == (10**10, 51.5, 0.5)


def test_damage_and_cut_clips_are_remembered_where_a_device_tells_them(
    device: DeviceClient, services: Services
) -> None:
    spool = heartbeat_words(NOW)["spool"]
    damaged = {"readings": 300, "clips": 2, "snapshots": 1}
    for told, kept in (({"damaged": damaged, "cut_clips": 7}, (300, 2, 1, 7)), ({}, (0, 0, 0, 0))):
        assert device.ask("POST", "/me/heartbeat", json=heartbeat_words(NOW, spool=spool | told)).status_code == 200
        status = services.store.device(device.device.id).status
        counts = (status.damaged_readings, status.damaged_clips, status.damaged_snapshots, status.cut_clips)
        assert counts == kept


def test_a_machine_without_a_thermometer_says_null(device: DeviceClient, services: Services) -> None:
    device.ask("POST", "/me/heartbeat", json=heartbeat_words(NOW, cpu_temperature_c=None))
    assert services.store.device(device.device.id).status.cpu_temperature_c is None


def test_readings_are_stored_once(device: DeviceClient, services: Services) -> None:
    batch = [reading_words(NOW - timedelta(seconds=second)) for second in range(5)]
    answer = device.ask("POST", "/me/readings", json={"readings": batch})
    assert (answer.json["stored"], answer.json["known"]) == (5, 0)
    answer = device.ask("POST", "/me/readings", json={"readings": [*batch, reading_words(NOW)]})
    assert (answer.json["stored"], answer.json["known"]) == (1, 5)
    kept = services.store.reading(device.device.id, batch[0]["id"])
    assert (list(kept.pixels_c), kept.thermistor_c, kept.at) == (batch[0]["pixels_c"], 24.0625, NOW)


def test_a_thousand_readings_fit_into_one_batch_with_all_their_digits(device: DeviceClient, services: Services) -> None:
    batch = [reading_words(NOW, pixels_c=[20.123456789012345 + place for place in range(64)]) for _ in range(1000)]
    answer = device.ask("POST", "/me/readings", json={"readings": batch})
    assert (answer.status_code, answer.json["stored"]) == (200, 1000)
    assert list(services.store.reading(device.device.id, batch[7]["id"]).pixels_c) == batch[7]["pixels_c"]


def test_whole_numbers_are_temperatures_too(device: DeviceClient) -> None:
    words = reading_words(NOW, pixels_c=[21] * 64, thermistor_c=24)
    assert device.ask("POST", "/me/readings", json={"readings": [words]}).json["stored"] == 1


def test_times_may_have_any_offset(device: DeviceClient, services: Services) -> None:
    words = reading_words(NOW) | {"at": "2026-03-02T12:00:00.250000+09:00"}
    device.ask("POST", "/me/readings", json={"readings": [words]})
    assert services.store.latest_reading(device.device.id).at == NOW + timedelta(milliseconds=250)


def test_skin_on_the_line_makes_an_alarm(device: DeviceClient, services: Services) -> None:
    set_alarm_threshold(services, device.device.id, threshold_c=34.5, by=None)
    device.ask("POST", "/me/readings", json={"readings": [reading_words(NOW, pixels_c=WARM)]})
    (alarm,) = services.store.alarms().items
    assert (alarm.device_id, alarm.temperature_c) == (device.device.id, 35.0)


def test_items_tell_what_is_kept(device: DeviceClient, app: Flask, services: Services) -> None:
    words = reading_words(NOW)
    device.ask("POST", "/me/readings", json={"readings": [words]})
    unknown = new_id()
    path = f"/me/items?ids={words['id']},{unknown}"
    assert device.ask("GET", path).json == {"whole": [words["id"]], "refused": {}}
    other = DeviceClient(app.test_client(), a_paired_device(services, "Other").key)
    assert other.ask("GET", path).json == {"whole": [], "refused": {}}


@pytest.mark.parametrize("ids", ["x", ",".join(["0" * 32] * 101), "0" * 31])
def test_items_are_asked_for_by_at_most_a_hundred_ids(device: DeviceClient, ids: str) -> None:
    assert device.ask("GET", f"/me/items?ids={ids}").status_code == 422
    assert device.ask("GET", "/me/items").status_code == 422
    assert device.ask("GET", "/me/items?ids=").json == {"whole": [], "refused": {}}


def test_a_device_that_moved_learns_it(device: DeviceClient, services: Services) -> None:
    change_device(services, device.device.id, name="Camera", room="R 2", by=None)
    assert device.ask("GET", "/me").json["room"] == "R 2"


class TestHowOftenADeviceMayAsk:
    @pytest.fixture
    def environment(self) -> dict[str, str]:
        """Three times a minute."""
        return {"ROLLCALL_REQUESTS_PER_DEVICE": "3"}

    def test_one_that_asks_too_often_waits_and_others_do_not(
        self, device: DeviceClient, app: Flask, services: Services
    ) -> None:
        other = DeviceClient(app.test_client(), a_paired_device(services, "Other").key)
        answers = [device.ask("GET", "/me") for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
        assert other.ask("GET", "/me").status_code == 200


def test_the_description_names_every_address(client: FlaskClient) -> None:
    described = client.get("/api/v1/openapi.json")
    assert described.status_code == 200
    paths = described.json["paths"]
    for path in ("/pair", "/me", "/me/heartbeat", "/me/readings", "/me/items", "/me/uploads", "/me/direct-uploads"):
        assert f"{API}{path}" in paths
    assert "security" in paths[f"{API}/me"]["get"]
    assert "security" not in paths[f"{API}/pair"]["post"]
    assert described.json["info"]["description"]
    json.dumps(described.json, allow_nan=False)


def test_the_description_is_a_page_without_scripts_of_others(client: FlaskClient) -> None:
    page = client.get("/api/docs")
    assert page.status_code == 200
    assert "POST /api/v1/devices/me/readings" in page.text
    assert "1 to 1000 of them." in page.text
    assert page.text.index("devices/pair") < page.text.index("devices/me")
    assert not re.search(r"(src|href)=.https?://", page.text.partition("<main")[2])


def test_a_batch_with_readings_from_before_the_pairing_is_refused_with_their_ids(
    device: DeviceClient, services: Services
) -> None:
    batch = [reading_words(NOW), reading_words(NOW - timedelta(days=1)), reading_words(NOW - timedelta(days=200))]
    answer = device.ask("POST", "/me/readings", json={"readings": batch})
    assert answer.status_code == 422
    error = answer.json["error"]
    assert (error["code"], error["ids"]) == ("too_old", [batch[1]["id"], batch[2]["id"]])
    assert error["message"] == "This was recorded at 2026-03-01T03:00:00+00:00, when this device was not paired."
    assert services.store.latest_reading(device.device.id) is None


def test_a_heartbeat_from_before_the_pairing_is_refused(device: DeviceClient, services: Services) -> None:
    answer = device.ask("POST", "/me/heartbeat", json=heartbeat_words(NOW - timedelta(days=1)))
    assert (answer.status_code, answer.json["error"]["code"]) == (422, "too_old")
    assert "ids" not in answer.json["error"]
    assert services.store.device(device.device.id).status is None
