"""Devices, readings, alarms and hourly attendance in a real browser, on a desk and on a phone, in both themes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, expect

from attendance.bootstrap import bootstrap
from attendance.disk.files import DiskFile
from attendance.model import Course, Device, DevicePicture, Role, Sender
from attendance.searching.searches import search_recording
from attendance.services import Services
from attendance.settings import load_settings
from attendance.use_cases.courses.courses import add_course
from attendance.use_cases.courses.timetable import add_slot
from attendance.use_cases.devices.devices import add_device, calibrate_device, set_alarm_threshold
from attendance.use_cases.people.accounts import add_user
from attendance.use_cases.recordings.receiving import receive_recording
from attendance.use_cases.students.registering import register_student
from demo.drawn_people import CLASS_SEEDS, STRANGER_SEED, person, portrait
from tests.browser.conftest import SignedIn
from tests.browser.every_look import broken, broken_now
from tests.browser.films import jpeg, photo_of
from tests.browser.running_site import RunningSite
from tests.browser.school import ADMIN, PASSWORD, STUDENT
from tests.website.measuring import measure, measure_for, paired_device, say_status

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_YESTERDAY = datetime.now(UTC).date() - timedelta(days=1)  # older readings would be thinned
_STARTS = datetime(_YESTERDAY.year, _YESTERDAY.month, _YESTERDAY.day, tzinfo=UTC)  # 09:00 in Seoul
_DAY = _YESTERDAY.isoformat()
_SEATS = {STRANGER_SEED: (80, 90), CLASS_SEEDS[0]: (440, 60), CLASS_SEEDS[1]: (840, 120)}
_FACE_PX = 300


@dataclass(frozen=True)
class Room:
    """What the tests name in addresses, and the services that look into the same site."""

    services: Services
    course: Course
    device: Device
    evidence: dict[str | None, str]  # sighting by student


@pytest.fixture(scope="module")
def room_and_site(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Room, RunningSite]]:
    """A site of its own with one room: so that no other test meets what these leave."""
    data = tmp_path_factory.mktemp("room") / "data"
    services = bootstrap(load_settings({"ROLLCALL_DATA": str(data), "ROLLCALL_TIMEZONE": "Asia/Seoul"}))
    room = _made(services, data.parent)
    site = RunningSite(data)
    site.start()
    yield room, site
    site.stop()
    services.store.close()


@pytest.fixture
def room(room_and_site: tuple[Room, RunningSite]) -> Room:
    """What is in the site."""
    return room_and_site[0]


@pytest.fixture
def origin(room_and_site: tuple[Room, RunningSite]) -> str:
    """The address of the site that these tests visit."""
    return room_and_site[1].url


def _made(services: Services, folder: Path) -> Room:
    course = add_course(services, code="PHY1", section="", name="Physics", by=None)
    for number, seed in enumerate(CLASS_SEEDS[:3], start=21):
        register_student(
            services,
            student_id=f"20260{number}",
            name=f"Student {number}",
            consent_on=_YESTERDAY,
            course_ids=[course.id],
            photos=[photo_of(seed)],
            by=None,
        )
    for email, role, student_id in ((ADMIN, Role.ADMIN, None), (STUDENT, Role.STUDENT, "2026021")):
        add_user(services, email=email, name=email, role=role, password=PASSWORD, student_id=student_id, by=None)
    device = _devices(services, course)
    return Room(services, course, device, _snapshots(services, course, device, folder))


def _devices(services: Services, course: Course) -> Device:
    """One that works, one that is silent, one that waits."""
    device = paired_device(services, "Pi at the door", "A101")
    add_slot(services, course_id=course.id, room="A101", weekday=0, starts="09:00", ends="12:00", by=None)
    say_status(services, device)
    silent = paired_device(services, "Pi at the window", "B2")
    say_status(services, silent, camera="The camera was unplugged.")
    services.store.see_device(silent.id, services.now() - timedelta(hours=5))
    add_device(services, name="New Pi", room="C3", by=None)
    calibrate_device(services, device.id, offset_c=1.25, on=_YESTERDAY, by=None)
    set_alarm_threshold(services, device.id, threshold_c=37.5, by=None)
    for hour, skin_c in ((0, 34.0), (1, None), (2, 35.25), (5, 34.5)):
        measure_for(services, device, _STARTS + timedelta(hours=hour), 50, skin_c)
    return services.store.device(device.id)


def _snapshots(services: Services, course: Course, device: Device, folder: Path) -> dict[str | None, str]:
    """Two hours apart: three people, then one; the first was taken with a reading that made an alarm."""
    evidence: dict[str | None, str] = {}
    for minutes, seats in ((125, dict(list(_SEATS.items())[1:2])), (5, _SEATS)):
        path = folder / f"{minutes}.jpg"
        path.write_bytes(_classroom(seats))
        recording = receive_recording(
            services,
            file=DiskFile(path),
            original_name=path.name,
            course_id=course.id,
            starts_at=_STARTS,
            ends_at=_STARTS + timedelta(hours=3),
            recorded_at=_STARTS + timedelta(minutes=minutes),
            sender=Sender(device_id=device.id),
            enqueue=False,
        )
        assert search_recording(services, recording.id)
        seen = services.store.sightings(recording.lecture_id)
        evidence |= {one.student_id: one.id for one in seen if one.recording_id == recording.id}
    reading = measure(services, device, recording.started_at, 37.0)
    services.store.store_picture(DevicePicture(device.id, reading.id, recording.id, recording.started_at))
    measure(services, device, _STARTS + timedelta(hours=4), 36.5)
    return evidence


def _classroom(seats: dict[int, tuple[int, int]]) -> bytes:
    wall = np.full((540, 1240, 3), (202, 210, 214), np.uint8)
    for seed, (left, top) in seats.items():
        wall[top : top + _FACE_PX, left : left + _FACE_PX] = portrait(person(seed), _FACE_PX)
    return jpeg(wall)


def test_every_page_keeps_the_rules(signed_in: SignedIn, room: Room) -> None:
    device, hourly = f"/devices/{room.device.id}", f"/hourly/?course={room.course.id}"
    silent = next(one.id for one in room.services.store.devices() if one.room == "B2")
    pages = [
        ("devices", "/devices/"),
        ("device-add", "/devices/add"),
        ("device", device),
        ("device-without-timetable", f"/devices/{silent}"),
        ("device-change", f"{device}/change"),
        ("device-revoke", f"{device}/revoke"),
        ("device-remove", f"{device}/remove"),
        ("calibration", f"{device}/calibration"),
        ("readings", f"{device}/readings?day={_DAY}"),
        ("readings-of-nothing", f"/devices/{silent}/readings"),
        ("alarms", "/devices/alarms"),
        ("alarms-none", f"/devices/alarms?device={silent}"),
        ("hourly", f"{hourly}&day={_DAY}"),
        ("hourly-nobody-watched", f"{hourly}&day={_YESTERDAY - timedelta(days=7)}"),
        ("hourly-seen", f"/hourly/seen/{room.evidence['2026021']}"),
        ("audit-of-devices", "/audit"),
    ]
    assert broken(signed_in(ADMIN), pages) == []


def test_the_pages_of_a_student_keep_the_rules(signed_in: SignedIn, room: Room) -> None:
    hourly = f"/hourly/?course={room.course.id}&day={_DAY}"
    pages = [("hourly-own", hourly), ("hourly-own-picture", f"/hourly/seen/{room.evidence['2026021']}")]
    assert broken(signed_in(STUDENT), pages) == []


def test_a_device_is_added_and_its_code_is_shown_once(signed_in: SignedIn, room: Room) -> None:
    page = signed_in(ADMIN)
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Devices").click()
    page.get_by_role("link", name="Add a device").click()
    page.get_by_label("Name").fill("Pi at the back")
    page.get_by_role("combobox", name="Room").fill("D4")
    page.get_by_role("button", name="Add the device", exact=True).click()
    code = page.locator("#pairing-code").inner_text()
    assert re.fullmatch(r"[A-Z0-9]{4}-[A-Z0-9]{4}", code)
    expect(page.locator("#pairing-command")).to_contain_text(f"pair {code} --server http://127.0.0.1")
    assert broken_now(page, "device-code") == []
    page.get_by_role("button", name="Show a key instead").click()
    expect(page.locator("#device-key")).not_to_be_empty()
    assert broken_now(page, "device-key") == []
    page.get_by_role("link", name="Done").click()
    expect(page.get_by_role("heading", name="Pi at the back")).to_be_visible()
    assert code not in page.content()


def test_the_heat_map_goes_on_by_itself_and_keeps_the_numbers_open(signed_in: SignedIn, room: Room) -> None:
    page = signed_in(ADMIN)
    page.goto(f"/devices/{room.device.id}/readings")
    live = page.locator("#live-reading")
    page.get_by_text("All 64 temperatures").click()
    measure(room.services, room.device, room.services.now(), 33.5)
    expect(live.locator(".live-skin")).to_have_text("34.8 °C")  # with the offset
    expect(live.locator("details")).to_have_attribute("open", "")
    expect(live.get_by_text("33.50").first).to_be_visible()


def test_the_heat_map_rests_while_nobody_looks(signed_in: SignedIn, room: Room) -> None:
    page = signed_in(ADMIN)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/live") else None)
    page.clock.install()
    page.goto(f"/devices/{room.device.id}/readings")
    page.evaluate("Object.defineProperty(document, 'hidden', {value: true, configurable: true})")
    page.clock.run_for(30_000)
    assert asked == []
    page.evaluate("Object.defineProperty(document, 'hidden', {value: false, configurable: true})")
    with page.expect_request("**/live"):
        page.clock.run_for(4_000)


def test_the_time_zone_of_a_line_stands_beside_its_time_on_a_phone(signed_in: SignedIn, room: Room) -> None:
    page = signed_in(ADMIN)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"/devices/{room.device.id}")
    zone = page.get_by_role("cell", name="09:00–12:00 Asia/Seoul").locator("small")
    gap = zone.evaluate(
        """zone => {
          const time = document.createRange();
          time.selectNodeContents(zone.previousSibling);
          return zone.getBoundingClientRect().left - time.getBoundingClientRect().right;
        }"""
    )
    assert gap < 20


def test_a_cell_leads_by_keyboard_to_the_snapshot_with_boxes_and_names(signed_in: SignedIn, room: Room) -> None:
    page = signed_in(ADMIN)
    page.goto(f"/hourly/?course={room.course.id}&day={_DAY}")
    page.get_by_role("link", name=re.compile("Student 21, 09:00: Present")).focus()
    page.keyboard.press("Enter")
    names = page.locator("text.box-name")
    expect(names).to_have_count(3)
    for seed, name in ((CLASS_SEEDS[0], "Student 21"), (CLASS_SEEDS[1], "Student 22"), (STRANGER_SEED, "Stranger")):
        left, top = _SEATS[seed]
        label = page.locator("text.box-name", has_text=name)
        x, y = (float(label.get_attribute(axis) or 0) for axis in "xy")
        assert left < x < left + _FACE_PX, name
        assert top < y < top + _FACE_PX + 40, name


def test_the_students_stay_in_sight_where_hours_are_scrolled_on_a_phone(signed_in: SignedIn, room: Room) -> None:
    page = signed_in(ADMIN)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"/hourly/?course={room.course.id}&day={_DAY}")
    frame, name = page.locator(".hour-frame"), page.get_by_role("rowheader", name="Student 21")
    before = name.bounding_box()
    frame.evaluate("frame => { frame.scrollLeft = 120; }")
    assert frame.evaluate("frame => frame.scrollLeft") > 60
    after = name.bounding_box()
    assert before and after
    assert after["x"] == pytest.approx(before["x"], abs=2)


def test_an_alarm_is_marked_as_seen(signed_in: SignedIn, room: Room) -> None:
    page = signed_in(ADMIN)
    page.goto("/devices/alarms?unseen=1")
    alarms = page.locator(".alarm")
    there = alarms.count()
    assert there > 0
    expect(page.locator(".alarm img").first).to_be_visible()
    page.get_by_role("button", name=re.compile("^Seen")).first.click()
    expect(alarms).to_have_count(there - 1)
