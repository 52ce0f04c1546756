"""The room's timetable, and the lectures that are there, say which lecture a clip or snapshot of a device is of."""

from __future__ import annotations

import pytest

from attendance.changes import AddLecture
from attendance.device_errors import NoLecture
from attendance.model import Device, Lecture, RecordingKind, Sender, Status
from attendance.searching.searches import search_recording
from attendance.use_cases.courses.courses import add_to_roster
from attendance.use_cases.courses.timetable import add_slot
from attendance.use_cases.devices.devices import change_device
from attendance.use_cases.devices.items import items_of_device
from attendance.use_cases.recordings.uploads import begin_item
from tests.unit.device_items import MINUTE, NINE, a_camera, a_timetable, an_item, lectures, sent
from tests.unit.in_memory import MemoryServices, a_student
from tests.website.device_sending import SNAPSHOT, VIDEO


@pytest.fixture
def services() -> MemoryServices:
    """A course in R 101 on Mondays from nine to ten."""
    return a_timetable()


@pytest.fixture
def device(services: MemoryServices) -> Device:
    """In that room."""
    return a_camera(services)


def test_a_clip_makes_the_lecture_of_its_hour(services: MemoryServices, device: Device) -> None:
    item = an_item()
    recording = sent(services, device, item)
    (lecture,) = lectures(services)
    assert (lecture.starts_at, lecture.ends_at) == (NINE, NINE + 60 * MINUTE)
    assert (recording.id, recording.lecture_id) == (item.id, lecture.id)
    assert (recording.started_at, recording.kind) == (NINE + 5 * MINUTE, RecordingKind.VIDEO)
    assert recording.sender == Sender(device_id=device.id)
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
    services.store.commit(AddLecture(planned))
    assert sent(services, device, an_item()).lecture_id == planned.id
    assert lectures(services) == [planned]


@pytest.mark.parametrize("minute", [0, 1, 52, 59])
def test_a_lecture_within_the_hour_is_not_doubled_by_what_was_taken_around_it(
    services: MemoryServices, device: Device, minute: int
) -> None:
    course_id = services.store.courses()[0].id
    planned = Lecture("1" * 32, course_id, NINE + 3 * MINUTE, NINE + 50 * MINUTE, NINE)
    services.store.commit(AddLecture(planned))
    assert sent(services, device, an_item(started_at=NINE + minute * MINUTE)).lecture_id == planned.id
    assert lectures(services) == [planned]


def test_of_several_lectures_within_the_hour_the_nearest_is_used(services: MemoryServices, device: Device) -> None:
    course_id = services.store.courses()[0].id
    for number, first in enumerate((5, 35)):
        starts_at = NINE + first * MINUTE
        services.store.commit(
            AddLecture(Lecture(str(number) * 32, course_id, starts_at, starts_at + 20 * MINUTE, NINE))
        )
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
    services.store.commit(AddLecture(other))
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
        begin_item(services, device, item)
    assert services.uploads.of_sender(Sender(device_id=device.id)) == []
    assert lectures(services) == []
    found = items_of_device(services, device, [item.id])
    assert {one: str(why) for one, why in found.refused.items()} == {
        item.id: "The timetable of r 101 has no lecture at that time."
    }


def test_another_room_has_another_timetable(services: MemoryServices, device: Device) -> None:
    moved = change_device(services, device.id, name="Camera", room="R 2", by=None)
    with pytest.raises(NoLecture):
        begin_item(services, moved, an_item())


def test_what_was_refused_may_be_sent_once_the_timetable_has_it(services: MemoryServices, device: Device) -> None:
    item = an_item(started_at=NINE + 60 * MINUTE)
    with pytest.raises(NoLecture):
        begin_item(services, device, item)
    course_id = services.store.courses()[0].id
    add_slot(services, course_id=course_id, room="R 101", weekday=0, starts="10:00", ends="11:00", by=None)
    sent(services, device, item)
    found = items_of_device(services, device, [item.id])
    assert (found.whole, found.refused) == ([item.id], {})
    assert services.store.refusals(device.id, [item.id]) == {}
