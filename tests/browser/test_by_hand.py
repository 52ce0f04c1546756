"""A teacher marks by hand and a student checks in; what takes how many actions is counted."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from attendance.bootstrap import bootstrap
from attendance.changes import AddStudent
from attendance.model import Course, Lecture, Method, Role, Status, Student, new_id
from attendance.rules.rotating_codes import STEP_S
from attendance.services import Services
from attendance.settings import load_settings
from attendance.use_cases.courses.courses import add_course, set_teachers
from attendance.use_cases.lectures.marks import set_mark
from attendance.use_cases.lectures.planning import add_lecture
from attendance.use_cases.people.accounts import add_user
from tests.browser.conftest import SignedIn
from tests.browser.every_look import broken_now
from tests.browser.school import PASSWORD, STUDENT, TEACHER
from tests.browser.served_here import served_here
from tests.browser.watching import Watch

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MOST_ACTIONS = 5
CLASS = [f"2026{number:04}" for number in range(1, 25)]


class Counted:
    """A page on which each click and each field that is filled is one action."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.actions = 0

    def click(self, role: str, name: str) -> None:
        self.page.get_by_role(role, name=name, exact=True).click()  # type: ignore[arg-type]
        self.actions += 1

    def choose(self, text: str) -> None:
        self.page.get_by_text(text, exact=True).click()
        self.actions += 1

    def fill(self, label: str, value: str) -> None:
        self.page.get_by_label(label).fill(value)
        self.actions += 1


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    """A course of 24 students; the first has an account."""
    services = bootstrap(load_settings({"ROLLCALL_DATA": str(tmp_path / "data"), "ROLLCALL_TIMEZONE": "Asia/Seoul"}))
    course = add_course(services, code="CS101", section="1", name="Computing", by=None)
    teacher = add_user(services, email=TEACHER, name="Teacher Example", role=Role.TEACHER, password=PASSWORD, by=None)
    set_teachers(services, course.id, [teacher.user.id], by=None)
    now = services.now()
    for number, student_id in enumerate(CLASS):
        student = Student(student_id, new_id(), f"Student {number + 1:02}", now)
        services.store.commit(AddStudent(student, (), [course.id]))
    add_user(
        services, email=STUDENT, name="Student 01", role=Role.STUDENT, password=PASSWORD, student_id=CLASS[0], by=None
    )
    yield services
    services.store.close()


@pytest.fixture
def origin(services: Services) -> Iterator[str]:
    """The site with that class."""
    with served_here(services) as address:
        yield address


@pytest.fixture
def course(services: Services) -> Course:
    return services.store.courses()[0]


@pytest.fixture
def lecture(services: Services, course: Course) -> Lecture:
    """It began a minute ago."""
    starts_at = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=1)
    return add_lecture(
        services, course_id=course.id, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=50), by=None
    )


def statuses(services: Services, lecture: Lecture) -> list[str]:
    return [mark.status.value for mark in services.store.marks(lecture.id)]


def picture_of(page: Page, name: str) -> None:
    folder = os.environ.get("SCREENSHOTS_DIR")
    if folder:
        page.screenshot(path=str(Path(folder) / f"{name}.png"))


def test_a_whole_class_is_excused_in_four_clicks_and_that_is_undone_by_keyboard(
    signed_in: SignedIn, services: Services, lecture: Lecture
) -> None:
    page = signed_in(TEACHER)
    page.goto(f"/lectures/{lecture.id}")
    counted = Counted(page)
    counted.click("link", "Change several")
    counted.click("link", "All")
    counted.choose("School event")
    assert broken_now(page, "several") == []
    counted.click("button", "Excused")
    expect(page.get_by_text("24 marks were changed.")).to_be_visible()
    assert counted.actions <= 4
    assert statuses(services, lecture) == ["excused"] * 24
    picture_of(page, "undo")
    page.keyboard.press("Control+z")
    expect(page.get_by_text("24 marks are as they were.")).to_be_visible()
    assert statuses(services, lecture) == ["unsure"] * 24
    page.get_by_role("link", name="Changes").click()
    assert broken_now(page, "changes") == []
    page.get_by_role("button", name="Undo what").first.click()
    expect(page.get_by_text("24 marks are as they were.")).to_be_visible()
    assert statuses(services, lecture) == ["excused"] * 24


def test_the_offer_to_undo_goes_by_itself(signed_in: SignedIn, lecture: Lecture) -> None:
    page = signed_in(TEACHER)
    page.clock.install()
    page.goto(f"/lectures/{lecture.id}/several?choose=all")
    page.get_by_label("Another reason").fill("Trip")
    page.get_by_role("button", name="Excused").click()
    offer = page.get_by_role("button", name="Undo")
    expect(offer).to_be_visible()
    page.clock.run_for(9_000)
    expect(offer).to_be_visible()
    page.clock.run_for(2_000)
    expect(offer).to_have_count(0)


def test_the_roll_of_24_takes_24_keys(signed_in: SignedIn, services: Services, lecture: Lecture) -> None:
    page = signed_in(TEACHER)
    page.goto(f"/lectures/{lecture.id}/roll")
    page.locator(".roll-row").first.get_by_role("radio").first.focus()
    for number in range(24):
        page.keyboard.press("plae"[number % 4])
    expect(page.locator("#roll-state")).to_have_text("Everything is saved.")
    assert statuses(services, lecture) == ["present", "late", "absent", "excused"] * 6
    assert broken_now(page, "roll") == []
    page.keyboard.press("ArrowUp")
    page.keyboard.press("p")
    expect(page.locator("#roll-undo")).to_be_visible()
    page.keyboard.press("Control+z")
    expect(page.locator("#roll-state")).to_have_text("Undone.")
    assert statuses(services, lecture) == ["present", "late", "absent", "excused"] * 6


def test_all_are_set_at_once_and_one_otherwise(signed_in: SignedIn, services: Services, lecture: Lecture) -> None:
    page = signed_in(TEACHER)
    page.goto(f"/lectures/{lecture.id}/roll")
    page.get_by_role("button", name="Set all to Present").click()
    page.locator(".roll-row").nth(2).get_by_text("Late").click()
    expect(page.locator("#roll-state")).to_have_text("Everything is saved.")
    assert statuses(services, lecture) == ["present"] * 2 + ["late"] + ["present"] * 21


def test_a_roll_without_a_network_loses_nothing(
    signed_in: SignedIn, services: Services, context: BrowserContext, watch: Watch, lecture: Lecture
) -> None:
    watch.expects_lost_connection = True
    page = signed_in(TEACHER)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"/lectures/{lecture.id}/roll")
    context.set_offline(True)
    for row in page.locator(".roll-row").all()[:12]:
        row.get_by_text("Present").click()
    expect(page.locator("#roll-state")).to_contain_text("12 not sent yet")
    picture_of(page, "roll-offline")
    assert statuses(services, lecture) == []
    stored = page.evaluate("Object.entries(localStorage).filter(([name]) => name.startsWith('rollcall.roll.'))")
    assert len(json.loads(stored[0][1])) == 12
    context.set_offline(False)
    expect(page.locator("#roll-state")).to_have_text("Everything is saved.")
    assert statuses(services, lecture) == ["present"] * 12
    assert not page.evaluate("Object.keys(localStorage).some((name) => name.startsWith('rollcall.roll.'))")


def test_taps_of_a_page_that_was_closed_are_sent_by_the_next_one(
    signed_in: SignedIn, services: Services, context: BrowserContext, watch: Watch, lecture: Lecture
) -> None:
    watch.expects_lost_connection = True
    page = signed_in(TEACHER)
    page.goto(f"/lectures/{lecture.id}/roll")
    context.set_offline(True)
    page.locator(".roll-row").first.get_by_text("Late").click()
    expect(page.locator("#roll-state")).to_contain_text("1 not sent yet")
    page.close()
    context.set_offline(False)
    again = context.new_page()
    again.goto(f"/lectures/{lecture.id}/roll")
    expect(again.locator("#roll-state")).to_have_text("Everything is saved.")
    assert statuses(services, lecture) == ["late"]


def test_whoever_signs_out_leaves_no_taps_on_the_device(
    signed_in: SignedIn, context: BrowserContext, watch: Watch, lecture: Lecture
) -> None:
    page = signed_in(TEACHER)
    page.goto(f"/lectures/{lecture.id}")
    page.evaluate("localStorage.setItem('rollcall.roll.u.l', '[]')")
    page.get_by_role("button", name="Teacher Example").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/login*")
    assert not page.evaluate("Object.keys(localStorage).some((name) => name.startsWith('rollcall.roll.'))")


def test_what_somebody_else_has_set_meanwhile_is_shown_and_left(
    signed_in: SignedIn, services: Services, lecture: Lecture
) -> None:
    other = add_user(services, email="b@example.org", name="Other", role=Role.TEACHER, password=PASSWORD, by=None)
    page = signed_in(TEACHER)
    page.goto(f"/lectures/{lecture.id}/roll")
    set_mark(services, lecture.id, CLASS[0], Status.LATE, "Bus", by=other.user.id)
    row = page.locator(".roll-row").first
    row.get_by_text("Absent").click()
    expect(row).to_contain_text("Other has set this to Late meanwhile.")
    picture_of(page, "roll-conflict")
    assert statuses(services, lecture) == ["late"]
    row.get_by_role("button", name="Use mine").click()
    expect(row.get_by_role("button", name="Use mine")).to_be_hidden()
    expect(page.locator("#roll-state")).to_have_text("Everything is saved.")
    assert statuses(services, lecture) == ["absent"]


def test_a_lecture_without_a_video_and_a_new_time_take_five_actions_each(
    signed_in: SignedIn, services: Services, course: Course
) -> None:
    page = signed_in(TEACHER)
    page.goto("/lectures/")
    counted = Counted(page)
    counted.click("link", "Add a lecture")
    assert broken_now(page, "add-lecture") == []
    counted.fill("Starts at", "09:00")
    counted.fill("Ends at", "09:50")
    counted.click("button", "Add the lecture")
    expect(page.get_by_text("The lecture was added.")).to_be_visible()
    assert counted.actions <= MOST_ACTIONS
    picture_of(page, "lecture-without-video")
    (lecture,) = services.store.lectures().items
    assert lecture.ends_at - lecture.starts_at == timedelta(minutes=50)
    counted = Counted(page)
    counted.click("link", "Edit the lecture")
    counted.fill("Starts at", "10:00")
    counted.fill("Ends at", "10:50")
    counted.click("button", "Save the lecture")
    expect(page.get_by_text("The lecture was changed.")).to_be_visible()
    assert counted.actions <= MOST_ACTIONS
    assert services.store.lecture(lecture.id).starts_at - lecture.starts_at == timedelta(hours=1)


def test_a_term_is_planned_and_looked_at(signed_in: SignedIn, services: Services, course: Course) -> None:
    page = signed_in(TEACHER)
    page.goto(f"/lectures/term?course={course.id}")
    for day in ("Monday", "Wednesday"):
        page.get_by_text(day, exact=True).click()
    for label, value in (
        ("Starts at", "09:00"),
        ("Ends at", "09:50"),
        ("First day", "2026-03-02"),
        ("Last day", "2026-06-19"),
        ("Days off", "2026-05-05\n2026-04-20..2026-04-26"),
    ):
        page.get_by_label(label).fill(value)
    page.get_by_role("button", name="Show the days").click()
    expect(page.get_by_role("heading", name="30 new lectures")).to_be_visible()
    assert broken_now(page, "term") == []
    page.get_by_label("Mar 2, 2026").uncheck()
    page.get_by_role("button", name="Add the chosen lectures", exact=True).click()
    expect(page.get_by_text("29 lectures were added.")).to_be_visible()
    assert services.store.lectures().total == 29


def test_a_student_scans_the_screen_and_a_forwarded_code_is_dead_soon(
    signed_in: SignedIn, browser: Browser, origin: str, services: Services, lecture: Lecture
) -> None:
    page = signed_in(TEACHER)
    page.goto(f"/lectures/{lecture.id}/check-in")
    assert broken_now(page, "check-in") == []
    page.get_by_role("button", name="Start the check-in").click()
    expect(page.locator("#code-picture")).to_be_visible()
    assert broken_now(page, "check-in-screen") == []
    old = page.locator("#code-digits").inner_text().replace(" ", "")
    phone = browser.new_context(base_url=origin, viewport={"width": 390, "height": 844})
    student = phone.new_page()
    student.goto("/login")
    student.get_by_label("Email").fill(STUDENT)
    student.get_by_label("Password", exact=True).fill(PASSWORD)
    student.get_by_role("button", name="Sign in").click()
    student.wait_for_url(lambda url: "/login" not in url)
    page.wait_for_timeout(1000 * (2 * STEP_S + 1))
    student.goto("/check-in")
    student.get_by_label("Code").fill(old)
    student.get_by_role("button", name="I am here").click()
    expect(student.get_by_role("alert")).to_contain_text("This code does not count")
    picture_of(student, "check-in-refused")
    assert broken_now(student, "check-in-typed") == []
    assert statuses(services, lecture) == []
    now = page.locator("#code-digits").inner_text()
    assert now.replace(" ", "") != old, "the screen did not renew the code"
    student.get_by_label("Code").fill(now)
    student.get_by_role("button", name="I am here").click()
    expect(student.get_by_role("heading", name="You are checked in")).to_be_visible()
    picture_of(student, "check-in-done")
    (mark,) = services.store.marks(lecture.id)
    assert (mark.status, mark.method) == (Status.PRESENT, Method.SCREEN)
    expect(page.locator("#code-count")).to_have_text("1 of 24 checked in")
    phone.close()
