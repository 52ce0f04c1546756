"""A device's picture is found beside the alarm of its reading, and skin beside its recordings alone."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta

import pytest
from PIL import Image

from attendance.adapters.mail import Sender, mail_of
from attendance.changes import SaveUser
from attendance.model import MAIL, Device, Message, NoticeKind, Role, UserNotices, new_id
from attendance.ports import MediaFile
from attendance.rules.notices import written_choices
from attendance.use_cases.devices.reading import list_alarms, skin_during
from attendance.use_cases.devices.readings import SentReading, receive_readings
from attendance.use_cases.outbox import drain
from attendance.use_cases.people.accounts import add_user
from tests.fakes.notifier import FakeNotifier
from tests.unit.device_items import MINUTE, NINE, a_camera, a_timetable, an_item, sent
from tests.unit.in_memory import MemoryServices
from tests.website.device_sending import SNAPSHOT, WARM


@pytest.fixture
def services() -> MemoryServices:
    """A course in R 101 on Mondays from nine to ten."""
    return a_timetable()


@pytest.fixture
def device(services: MemoryServices) -> Device:
    """In that room."""
    return a_camera(services)


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


def alarmed(services: MemoryServices, device: Device) -> Message:
    """What an admin is told by mail of a warm reading and the picture that was taken with it."""
    mail = FakeNotifier(MAIL)
    services = replace(services, notifiers={MAIL: mail})
    admin = add_user(services, email="a@example.org", name="Admin", role=Role.ADMIN, by=None).user
    told = UserNotices({NoticeKind.ALARM: frozenset({MAIL})}, since=services.now())
    services.store.commit(SaveUser(replace(admin, notices=written_choices(told))))
    reading = SentReading(new_id(), NINE + 20 * MINUTE, WARM, 24.0)
    receive_readings(services, replace(device, alarm_line_c=34.0), [reading])
    sent(services, device, an_item(SNAPSHOT, reading.at, id="f" * 32, reading_id=reading.id), SNAPSHOT)
    drain(services)
    ((_, message),) = mail.sent.values()
    return message


def test_the_notice_of_a_classrooms_alarm_has_picture_and_reading_side_by_side(
    services: MemoryServices, device: Device
) -> None:
    message = alarmed(services, device)
    assert message.subject == "35.0 °C measured: r 101"
    assert ("Coolest and hottest", "21.5 – 35.2 °C") in {(fact.label, fact.value) for fact in message.facts}
    photo, drawing = message.pictures
    assert (photo.content, photo.shows_a_face) == (SNAPSHOT, True)
    assert (drawing.content[:4], drawing.shows_a_face) == (b"\x89PNG", False)
    assert drawing.alt == "Heat map, 21.5 – 35.2 °C"
    sender = Sender("Rollcall <r@example.org>", may_show_faces=True)
    shown = mail_of(message, sender, "a@example.org", "k", services.now()).as_string()
    hidden = mail_of(message, replace(sender, may_show_faces=False), "a@example.org", "k", services.now()).as_string()
    assert (shown.count("Content-ID: <picture"), hidden.count("Content-ID: <picture")) == (
        2,
        1,
    )  # the face is there only where it may be


def test_thermal_pictures_of_notices_have_the_colours_that_are_set() -> None:
    def drawn(**settings: str) -> list[int]:
        services = a_timetable(**settings)
        picture = alarmed(services, a_camera(services)).pictures[1]
        with Image.open(io.BytesIO(picture.content)) as image:
            return [image.getpixel((2, 2)), image.getpixel((84, 84))]

    cool, warm = drawn()
    assert (cool, warm) == (0, 255)  # below 22 and above 30 degrees
    cool, warm = drawn(ROLLCALL_THERMAL_COLDEST_C="20", ROLLCALL_THERMAL_HOTTEST_C="50")
    assert 0 < cool < warm < 255
