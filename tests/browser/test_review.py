"""Ten unsure marks in ten keys, one of them undone, and what a screen reader is told on the way."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from attendance.model import Status
from attendance.services import Services
from tests.browser.conftest import SignedIn
from tests.browser.school import PASSWORD, TEACHER
from tests.browser.served_here import served_here
from tests.browser.unsure import unsure_school

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NUMBER = 10
MOST_S = 20


@pytest.fixture
def services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    """Ten students, about each of whom the search is unsure."""
    with unsure_school(tmp_path, monkeypatch, NUMBER, "Student") as services:
        yield services


@pytest.fixture
def origin(services: Services) -> Iterator[str]:
    """The site with these ten."""
    with served_here(services) as address:
        yield address


def _statuses(services: Services) -> list[Status]:
    (lecture,) = services.store.lectures().items
    return [mark.status for mark in services.store.marks(lecture.id)]


def _question(page: Page, number: int) -> None:
    """It is asked, and has the focus."""
    title = page.get_by_role("heading", name=f"Is this Student {number}?")
    expect(title).to_be_focused()


def test_ten_decisions_take_ten_keys_and_less_than_twenty_seconds(signed_in: SignedIn, services: Services) -> None:
    page = signed_in(TEACHER)
    page.goto("/review/")
    _question(page, 30)
    loaded: list[str] = []
    page.on("framenavigated", lambda frame: loaded.append(frame.url))
    keys = "ynyyynyyny"
    began = time.monotonic()
    for number, key in enumerate(keys, start=31):
        page.keyboard.press(key)
        if number < 30 + NUMBER:
            _question(page, number)
    expect(page.get_by_role("heading", name="Nothing waits for you")).to_be_visible()
    assert time.monotonic() - began < MOST_S
    assert loaded == []
    assert len(keys) == NUMBER
    assert _statuses(services) == [Status.PRESENT if key == "y" else Status.ABSENT for key in keys]


def test_the_last_decision_is_undone_by_a_key_and_a_korean_keyboard_works_too(
    signed_in: SignedIn, services: Services
) -> None:
    page = signed_in(TEACHER)
    page.goto("/review/")
    _question(page, 30)
    page.locator("#review-title").dispatch_event("keydown", {"key": "ㅛ", "code": "KeyY", "bubbles": True})
    _question(page, 31)
    expect(page.locator("#review-news")).to_contain_text("Student 30: Present. Is this Student 31?")
    page.keyboard.press("u")
    _question(page, 30)
    assert set(_statuses(services)) == {Status.UNSURE}


def test_somebody_else_is_named_and_one_is_left_for_later_without_a_mouse(
    signed_in: SignedIn, services: Services
) -> None:
    page = signed_in(TEACHER)
    page.goto("/review/")
    _question(page, 30)
    page.keyboard.press("s")
    _question(page, 31)
    page.keyboard.press("w")
    choice = page.get_by_label("This is …")
    expect(choice).to_be_focused()
    choice.select_option(label="Student 39 · 39")
    page.get_by_role("button", name="Give this name").press("Enter")
    expect(page.locator("#review-news")).to_contain_text("This is Student 39 now")
    statuses = dict(zip(range(30, 40), _statuses(services), strict=True))
    assert (statuses[31], statuses[39]) == (Status.ABSENT, Status.PRESENT)


def test_every_button_names_whom_it_is_about(signed_in: SignedIn) -> None:
    page = signed_in(TEACHER)
    page.goto("/review/")
    for name in ("Yes, this is Student 30", "No, not Student 30", "Later Student 30"):
        expect(page.get_by_role("button", name=name)).to_be_visible()


def test_the_queue_works_without_scripts(browser: object, origin: str) -> None:
    context = browser.new_context(base_url=origin, java_script_enabled=False)  # type: ignore[attr-defined]
    page = context.new_page()
    page.goto("/login")
    page.get_by_label("Email").fill(TEACHER)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.goto("/review/")
    page.get_by_role("button", name="Yes, this is Student 30").click()
    expect(page.get_by_role("heading", name="Is this Student 31?")).to_be_visible()
    expect(page.get_by_text("Student 30: Present.")).to_be_visible()
    context.close()
