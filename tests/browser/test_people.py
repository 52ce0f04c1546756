"""People at doors in a real browser: every look of the pages, and who comes is shown without reloading."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from attendance.bootstrap import bootstrap
from attendance.changes import AddVisits
from attendance.media_keys import visit_key
from attendance.model import Device, DeviceKind, Purpose, Role, Student, Verdict, Visit, new_id
from attendance.services import Services
from attendance.settings import load_settings
from attendance.use_cases.devices.devices import add_device, pair_device
from attendance.use_cases.doors.doors import set_door
from attendance.use_cases.people.accounts import add_user
from attendance.use_cases.students.consents import Given, record_consent
from attendance.use_cases.students.registering import register_student
from tests.browser.every_look import broken
from tests.browser.school import ADMIN, PASSWORD
from tests.browser.served_here import served_here
from tests.website.device_sending import WARM

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@dataclass(frozen=True)
class Entrance:
    """A door with somebody known, and the site that shows it."""

    services: Services
    door: Device
    student: Student
    page: Page

    def comes(self, verdict: Verdict, ago_s: float = 0.0) -> str:
        """The id of a visit that is stored now."""
        student_id = None if verdict is Verdict.UNKNOWN else self.student.id
        key, at = visit_key(self.door.id), datetime.now(UTC) - timedelta(seconds=ago_s)
        self.services.media.put(key, _picture())
        told = {"similarity": 91.0 if student_id else None, "picture_key": key, "temperature_c": 35.0}
        measured = {"pixels_c": tuple(WARM), "thermistor_c": 24.0}
        visit = Visit(new_id(), self.door.id, at, at + timedelta(seconds=5), verdict, student_id, **told, **measured)
        self.services.store.commit(AddVisits([visit]))
        return visit.id


@pytest.fixture
def entrance(browser: Browser, tmp_path: Path) -> Iterator[Entrance]:
    """A site of its own, at whose wall an admin looks."""
    services = bootstrap(
        load_settings({"ROLLCALL_DATA": str(tmp_path / "data"), "ROLLCALL_JOBS": "inline:", "ROLLCALL_TIMEZONE": "UTC"})
    )
    add_user(services, email=ADMIN, name="Ada Example", role=Role.ADMIN, password=PASSWORD, by=None)
    offered = add_device(services, name="Front door", room="Entrance", by=None, kind=DeviceKind.DOOR)
    door = pair_device(services, offered.code).device
    set_door(services, door.id, records=True, staff_ids=[], tells_names=False, by=None)
    student = register_student(
        services, student_id="21", name="Student 21", consent_on=date(2026, 3, 1), photos=[], by=None
    ).student
    record_consent(services, "21", date(2026, 3, 1), Given(purposes=(Purpose.VISITS,)), by=None)
    with served_here(services) as address:
        context = browser.new_context(base_url=address)
        page = context.new_page()
        page.goto("/login")
        page.get_by_label("Email").fill(ADMIN)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        yield Entrance(services, door, student, page)
        context.close()
    services.store.close()


def test_every_page_keeps_the_rules_in_every_look(entrance: Entrance) -> None:
    known = entrance.comes(Verdict.KNOWN, 200)
    unsure = entrance.comes(Verdict.UNSURE, 4000)
    entrance.comes(Verdict.UNKNOWN, 60)
    pages = [
        ("people", "/people/"),
        ("people-unknown", "/people/unknown"),
        ("person", f"/people/{entrance.student.key}"),
        ("visit-known", f"/people/visits/{known}"),
        ("visit-unsure", f"/people/visits/{unsure}"),
        ("visit-remove", f"/people/visits/{unsure}/remove"),
        ("door", f"/devices/{entrance.door.id}"),
        ("device-add", "/devices/add"),
    ]
    assert broken(entrance.page, pages) == []


def test_who_comes_is_on_the_wall_within_five_seconds_and_read_aloud(entrance: Entrance) -> None:
    page = entrance.page
    entrance.comes(Verdict.UNKNOWN, 60)
    page.goto("/people/")
    card = page.locator("[data-visit] a").first
    card.focus()
    place = card.get_attribute("href")
    since = time.monotonic()
    entrance.comes(Verdict.KNOWN)
    expect(page.locator(".visit-name").first).to_have_text("Student 21")
    assert time.monotonic() - since < 5
    expect(page.locator("time").first).to_have_text("just now")
    expect(page.locator("#live-words")).to_have_text("Somebody came to a door.")
    assert page.evaluate("document.activeElement.getAttribute('href')") == place


def test_a_visit_is_named_by_keyboard(entrance: Entrance) -> None:
    page = entrance.page
    page.goto(f"/people/visits/{entrance.comes(Verdict.UNKNOWN)}")
    page.get_by_label("This is").focus()
    page.keyboard.press("S")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Student 21")


def _picture() -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (160, 160), (170, 150, 130)).save(stream, "JPEG")
    return stream.getvalue()
