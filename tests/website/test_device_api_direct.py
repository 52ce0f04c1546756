"""Clips and snapshots of devices that go straight to the bucket: begun again, sent in parts, refused with a reason."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from attendance.errors import RollcallError
from attendance.model import Course, Sender
from attendance.ports import MediaFile, Upload
from attendance.services import Services
from attendance.use_cases.recordings.finishing import finish_upload
from tests.website.device_sending import (
    API,
    AT,
    NOON,
    VIDEO,
    DeviceClient,
    a_device_in_class,
    a_paired_device,
    item_words,
)
from tests.website.direct_sending import with_a_bucket

DIRECT = "/me/direct-uploads"


@pytest.fixture
def jobs() -> str | None:
    """Another ROLLCALL_JOBS, for tests where events of the bucket finish uploads."""
    return None


@pytest.fixture
def services(services: Services, jobs: str | None) -> Services:
    """At noon of a Monday in Seoul, with a bucket."""
    return replace(with_a_bucket(services, jobs=jobs), now=lambda: NOON)


@pytest.fixture
def device(app: Flask, services: Services, course: Course) -> DeviceClient:
    """In a room where the course meets from eleven to twelve."""
    return a_device_in_class(app, services, course)


def words_of(data: bytes = VIDEO, **more: Any) -> dict[str, Any]:
    words: dict[str, Any] = {**item_words(data, AT), "size": len(data), "duration_s": 60.0}
    return words | more


def begin(device: DeviceClient, words: dict[str, Any]) -> TestResponse:
    return device.ask("POST", DIRECT, json=words)


def send(device: DeviceClient, services: Services, words: dict[str, Any], data: bytes = VIDEO) -> TestResponse:
    """All parts, and their end."""
    begun = begin(device, words).json
    size = begun["part_size"]
    chunks = {at // size + 1: data[at : at + size] for at in range(0, len(data), size)}
    asked = device.ask("POST", f"{DIRECT}/{begun['id']}/parts", json={"numbers": list(chunks)}).json
    for number, link in asked["links"].items():
        services.uploads.put(link, chunks[int(number)])
    return device.ask("POST", f"{DIRECT}/{begun['id']}/complete", json={})


def test_me_says_that_uploads_go_to_the_bucket(device: DeviceClient) -> None:
    assert device.ask("GET", "/me").json["uploads"] == "direct"
    assert device.tus("OPTIONS", "").status_code == 404


def test_parts_become_a_recording(device: DeviceClient, services: Services) -> None:
    words = words_of(boxes=[[1, 2, 3.5, 4]])
    begun = begin(device, words)
    assert begun.status_code == 201
    assert begun.headers["Location"] == begun.json["location"] == f"{API}{DIRECT}/{words['item_id']}"
    assert (begun.json["status"], begun.json["parts"]) == ("sending", [])
    done = send(device, services, words)
    assert (done.status_code, done.json["status"]) == (200, "done")
    recording = services.store.recording(words["item_id"])
    assert services.media.read(recording.media_key) == VIDEO
    assert (recording.started_at, done.json["recording"]) == (AT, {"id": words["item_id"]})


def test_an_upload_goes_on_with_the_parts_that_are_missing(device: DeviceClient, services: Services) -> None:
    words = words_of()
    begin(device, words)
    links = device.ask("POST", f"{DIRECT}/{words['item_id']}/parts", json={"numbers": [2]}).json["links"]
    services.uploads.put(links["2"], VIDEO[8:16])
    again = begin(device, words)
    assert (again.status_code, again.json["parts"]) == (201, [{"number": 2, "size": 8}])
    assert device.ask("POST", f"{DIRECT}/{words['item_id']}/complete", json={}).status_code == 409


def test_a_beginning_that_comes_twice_at_once_begins_one_upload(
    device: DeviceClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    words, real = words_of(), services.uploads.begin

    def begun_by_both(upload: Upload) -> None:
        real(upload)
        real(upload)

    monkeypatch.setattr(services.uploads, "begin", begun_by_both)
    again = begin(device, words)
    assert (again.status_code, again.json["status"]) == (201, "sending")
    assert len(services.uploads.of_sender(Sender(device_id=device.device.id))) == 1


def test_a_recording_that_is_begun_again_is_done(device: DeviceClient, services: Services) -> None:
    words = words_of()
    send(device, services, words)
    again = begin(device, words)
    assert (again.status_code, again.json["status"]) == (201, "done")
    assert device.ask("GET", f"{DIRECT}/{words['item_id']}").json["status"] == "done"
    assert device.ask("POST", f"{DIRECT}/{words['item_id']}/complete", json={}).json["status"] == "done"


def test_a_wrong_sha256_is_told_and_the_device_begins_anew(device: DeviceClient, services: Services) -> None:
    words = words_of()
    answer = send(device, services, words, b"!" * len(VIDEO))
    assert (answer.status_code, answer.json["error"]["code"]) == (422, "wrong_sha256")
    asked = device.ask("GET", f"{DIRECT}/{words['item_id']}").json
    assert (asked["status"], asked["code"]) == ("refused", "wrong_sha256")
    again = device.ask("POST", f"{DIRECT}/{words['item_id']}/complete", json={})
    assert (again.status_code, again.json["error"]["code"]) == (422, "wrong_sha256")
    assert begin(device, words).json["status"] == "sending"
    assert send(device, services, words).json["status"] == "done"


@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        ({"started_at": "2026-03-02T03:30:00Z"}, 422, "no_lecture"),
        ({"size": 20_000_000_000}, 413, "too_large"),
        ({"size": 0}, 422, "bad_recording"),
        ({"sha256": "x"}, 422, "bad_item"),
        ({"item_id": "x"}, 422, "not_understood"),
        ({"boxes": [[1, 2, 3]]}, 422, "not_understood"),
        ({"duration_s": float("nan")}, 422, "not_understood"),
    ],
)
def test_what_cannot_be_used_is_refused_before_a_byte_is_sent(
    device: DeviceClient, services: Services, wrong: dict[str, Any], status: int, code: str
) -> None:
    answer = begin(device, words_of(**wrong))
    assert (answer.status_code, answer.json["error"]["code"]) == (status, code)
    assert services.uploads.of_sender(Sender(device_id=device.device.id)) == []


def test_another_devices_upload_is_as_if_it_were_not_there(
    device: DeviceClient, app: Flask, services: Services
) -> None:
    words = words_of()
    begin(device, words)
    other = DeviceClient(app.test_client(), a_paired_device(services, "Other").key)
    path = f"{DIRECT}/{words['item_id']}"
    assert other.ask("GET", path).status_code == 404
    assert other.ask("DELETE", path).status_code == 404
    assert other.ask("POST", f"{path}/parts", json={"numbers": [1]}).status_code == 404
    assert other.ask("POST", f"{path}/complete", json={}).status_code == 404
    assert begin(other, words).status_code == 409
    assert device.ask("GET", path).json["status"] == "sending"


def test_an_upload_can_be_given_up(device: DeviceClient) -> None:
    words = words_of()
    begin(device, words)
    assert device.ask("DELETE", f"{DIRECT}/{words['item_id']}").status_code == 204
    assert device.ask("GET", f"{DIRECT}/{words['item_id']}").status_code == 404


@pytest.mark.parametrize("numbers", [[], [0], [99], ["1"], [1] * 101, "1", None])
def test_parts_that_are_none_have_no_links(device: DeviceClient, numbers: object) -> None:
    words = words_of()
    begin(device, words)
    answer = device.ask("POST", f"{DIRECT}/{words['item_id']}/parts", json={"numbers": numbers})
    assert 400 <= answer.status_code < 500


class TestWhereEventsFinishUploads:
    @pytest.fixture
    def jobs(self) -> str:
        """The bucket's events."""
        return "lambda:https://queue.example.org"

    def test_a_whole_upload_waits_for_its_event(self, device: DeviceClient, services: Services) -> None:
        words = words_of()
        answer = send(device, services, words)
        assert (answer.status_code, answer.json["status"]) == (202, "whole")
        finish_upload(services, words["item_id"])
        assert device.ask("GET", f"{DIRECT}/{words['item_id']}").json["status"] == "done"

    @pytest.mark.parametrize(("method", "rest"), [("GET", ""), ("POST", "/complete")])
    def test_an_event_that_finishes_it_in_the_midst_of_an_answer_makes_no_gap(
        self, device: DeviceClient, services: Services, monkeypatch: pytest.MonkeyPatch, method: str, rest: str
    ) -> None:
        words, look = words_of(), services.uploads.file

        def file_after_the_event(upload_id: str) -> MediaFile:
            monkeypatch.undo()
            finish_upload(services, upload_id)
            return look(upload_id)

        send(device, services, words)
        monkeypatch.setattr(services.uploads, "file", file_after_the_event)
        answer = device.ask(method, f"{DIRECT}/{words['item_id']}{rest}")
        assert (answer.status_code, answer.json["status"]) == (200, "done")

    @pytest.mark.parametrize("look", ["file", "upload"])
    def test_an_event_that_finishes_it_while_it_is_begun_again_makes_no_gap(
        self, device: DeviceClient, services: Services, monkeypatch: pytest.MonkeyPatch, look: str
    ) -> None:
        words, real = words_of(), getattr(services.uploads, look)

        def look_after_the_event(upload_id: str) -> object:
            monkeypatch.undo()
            finish_upload(services, upload_id)
            return real(upload_id)

        send(device, services, words)
        monkeypatch.setattr(services.uploads, look, look_after_the_event)
        again = begin(device, words)
        assert (again.status_code, again.json["status"]) == (201, "done")

    def test_a_refusal_that_nobody_heard_is_told_to_who_asks(self, device: DeviceClient, services: Services) -> None:
        notes = b"These are notes."
        words = words_of(notes)
        send(device, services, words, notes)
        with pytest.raises(RollcallError):
            finish_upload(services, words["item_id"])
        asked = device.ask("GET", f"{DIRECT}/{words['item_id']}").json
        assert (asked["status"], asked["code"]) == ("refused", "bad_recording")
        assert list(device.ask("GET", f"/me/items?ids={words['item_id']}").json["refused"]) == [words["item_id"]]
