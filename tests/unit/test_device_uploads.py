"""A clip or snapshot of a device becomes a recording once, and what cannot become one is refused."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from attendance.changes import AddRecording
from attendance.device_errors import BadItem, WrongSha256
from attendance.errors import BadRecording, Conflict, InvalidInput, NotFound, ServiceBusy, TooLarge
from attendance.model import Device, Recording, Sender
from attendance.use_cases.courses.courses import remove_course
from attendance.use_cases.devices.devices import add_device
from attendance.use_cases.devices.items import items_of_device
from attendance.use_cases.devices.uploads import DeviceItem
from attendance.use_cases.recordings.finishing import finish_upload
from attendance.use_cases.recordings.uploads import MOST_UNFINISHED, begin_item
from attendance.use_cases.upkeep import sweep
from tests.fakes.direct_uploads import FakeDirectUploads
from tests.unit.device_items import NINE, a_camera, a_timetable, an_item, lectures, sent
from tests.unit.in_memory import MemoryServices
from tests.website.device_sending import VIDEO


@pytest.fixture
def services() -> MemoryServices:
    """A course in R 101 on Mondays from nine to ten."""
    return a_timetable()


@pytest.fixture
def device(services: MemoryServices) -> Device:
    """In that room."""
    return a_camera(services)


def test_an_upload_goes_on_where_it_was(services: MemoryServices, device: Device) -> None:
    item = an_item()
    begin_item(services, device, item)
    services.uploads.append(item.id, 0, io.BytesIO(VIDEO[:10]))
    assert begin_item(services, device, item).offset == 10


def test_another_file_by_the_same_id_is_a_conflict(services: MemoryServices, device: Device) -> None:
    item = an_item()
    begin_item(services, device, item)
    for other in (replace(item, size=item.size + 1), replace(item, sha256="0" * 64)):
        with pytest.raises(Conflict):
            begin_item(services, device, other)


def test_another_devices_id_is_a_conflict(services: MemoryServices, device: Device) -> None:
    other = add_device(services, name="Other", room="R 101", by=None).device
    item = an_item()
    begin_item(services, device, item)
    with pytest.raises(Conflict):
        begin_item(services, other, item)
    services.uploads.append(item.id, 0, io.BytesIO(VIDEO))
    finish_upload(services, item.id)
    with pytest.raises(Conflict):
        begin_item(services, other, item)
    assert items_of_device(services, other, [item.id]).whole == []


def test_a_recording_that_got_the_id_meanwhile_is_left_alone(services: MemoryServices, device: Device) -> None:
    kept = sent(services, device, an_item(started_at=NINE))
    item = an_item()
    begin_item(services, device, item)
    services.uploads.append(item.id, 0, io.BytesIO(VIDEO))
    somebodys = replace(kept, id=item.id, created_by="teacher", media_key="recordings/of/somebody.mp4")
    services.store.commit(AddRecording(somebodys))
    with pytest.raises(BadItem):
        finish_upload(services, item.id)
    assert services.store.recording(item.id) == somebodys


def test_a_wrong_sha256_keeps_nothing_and_the_item_can_be_sent_anew(services: MemoryServices, device: Device) -> None:
    item = an_item()
    with pytest.raises(WrongSha256):
        sent(services, device, item, VIDEO[:-1] + b"!")
    assert (lectures(services), list(services.media.keys())) == ([], [])
    with pytest.raises(NotFound):
        services.uploads.upload(item.id)
    assert items_of_device(services, device, [item.id]).refused == {}
    assert sent(services, device, item).id == item.id


def test_what_cannot_be_decoded_is_refused_for_good(services: MemoryServices, device: Device) -> None:
    half = b"\xff\xd8\xff\xe0 half a JPEG"
    item = an_item(half)
    with pytest.raises(BadRecording):
        sent(services, device, item, half)
    assert (lectures(services), list(services.media.keys())) == ([], [])
    assert list(items_of_device(services, device, [item.id]).refused) == [item.id]


def test_the_sweep_finishes_what_a_killed_site_left(services: MemoryServices, device: Device) -> None:
    item = an_item()
    begin_item(services, device, item)
    services.uploads.append(item.id, 0, io.BytesIO(VIDEO))
    sweep(services)
    assert items_of_device(services, device, [item.id]).whole == [item.id]


def test_the_course_may_be_removed_meanwhile(services: MemoryServices, device: Device) -> None:
    item = an_item()
    begin_item(services, device, item)
    services.uploads.append(item.id, 0, io.BytesIO(VIDEO))
    remove_course(services, services.store.courses()[0].id, by=None)
    with pytest.raises(InvalidInput, match="removed"):
        finish_upload(services, item.id)
    assert list(items_of_device(services, device, [item.id]).refused) == [item.id]


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "x"},
        {"kind": "poem"},
        {"started_at": datetime(1970, 1, 1, tzinfo=UTC)},
        {"started_at": datetime(2099, 1, 1, tzinfo=UTC)},
        {"duration_s": -1.0},
        {"duration_s": float("nan")},
        {"duration_s": 86_401.0},
        {"sha256": "0" * 63},
        {"sha256": "X" * 64},
        {"reading_id": "x"},
        {"boxes": "[[1,2,3]]"},
        {"boxes": "{"},
        {"boxes": "[[1,2,3,NaN]]"},
        {"boxes": "[" * 100_000},
    ],
)
def test_an_item_that_makes_no_sense_is_refused(
    services: MemoryServices, device: Device, wrong: dict[str, object]
) -> None:
    with pytest.raises(BadItem):
        begin_item(services, device, replace(an_item(), **wrong))
    assert services.uploads.of_sender(Sender(device_id=device.id)) == []


def test_a_file_that_is_empty_or_too_large_is_refused(services: MemoryServices, device: Device) -> None:
    with pytest.raises(BadRecording):
        begin_item(services, device, an_item(size=0))
    with pytest.raises(TooLarge):
        begin_item(services, device, an_item(size=20_000_000_000))
    assert services.uploads.of_sender(Sender(device_id=device.id)) == []


def test_a_device_has_so_many_unfinished_uploads(services: MemoryServices, device: Device) -> None:
    for _ in range(MOST_UNFINISHED):
        begin_item(services, device, an_item())
    with pytest.raises(ServiceBusy, match="unfinished"):
        begin_item(services, device, an_item())


class TestStraightToTheBucket:
    """Where nobody listens when the bytes are looked at."""

    @pytest.fixture
    def services(self, services: MemoryServices) -> MemoryServices:
        """The same, with a bucket that takes the bytes."""
        return replace(services, uploads=FakeDirectUploads())

    def sent(self, services: MemoryServices, device: Device, item: DeviceItem, data: bytes) -> Recording:
        begin_item(services, device, item)
        services.uploads.send(item.id, data)
        return finish_upload(services, item.id)

    def test_a_whole_upload_is_a_recording(self, services: MemoryServices, device: Device) -> None:
        item = an_item()
        assert self.sent(services, device, item, VIDEO).id == item.id

    def test_a_wrong_sha256_can_be_sent_anew(self, services: MemoryServices, device: Device) -> None:
        item = an_item()
        with pytest.raises(WrongSha256):
            self.sent(services, device, item, b"!" * len(VIDEO))
        assert services.uploads.upload(item.id).refusal is not None
        assert items_of_device(services, device, [item.id]).refused == {}
        assert self.sent(services, device, item, VIDEO).id == item.id
