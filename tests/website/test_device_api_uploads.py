"""Clips and snapshots of devices by tus 1.0: resumed, counted once, refused with a reason, never another device's."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from attendance.adapters.folder.uploads import FolderUploads
from attendance.model import Course, SearchStatus, Sender
from attendance.ports import Upload
from attendance.services import Services
from tests.sending import A_LECTURE, TEACHER
from tests.website.device_sending import (
    AT,
    NOON,
    SNAPSHOT,
    VIDEO,
    DeviceClient,
    a_device_in_class,
    a_paired_device,
    item_words,
)
from tests.website.tus_headers import BYTES, metadata


@pytest.fixture
def services(services: Services) -> Services:
    """At noon of that Monday."""
    return replace(services, now=lambda: NOON)


@pytest.fixture
def device(app: Flask, services: Services, course: Course) -> DeviceClient:
    """In a room where the course meets from eleven to twelve."""
    return a_device_in_class(app, services, course)


@pytest.fixture
def other(app: Flask, services: Services) -> DeviceClient:
    """Another device in the same room."""
    paired = a_paired_device(services, "Other")
    return DeviceClient(app.test_client(), paired.key, paired.device)


def unfinished(services: Services, device: DeviceClient) -> list[Upload]:
    return list(services.uploads.of_sender(Sender(device_id=device.device.id)))


def test_options_says_what_is_spoken_here(device: DeviceClient, services: Services) -> None:
    answer = device.tus("OPTIONS", "")
    assert (answer.status_code, answer.headers["Tus-Version"]) == (204, "1.0.0")
    assert answer.headers["Tus-Max-Size"] == str(services.settings.most_upload_bytes)
    assert {"creation", "termination"} <= set(answer.headers["Tus-Extension"].split(","))


def test_a_clip_becomes_a_recording_that_waits_for_its_search(device: DeviceClient, services: Services) -> None:
    words = item_words(VIDEO, AT)
    created = device.begin(words, len(VIDEO))
    assert created.status_code == 201
    address = created.headers["Location"]
    assert address.endswith(f"/me/uploads/{words['item_id']}")
    assert device.send(address, 0, VIDEO[:10]).headers["Upload-Offset"] == "10"
    assert device.tus("HEAD", address).headers["Upload-Offset"] == "10"
    last = device.send(address, 10, VIDEO[10:])
    assert (last.status_code, last.headers["Upload-Offset"]) == (204, str(len(VIDEO)))
    recording = services.store.recording(last.headers["Rollcall-Recording"])
    assert (recording.id, recording.status, recording.started_at) == (words["item_id"], SearchStatus.QUEUED, AT)
    assert services.media.read(recording.media_key) == VIDEO
    assert services.store.lecture(recording.lecture_id).starts_at == NOON - timedelta(hours=1)


def test_a_snapshot_is_a_recording_too(device: DeviceClient, services: Services) -> None:
    sent = device.send_all(item_words(SNAPSHOT, AT, "snapshot", boxes="[[1, 2, 30.5, 40]]"), SNAPSHOT)
    assert sent.status_code == 204
    assert services.store.recording(sent.headers["Rollcall-Recording"]).kind.value == "snapshot"


def test_bytes_may_come_with_the_creation(device: DeviceClient) -> None:
    words = item_words(VIDEO, AT)
    headers = {"Upload-Length": str(len(VIDEO)), "Upload-Metadata": metadata(**words)}
    created = device.tus("POST", "", headers, data=VIDEO, content_type=BYTES)
    assert (created.status_code, created.headers["Rollcall-Recording"]) == (201, words["item_id"])


def test_beginning_again_goes_on_at_the_same_address(device: DeviceClient, services: Services) -> None:
    words = item_words(VIDEO, AT)
    address = device.begin(words, len(VIDEO)).headers["Location"]
    device.send(address, 0, VIDEO[:10])
    again = device.begin(words, len(VIDEO))
    assert (again.status_code, again.headers["Location"]) == (201, address)
    assert again.headers["Upload-Offset"] == "10"
    assert len(unfinished(services, device)) == 1


def test_a_recording_that_is_sent_again_is_known(device: DeviceClient, services: Services) -> None:
    words = item_words(VIDEO, AT)
    device.send_all(words, VIDEO)
    again = device.begin(words, len(VIDEO))
    assert (again.status_code, again.headers["Rollcall-Recording"]) == (201, words["item_id"])
    asked = device.tus("HEAD", again.headers["Location"])
    assert (asked.status_code, asked.headers["Upload-Offset"]) == (200, str(len(VIDEO)))
    assert asked.headers["Rollcall-Recording"] == words["item_id"]
    assert device.send(again.headers["Location"], 0, VIDEO).status_code == 204
    assert services.store.lectures().total == 1
    assert device.ask("GET", f"/me/items?ids={words['item_id']}").json["whole"] == [words["item_id"]]


@pytest.mark.parametrize("boundary", range(1, len(VIDEO)))
def test_a_break_at_any_byte_loses_and_doubles_nothing(device: DeviceClient, services: Services, boundary: int) -> None:
    words = item_words(VIDEO, AT)
    address = device.begin(words, len(VIDEO)).headers["Location"]
    device.send(address, 0, VIDEO[:boundary])
    here = int(device.tus("HEAD", address).headers["Upload-Offset"])
    assert here == boundary
    sent = device.send(address, here, VIDEO[here:])
    recording = services.store.recording(sent.headers["Rollcall-Recording"])
    assert services.media.read(recording.media_key) == VIDEO


def test_a_wrong_offset_is_a_conflict(device: DeviceClient) -> None:
    address = device.begin(item_words(VIDEO, AT), len(VIDEO)).headers["Location"]
    answer = device.send(address, 5, VIDEO[5:])
    assert (answer.status_code, answer.json["error"]["code"]) == (409, "conflict")
    assert device.tus("HEAD", address).headers["Upload-Offset"] == "0"


def test_more_bytes_than_announced_are_refused(device: DeviceClient) -> None:
    address = device.begin(item_words(VIDEO, AT), len(VIDEO)).headers["Location"]
    assert device.send(address, 0, VIDEO + b"!").status_code == 413


def test_a_wrong_sha256_keeps_nothing_and_may_be_sent_anew(device: DeviceClient, services: Services) -> None:
    words = item_words(VIDEO, AT)
    answer = device.send_all(words, VIDEO[:-1] + b"!")
    assert (answer.status_code, answer.json["error"]["code"]) == (422, "wrong_sha256")
    assert device.ask("GET", f"/me/items?ids={words['item_id']}").json == {"whole": [], "refused": {}}
    assert services.store.lectures().total == 0
    assert list(services.media.keys()) == []
    assert device.send_all(words, VIDEO).status_code == 204


def test_between_lessons_nothing_is_taken_and_the_reason_stays(device: DeviceClient, services: Services) -> None:
    words = item_words(VIDEO, NOON)
    answer = device.begin(words, len(VIDEO))
    assert (answer.status_code, answer.json["error"]["code"]) == (422, "no_lecture")
    refused = device.ask("GET", f"/me/items?ids={words['item_id']}").json["refused"]
    assert refused == {words["item_id"]: "The timetable of R 101 has no lecture at that time."}
    assert unfinished(services, device) == []


def test_half_a_picture_is_refused_for_good(device: DeviceClient, services: Services) -> None:
    half = b"\xff\xd8\xff\xe0 half a JPEG"
    words = item_words(half, AT, "snapshot")
    answer = device.send_all(words, half)
    assert (answer.status_code, answer.json["error"]["code"]) == (422, "bad_recording")
    assert list(device.ask("GET", f"/me/items?ids={words['item_id']}").json["refused"]) == [words["item_id"]]
    assert list(services.media.keys()) == []


def test_another_devices_upload_is_as_if_it_were_not_there(
    device: DeviceClient, other: DeviceClient, services: Services
) -> None:
    words = item_words(VIDEO, AT)
    address = device.begin(words, len(VIDEO)).headers["Location"]
    for method in ("HEAD", "DELETE"):
        assert other.tus(method, address).status_code == 404
    assert other.send(address, 0, VIDEO).status_code == 404
    assert other.begin(words, len(VIDEO)).status_code == 409
    assert len(unfinished(services, device)) == 1
    device.send(address, 0, VIDEO)
    assert other.tus("HEAD", address).status_code == 404
    assert other.ask("GET", f"/me/items?ids={words['item_id']}").json["whole"] == []


def test_an_upload_of_a_person_is_none_of_a_devices(device: DeviceClient, services: Services) -> None:
    upload = Upload("a" * 32, TEACHER, 10, NOON, A_LECTURE)
    services.uploads.begin(upload)
    assert device.tus("HEAD", f"/api/v1/devices/me/uploads/{upload.id}").status_code == 404
    assert device.tus("DELETE", f"/api/v1/devices/me/uploads/{upload.id}").status_code == 404


def test_an_upload_can_be_given_up(device: DeviceClient, services: Services) -> None:
    address = device.begin(item_words(VIDEO, AT), len(VIDEO)).headers["Location"]
    assert device.tus("DELETE", address).status_code == 204
    assert unfinished(services, device) == []
    assert device.tus("HEAD", address).status_code == 404


def test_a_whole_upload_that_a_stopped_site_left_is_finished_when_asked_for(
    device: DeviceClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = item_words(VIDEO, AT)
    address = device.begin(words, len(VIDEO)).headers["Location"]

    def killed(*_: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(FolderUploads, "finishing", killed)
        with pytest.raises(SystemExit):
            device.send(address, 0, VIDEO)
    assert device.tus("HEAD", address).headers["Rollcall-Recording"] == words["item_id"]


def test_proxies_that_let_only_posts_through_are_no_hindrance(device: DeviceClient) -> None:
    address = device.begin(item_words(VIDEO, AT), len(VIDEO)).headers["Location"]
    headers = {"X-HTTP-Method-Override": "PATCH", "Upload-Offset": "0"}
    answer = device.tus("POST", address, headers, data=VIDEO, content_type=BYTES)
    assert "Rollcall-Recording" in answer.headers


def test_another_version_is_told_the_right_one(device: DeviceClient) -> None:
    answer = device.tus("POST", "", {"Tus-Resumable": "0.2.2", "Upload-Length": "1"})
    assert (answer.status_code, answer.headers["Tus-Version"]) == (412, "1.0.0")


def test_a_site_with_a_bucket_is_asked_elsewhere_and_the_other_way_round(device: DeviceClient) -> None:
    answer = device.ask("POST", "/me/direct-uploads", json={})
    assert answer.status_code in (404, 422)
    assert device.ask("GET", f"/me/direct-uploads/{'0' * 32}").status_code == 404
