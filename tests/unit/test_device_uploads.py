"""A clip or snapshot of a device becomes a recording of the lecture that its room's timetable says, once."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from attendance.device_errors import BadItem, NoLecture, WrongSha256
from attendance.device_model import Device
from attendance.errors import BadRecording, Conflict, InvalidInput, NotFound, ServiceBusy, TooLarge
from attendance.model import Lecture, Recording, RecordingKind, Status, new_id
from attendance.ports import MediaFile
from attendance.use_cases.device_items import items_of_device
from attendance.use_cases.device_uploads import MOST_UNFINISHED, DeviceItem, begin_device_upload, sender
from attendance.use_cases.devices import add_device, change_device
from attendance.use_cases.finish_upload import finish_upload
from attendance.use_cases.manage_courses import add_to_roster, remove_course
from attendance.use_cases.read_devices import list_alarms, skin_during
from attendance.use_cases.receive_readings import SentReading, receive_readings
from attendance.use_cases.search_recording import search_recording
from attendance.use_cases.sweep import sweep
from attendance.use_cases.timetable import add_slot
from tests.fakes.direct_uploads import FakeDirectUploads
from tests.unit.in_memory import MemoryServices, a_course, a_student, services_in_memory
from tests.website.device_sending import SNAPSHOT, VIDEO, WARM

NINE = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)  # 09:00 of a Monday in Seoul
MINUTE = timedelta(minutes=1)


@pytest.fixture
def services() -> MemoryServices:
    """A course in R 101 on Mondays from nine to ten."""
    made = services_in_memory()
    add_slot(made, course_id=a_course(made).id, room="R 101", weekday=0, starts="09:00", ends="10:00", by=None)
    return made


@pytest.fixture
def device(services: MemoryServices) -> Device:
    """In that room."""
    return add_device(services, name="Camera", room="r 101", by=None).device


def an_item(data: bytes = VIDEO, started_at: datetime = NINE + 5 * MINUTE, **more: object) -> DeviceItem:
    kind = "clip" if data.startswith(b"video") else "snapshot"
    item = DeviceItem(
        id=new_id(),
        kind=kind,
        started_at=started_at,
        duration_s=60.0 if kind == "clip" else 0.0,
        sha256=hashlib.sha256(data).hexdigest(),
        filename="09-05.mp4",
        size=len(data),
    )
    return replace(item, **more)


def sent(services: MemoryServices, device: Device, item: DeviceItem, data: bytes = VIDEO) -> Recording:
    begin_device_upload(services, device, item)
    services.uploads.append(item.id, 0, io.BytesIO(data))
    return finish_upload(services, item.id)


def lectures(services: MemoryServices) -> list[Lecture]:
    return list(services.store.lectures().items)


def test_a_clip_makes_the_lecture_of_its_hour(services: MemoryServices, device: Device) -> None:
    item = an_item()
    recording = sent(services, device, item)
    (lecture,) = lectures(services)
    assert (lecture.starts_at, lecture.ends_at) == (NINE, NINE + 60 * MINUTE)
    assert (recording.id, recording.lecture_id) == (item.id, lecture.id)
    assert (recording.started_at, recording.kind) == (NINE + 5 * MINUTE, RecordingKind.VIDEO)
    assert recording.created_by == sender(device)
    assert services.media.read(recording.media_key) == VIDEO


def test_clips_and_snapshots_of_an_hour_are_of_one_lecture(services: MemoryServices, device: Device) -> None:
    for minute in (0, 30, 59):
        sent(services, device, an_item(started_at=NINE + minute * MINUTE))
    sent(services, device, an_item(SNAPSHOT, NINE + 40 * MINUTE), SNAPSHOT)
    assert len(lectures(services)) == 1
    assert len(services.store.recordings(lectures(services)[0].id)) == 4


def test_a_clip_that_begins_before_the_hour_keeps_its_own_time(services: MemoryServices, device: Device) -> None:
    recording = sent(services, device, an_item(started_at=NINE - 5 * MINUTE, duration_s=600.0))
    (lecture,) = lectures(services)
    assert (lecture.starts_at, recording.started_at) == (NINE, NINE - 5 * MINUTE)


def test_a_lecture_that_somebody_planned_for_that_hour_is_used(services: MemoryServices, device: Device) -> None:
    course_id = services.store.courses()[0].id
    planned = Lecture("1" * 32, course_id, NINE + 3 * MINUTE, NINE + 50 * MINUTE, NINE)
    services.store.add_lecture_once(planned)
    assert sent(services, device, an_item()).lecture_id == planned.id
    assert lectures(services) == [planned]


@pytest.mark.parametrize("minute", [0, 1, 52, 59])
def test_a_lecture_within_the_hour_is_not_doubled_by_what_was_taken_around_it(
    services: MemoryServices, device: Device, minute: int
) -> None:
    course_id = services.store.courses()[0].id
    planned = Lecture("1" * 32, course_id, NINE + 3 * MINUTE, NINE + 50 * MINUTE, NINE)
    services.store.add_lecture_once(planned)
    assert sent(services, device, an_item(started_at=NINE + minute * MINUTE)).lecture_id == planned.id
    assert lectures(services) == [planned]


def test_of_several_lectures_within_the_hour_the_nearest_is_used(services: MemoryServices, device: Device) -> None:
    course_id = services.store.courses()[0].id
    for number, first in enumerate((5, 35)):
        starts_at = NINE + first * MINUTE
        services.store.add_lecture_once(Lecture(str(number) * 32, course_id, starts_at, starts_at + 20 * MINUTE, NINE))
    early, late = (sent(services, device, an_item(started_at=NINE + minute * MINUTE)) for minute in (1, 58))
    assert (early.lecture_id, late.lecture_id) == ("0" * 32, "1" * 32)


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [(-60, 3, (3, 60)), (58, 118, (0, 60)), (-60, 0, (0, 60)), (60, 120, (0, 60)), (-60, 25, (25, 60))],
)
def test_the_meeting_before_or_after_is_another_lecture_also_where_it_took_too_long(
    services: MemoryServices, device: Device, first: int, last: int, expected: tuple[int, int]
) -> None:
    course_id = services.store.courses()[0].id
    other = Lecture("1" * 32, course_id, NINE + first * MINUTE, NINE + last * MINUTE, NINE)
    services.store.add_lecture_once(other)
    recording = sent(services, device, an_item(started_at=NINE + 30 * MINUTE))
    lecture = services.store.lecture(recording.lecture_id)
    assert (lecture.starts_at, lecture.ends_at) == tuple(NINE + minute * MINUTE for minute in expected)
    assert services.store.recordings(other.id) == []


def test_a_snapshot_alone_marks_present(services: MemoryServices, device: Device) -> None:
    a_student(services, "21")
    add_to_roster(services, services.store.courses()[0].id, ["21"], by=None)
    recording = sent(services, device, an_item(SNAPSHOT), SNAPSHOT)
    search_recording(services, recording.id)
    (mark,) = services.store.marks(recording.lecture_id)
    assert mark.status is Status.PRESENT


def test_between_lessons_nothing_is_kept_and_the_device_can_ask_why(services: MemoryServices, device: Device) -> None:
    item = an_item(started_at=NINE + 60 * MINUTE)
    with pytest.raises(NoLecture, match="The timetable of r 101 has no lecture at that time"):
        begin_device_upload(services, device, item)
    assert services.uploads.of_user(sender(device)) == []
    assert lectures(services) == []
    found = items_of_device(services, device, [item.id])
    assert found.refused == {item.id: "The timetable of r 101 has no lecture at that time."}


def test_another_room_has_another_timetable(services: MemoryServices, device: Device) -> None:
    moved = change_device(services, device.id, name="Camera", room="R 2", by=None)
    with pytest.raises(NoLecture):
        begin_device_upload(services, moved, an_item())


def test_what_was_refused_may_be_sent_once_the_timetable_has_it(services: MemoryServices, device: Device) -> None:
    item = an_item(started_at=NINE + 60 * MINUTE)
    with pytest.raises(NoLecture):
        begin_device_upload(services, device, item)
    course_id = services.store.courses()[0].id
    add_slot(services, course_id=course_id, room="R 101", weekday=0, starts="10:00", ends="11:00", by=None)
    sent(services, device, item)
    found = items_of_device(services, device, [item.id])
    assert (found.whole, found.refused) == ([item.id], {})
    assert services.store.refusals(device.id, [item.id]) == {}


def test_an_upload_goes_on_where_it_was(services: MemoryServices, device: Device) -> None:
    item = an_item()
    begin_device_upload(services, device, item)
    services.uploads.append(item.id, 0, io.BytesIO(VIDEO[:10]))
    assert begin_device_upload(services, device, item).offset == 10


def test_another_file_by_the_same_id_is_a_conflict(services: MemoryServices, device: Device) -> None:
    item = an_item()
    begin_device_upload(services, device, item)
    for other in (replace(item, size=item.size + 1), replace(item, sha256="0" * 64)):
        with pytest.raises(Conflict):
            begin_device_upload(services, device, other)


def test_another_devices_id_is_a_conflict(services: MemoryServices, device: Device) -> None:
    other = add_device(services, name="Other", room="R 101", by=None).device
    item = an_item()
    begin_device_upload(services, device, item)
    with pytest.raises(Conflict):
        begin_device_upload(services, other, item)
    services.uploads.append(item.id, 0, io.BytesIO(VIDEO))
    finish_upload(services, item.id)
    with pytest.raises(Conflict):
        begin_device_upload(services, other, item)
    assert items_of_device(services, other, [item.id]).whole == []


def test_a_recording_that_got_the_id_meanwhile_is_left_alone(services: MemoryServices, device: Device) -> None:
    kept = sent(services, device, an_item(started_at=NINE))
    item = an_item()
    begin_device_upload(services, device, item)
    services.uploads.append(item.id, 0, io.BytesIO(VIDEO))
    somebodys = replace(kept, id=item.id, created_by="teacher", media_key="recordings/of/somebody.mp4")
    services.store.add_recording(somebodys)
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
    begin_device_upload(services, device, item)
    services.uploads.append(item.id, 0, io.BytesIO(VIDEO))
    sweep(services)
    assert items_of_device(services, device, [item.id]).whole == [item.id]


def test_the_course_may_be_removed_meanwhile(services: MemoryServices, device: Device) -> None:
    item = an_item()
    begin_device_upload(services, device, item)
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
        begin_device_upload(services, device, replace(an_item(), **wrong))
    assert services.uploads.of_user(sender(device)) == []


def test_a_file_that_is_empty_or_too_large_is_refused(services: MemoryServices, device: Device) -> None:
    with pytest.raises(BadRecording):
        begin_device_upload(services, device, an_item(size=0))
    with pytest.raises(TooLarge):
        begin_device_upload(services, device, an_item(size=20_000_000_000))
    assert services.uploads.of_user(sender(device)) == []


def test_a_device_has_so_many_unfinished_uploads(services: MemoryServices, device: Device) -> None:
    for _ in range(MOST_UNFINISHED):
        begin_device_upload(services, device, an_item())
    with pytest.raises(ServiceBusy, match="unfinished"):
        begin_device_upload(services, device, an_item())


@pytest.mark.parametrize("picture_first", [True, False])
def test_an_alarm_finds_its_picture_whichever_came_first(
    services: MemoryServices, device: Device, picture_first: bool
) -> None:
    device = replace(device, alarm_line_c=34.0)
    at = NINE + 20 * MINUTE
    reading = SentReading(new_id(), at, WARM, 24.0)

    def send_picture() -> None:
        sent(services, device, an_item(SNAPSHOT, at, id="f" * 32, reading_id=reading.id), SNAPSHOT)

    steps = [send_picture, lambda: receive_readings(services, device, [reading])]
    for step in steps if picture_first else steps[::-1]:
        step()
    (entry,) = list_alarms(services).items
    assert entry.picture is not None
    assert (entry.picture.id, entry.reading.id, entry.device.id) == ("f" * 32, reading.id, device.id)
    measured = skin_during(services, entry.picture)
    assert measured is not None
    assert (measured.temperature_c, measured.reading.id) == (35.0, reading.id)


def test_a_process_that_dies_while_the_file_moves_leaves_no_picture_without_its_reading(
    services: MemoryServices, device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = an_item(SNAPSHOT, reading_id=new_id())
    put_file = services.media.put_file

    def put_and_die(key: str, file: MediaFile) -> None:
        put_file(key, file)
        raise SystemExit

    with monkeypatch.context() as dying:
        dying.setattr(services.media, "put_file", put_and_die)
        with pytest.raises(SystemExit):
            sent(services, device, item, SNAPSHOT)
    (picture,) = services.store.pictures(device.id, NINE, NINE + 60 * MINUTE)
    assert (picture.recording_id, picture.reading_id) == (item.id, item.reading_id)


def test_of_several_pictures_an_alarm_has_its_own_else_the_nearest(services: MemoryServices, device: Device) -> None:
    device = replace(device, alarm_line_c=34.0)
    at = NINE + 20 * MINUTE
    reading = SentReading(new_id(), at, WARM, 24.0)
    receive_readings(services, device, [reading])
    for name, seconds, of in (("a", 90, new_id()), ("b", 40, new_id()), ("c", -20, new_id())):
        item = an_item(SNAPSHOT, at + timedelta(seconds=seconds), id=name * 32, reading_id=of)
        sent(services, device, item, SNAPSHOT)
    assert list_alarms(services).items[0].picture.id == "c" * 32
    sent(services, device, an_item(SNAPSHOT, at + 50 * MINUTE / 60, id="d" * 32, reading_id=reading.id), SNAPSHOT)
    assert list_alarms(services).items[0].picture.id == "d" * 32


def test_what_a_person_uploaded_has_no_skin_beside_it(services: MemoryServices, device: Device) -> None:
    recording = sent(services, device, an_item())
    assert skin_during(services, recording) is None
    assert skin_during(services, replace(recording, created_by="teacher")) is None


class TestStraightToTheBucket:
    """Where nobody listens when the bytes are looked at."""

    @pytest.fixture
    def services(self, services: MemoryServices) -> MemoryServices:
        """The same, with a bucket that takes the bytes."""
        return replace(services, uploads=FakeDirectUploads())

    def sent(self, services: MemoryServices, device: Device, item: DeviceItem, data: bytes) -> Recording:
        begin_device_upload(services, device, item)
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
