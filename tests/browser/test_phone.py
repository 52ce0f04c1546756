"""On a phone: what is pressed is large enough for a finger, a card leads with the person, and filters are folded."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SignedIn
from tests.browser.school import TEACHER, School

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_LEAST_PX = 44
_SMALL = """least => [...document.querySelectorAll(
        "main :is(button, select, summary, .btn, .jump, tbody a, input.form-control)")]
    .filter((one) => one.checkVisibility({ visibilityProperty: true }))
    .filter((one) => one.getBoundingClientRect().height < least - 0.5)
    .map((one) => one.outerHTML.slice(0, 120))"""
_FIRST_LINE = """row => [...row.children]
    .filter((cell) => cell.checkVisibility() && cell.textContent.trim())
    .sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top
        || a.getBoundingClientRect().left - b.getBoundingClientRect().left)[0].tagName"""


@pytest.fixture
def phone(signed_in: SignedIn) -> Page:
    """A teacher's."""
    page = signed_in(TEACHER)
    page.set_viewport_size({"width": 390, "height": 844})
    return page


@pytest.mark.parametrize("path", ["lecture", "/log/", "/review/", "/lectures/"])
def test_what_is_pressed_is_large_enough(phone: Page, school: School, path: str) -> None:
    phone.goto(f"/lectures/{school.lecture_id}" if path == "lecture" else path)
    assert phone.evaluate(_SMALL, _LEAST_PX) == []


@pytest.mark.parametrize("path", ["lecture", "/log/"])
def test_a_card_leads_with_the_person_and_has_two_lines(phone: Page, school: School, path: str) -> None:
    phone.goto(f"/lectures/{school.lecture_id}" if path == "lecture" else path)
    card = phone.get_by_role("row", name=school.present.name)
    assert card.evaluate(_FIRST_LINE) == "TH"
    box = card.bounding_box()
    assert box is not None
    assert box["height"] < 200


def test_filters_of_the_log_are_folded(phone: Page) -> None:
    phone.goto("/log/")
    expect(phone.get_by_label("Student")).to_be_hidden()
    phone.locator("details.fold summary").click()
    expect(phone.get_by_label("Student").first).to_be_visible()
