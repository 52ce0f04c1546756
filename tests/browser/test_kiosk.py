"""The kiosk's page before a real site with the real face engine: from pairing to who is checked in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from attendance.bootstrap import bootstrap
from attendance.changes import SaveDevice
from attendance.model import DeviceKind, KioskSettings, Liveness, Role
from attendance.services import Services
from attendance.settings import load_settings
from attendance.use_cases.courses.courses import add_course
from attendance.use_cases.devices.devices import add_device, pair_device, revoke_device
from attendance.use_cases.kiosks.pins import set_pin
from attendance.use_cases.people.accounts import add_user
from attendance.use_cases.students.registering import register_student
from bench.people import ENROLLED_SEEDS
from tests.browser.before_camera import NOBODY, Films, install, photo_held_up, show, turning, two_people
from tests.browser.conftest import SignedIn
from tests.browser.every_look import broken_now
from tests.browser.films import AT_THE_WEBCAM, photo_of
from tests.browser.school import ADMIN, PASSWORD
from tests.browser.served_here import served_here
from tests.browser.watching import Watch

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ADA, BEN, STRANGER = ENROLLED_SEEDS[1], ENROLLED_SEEDS[2], ENROLLED_SEEDS[9]  # the last is not enrolled here
PIN = "739154"
NEAR_PX = 150
_SHOWN_S = 60
"""So long an answer is shown, in place of five seconds: a busy machine looks at it late."""


@dataclass(frozen=True)
class Door:
    """A site with a class, and where it answers."""

    services: Services
    course_id: str
    url: str


@pytest.fixture(scope="module")
def door(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """Ada and Ben are enrolled, and the one whom Chromium's own camera shows."""
    data = tmp_path_factory.mktemp("kiosk") / "data"
    services = bootstrap(load_settings({"ROLLCALL_DATA": str(data), "ROLLCALL_TIMEZONE": "Asia/Seoul"}))
    course = add_course(services, code="PHY1", section="", name="Physics", by=None)
    for number, (name, seed) in enumerate((("Ada", ADA), ("Ben", BEN), ("Webb", AT_THE_WEBCAM)), start=21):
        register_student(
            services,
            student_id=f"20260{number}",
            name=name,
            consent_on=datetime.now(UTC).date() - timedelta(days=1),
            course_ids=[course.id],
            photos=[photo_of(seed)],
            by=None,
        )
    set_pin(services, "2026021", PIN, by=None)
    add_user(services, email=ADMIN, name="Admin", role=Role.ADMIN, password=PASSWORD, by=None)
    with served_here(services) as url, pytest.MonkeyPatch.context() as patched:
        patched.setattr("website.device_api.kiosk.UNDO_S", _SHOWN_S)
        yield Door(services, course.id, url)
    services.store.close()


@pytest.fixture(scope="module")
def ada() -> Films:
    return turning(ADA)


@pytest.fixture
def origin(door: Door) -> str:
    """The address of the site that these tests visit."""
    return door.url


@pytest.fixture
def kiosk(door: Door, page: Page) -> Page:
    """Paired, with nobody before its camera; everybody was out."""
    key = pair_device(door.services, a_kiosk(door)).key  # by its page only some a minute may pair
    install(page)
    page.add_init_script(f"if (location.pathname === '/kiosk') localStorage.setItem('rollcall-kiosk-key', '{key}')")
    page.goto("/kiosk")
    at(page, "idle")
    show(page, NOBODY)
    return page


def a_kiosk(door: Door, liveness: Liveness = Liveness.TURN) -> str:
    """In a room of its own, so that no test meets what another left; its pairing code."""
    room = f"R{len(door.services.store.devices())}"
    made = add_device(door.services, name="Kiosk at the door", room=room, by=None, kind=DeviceKind.KIOSK)
    chosen = KioskSettings(
        course_ids=frozenset({door.course_id}), liveness=liveness, language="en", min_face_px=NEAR_PX
    )
    door.services.store.commit(SaveDevice(replace(made.device, kiosk=chosen)))
    return made.code


def set_up(door: Door, **chosen: Any) -> None:
    """Change the kiosk that was added last."""
    device = max(door.services.store.devices(), key=lambda one: one.created_at)
    assert device.kiosk is not None
    door.services.store.commit(SaveDevice(replace(device, kiosk=replace(device.kiosk, **chosen))))


def at(page: Page, state: str) -> None:
    """The page has come to this state."""
    expect(page.locator("#main")).to_have_attribute("data-now", state)


def ask(page: Page, command: str) -> None:
    page.get_by_role("button", name="Start").click()
    page.get_by_role("button", name=command, exact=True).first.click()


def said(page: Page, words: str) -> None:
    expect(page.get_by_role("status")).to_have_text(re.compile(words))


def test_a_student_checks_in_once_and_out_once(kiosk: Page, ada: Films) -> None:
    show(kiosk, ada)
    ask(kiosk, "Check in")
    said(kiosk, "Ada, you are checked in")
    expect(kiosk.locator("#answer-photo")).to_be_visible()
    kiosk.get_by_role("button", name="Done").first.click()
    expect(kiosk.locator("#answer-name")).to_have_text("")
    ask(kiosk, "Check in")
    said(kiosk, "Ada, you have checked in already")
    kiosk.get_by_role("button", name="Done").first.click()
    ask(kiosk, "Check out")
    said(kiosk, "Ada, you are checked out")
    kiosk.get_by_role("button", name="Done").first.click()
    ask(kiosk, "Check out")
    said(kiosk, "Ada, you (have not checked in|checked out already)")


def test_not_me_takes_a_check_in_back(kiosk: Page, ada: Films) -> None:
    show(kiosk, ada)
    ask(kiosk, "Check in")
    said(kiosk, "Ada, you are checked in")
    kiosk.get_by_role("button", name="This is not me").click()
    said(kiosk, "It was taken back")
    kiosk.get_by_role("button", name="Cancel").click()
    ask(kiosk, "Check out")
    said(kiosk, "Ada, you (have not checked in|checked out already)")  # who is in would be checked out


def test_a_stranger_is_told_and_may_type_a_number(kiosk: Page, door: Door) -> None:
    set_up(door, liveness=Liveness.OFF)
    show(kiosk, turning(STRANGER))
    ask(kiosk, "Check in")
    said(kiosk, "I do not know your face")
    kiosk.get_by_role("button", name="Without camera").click()
    at(kiosk, "number")


def test_of_two_people_one_is_asked_for(kiosk: Page) -> None:
    show(kiosk, two_people(ADA, BEN))
    ask(kiosk, "Check in")
    said(kiosk, "One at a time")
    expect(kiosk.get_by_role("button", name="Try again")).to_be_visible()


def test_a_photo_that_is_held_up_and_turned_is_not_taken(kiosk: Page) -> None:
    show(kiosk, photo_held_up(ADA))
    ask(kiosk, "Check in")
    at(kiosk, "sorry")
    said(kiosk, "turn your head")


def test_nobody_before_the_camera_is_told(kiosk: Page) -> None:
    ask(kiosk, "Check in")
    said(kiosk, "No face was seen")


def test_who_is_too_far_away_is_asked_to_come_closer(kiosk: Page, door: Door, ada: Films) -> None:
    set_up(door, min_face_px=400)
    show(kiosk, ada)
    ask(kiosk, "Check in")
    said(kiosk, "Please come closer")


def test_the_number_and_the_pin_do_the_same_without_a_camera(kiosk: Page) -> None:
    kiosk.get_by_role("button", name="Start").click()
    kiosk.get_by_role("button", name="Without camera").click()
    kiosk.get_by_label("Student number").click()
    form = kiosk.locator("#kiosk-number")
    for digit in "2026021":
        form.get_by_role("button", name=digit, exact=True).click()
    kiosk.get_by_label("PIN", exact=True).last.click()
    for digit in PIN:
        form.get_by_role("button", name=digit, exact=True).click()
    form.get_by_role("button", name="Check in").click()
    said(kiosk, "Ada, you are checked in")
    kiosk.get_by_role("button", name="Done").first.click()
    expect(kiosk.get_by_label("Student number")).to_have_value("")


def test_a_wrong_pin_is_refused(kiosk: Page) -> None:
    kiosk.get_by_role("button", name="Start").click()
    kiosk.get_by_role("button", name="Without camera").click()
    kiosk.get_by_label("Student number").fill("2026022")
    kiosk.get_by_label("PIN", exact=True).last.fill("000000")
    kiosk.locator("#kiosk-number").get_by_role("button", name="Check in").click()
    said(kiosk, "the PIN is wrong")


def test_a_command_goes_by_keyboard_alone(kiosk: Page) -> None:
    for state in ("prompt", "looking"):
        kiosk.keyboard.press("Enter")  # what is first is focused
        at(kiosk, state)
    kiosk.keyboard.press("Escape")
    at(kiosk, "idle")


def test_the_language_changes_by_a_touch_and_goes_back_with_the_person(kiosk: Page, watch: Watch) -> None:
    kiosk.get_by_role("button", name="Start").click()
    kiosk.get_by_role("button", name="한국어").click()
    expect(kiosk.locator("html")).to_have_attribute("lang", "ko")
    kiosk.keyboard.press("Escape")
    expect(kiosk.locator("html")).to_have_attribute("lang", "en")


def test_without_a_network_an_attempt_waits_and_counts_from_then(
    kiosk: Page, door: Door, context: BrowserContext, watch: Watch
) -> None:
    watch.expects_lost_connection = True
    show(kiosk, turning(BEN))
    context.set_offline(True)
    ask(kiosk, "Check in")
    said(kiosk, "There is no network")
    expect(kiosk.get_by_text("Waiting for the network: 1")).to_be_visible()
    kiosk.get_by_role("button", name="Done").last.click()
    context.set_offline(False)
    expect(kiosk.get_by_text("Waiting for the network: 1")).to_be_hidden()
    ask(kiosk, "Check in")
    said(kiosk, "Ben, you have checked in already")


def test_a_pin_is_not_kept_on_the_device(kiosk: Page, context: BrowserContext, watch: Watch) -> None:
    watch.expects_lost_connection = True
    context.set_offline(True)
    kiosk.get_by_role("button", name="Start").click()
    kiosk.get_by_role("button", name="Without camera").click()
    kiosk.get_by_label("Student number").fill("2026021")
    kiosk.get_by_label("PIN", exact=True).last.fill(PIN)
    kiosk.locator("#kiosk-number").get_by_role("button", name="Check in").click()
    said(kiosk, "a PIN is not stored here")
    context.set_offline(False)


def test_a_revoked_kiosk_forgets_its_key(kiosk: Page, door: Door, watch: Watch) -> None:
    watch.expected_statuses = {401}
    for one in door.services.store.devices():
        if one.key_hash is not None and one.revoked_at is None:
            revoke_device(door.services, one.id, by=None)
    ask(kiosk, "Check in")
    at(kiosk, "pair")
    assert kiosk.evaluate("localStorage.getItem('rollcall-kiosk-key')") is None


def test_a_code_that_does_not_work_is_told(page: Page, watch: Watch, door: Door) -> None:
    watch.expected_statuses = {401, 422}
    install(page)
    page.goto("/kiosk")
    page.get_by_label("Pairing code").fill("AAAA-AAAA")
    page.get_by_role("button", name="Pair", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("code")
    classroom = add_device(door.services, name="Pi", room="P1", by=None)
    page.get_by_label("Pairing code").fill(classroom.code)
    page.get_by_role("button", name="Pair", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("another kind")
    assert page.evaluate("localStorage.getItem('rollcall-kiosk-key')") is None


def test_no_picture_leaves_the_page_before_a_command(kiosk: Page, ada: Films) -> None:
    sent: list[str] = []
    kiosk.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    show(kiosk, ada)
    at(kiosk, "prompt")  # it was seen that somebody came
    assert sent == []


def test_chromium_s_own_camera_is_enough(page: Page, door: Door) -> None:
    code = a_kiosk(door, Liveness.OFF)
    page.goto("/kiosk")
    page.get_by_label("Pairing code").fill(code)
    page.get_by_role("button", name="Pair", exact=True).click()
    at(page, "idle")
    ask(page, "Check in")
    said(page, "Webb, you are checked in")


def test_an_admin_drags_where_the_sensor_looks(signed_in: SignedIn, door: Door) -> None:
    page = signed_in(ADMIN)
    a_kiosk(door)
    device = max(door.services.store.devices(), key=lambda one: one.created_at)
    page.goto(f"/devices/{device.id}")
    place = page.locator(".sensor-place")
    place.scroll_into_view_if_needed()
    box, picture = place.bounding_box(), page.locator(".sensor-picture").bounding_box()
    assert box and picture
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 20 + picture["width"] / 10, box["y"] + 20, steps=3)
    page.mouse.up()
    left = page.get_by_label("Left (%)")
    assert float(left.input_value()) == pytest.approx(35, abs=1)
    page.get_by_role("button", name="Save").last.click()
    expect(left).to_have_value(re.compile("3[456]"))
    assert door.services.store.device(device.id).kiosk_settings.sensor_field.x == pytest.approx(0.35, abs=0.01)
    assert broken_now(page, "kiosk-device") == []


def test_every_state_keeps_the_rules(kiosk: Page) -> None:
    assert broken_now(kiosk, "kiosk-idle") == []
    kiosk.get_by_role("button", name="Start").click()
    assert broken_now(kiosk, "kiosk-prompt") == []
    kiosk.get_by_role("button", name="Controls at the bottom").click()
    assert broken_now(kiosk, "kiosk-prompt-low") == []
    kiosk.get_by_role("button", name="Without camera").click()
    assert broken_now(kiosk, "kiosk-number") == []
    kiosk.get_by_role("button", name="Cancel").last.click()
    kiosk.get_by_role("button", name="Start").click()
    kiosk.get_by_role("button", name="Register", exact=True).first.click()
    assert broken_now(kiosk, "kiosk-register") == []
