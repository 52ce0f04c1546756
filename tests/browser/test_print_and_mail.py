"""Print and mail: from the page of a course and from the log, each in at most five actions, counted."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import SignedIn
from tests.browser.school import TEACHER, School

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_MOST_ACTIONS = 5


class Actions:
    """Counts what a person does."""

    def __init__(self) -> None:
        self.count = 0

    def click(self, what: Locator) -> None:
        self.count += 1
        what.click()


def prints(page: Page) -> list[str]:
    """What the browser is asked to do in place of its dialog, which no test can close."""
    page.add_init_script("window.printed = []; window.print = () => window.printed.push(location.pathname);")
    return []


@pytest.mark.parametrize("start", ["Courses", "Attendance log"])
def test_all_rows_are_printed_in_five_actions(signed_in: SignedIn, school: School, start: str) -> None:
    page, actions = signed_in(TEACHER), Actions()
    prints(page)
    page.goto("/")
    actions.click(page.get_by_role("navigation", name="Main").get_by_role("link", name=start, exact=True))
    expect(page.get_by_role("heading", level=1, name=start)).to_be_visible()
    if start == "Courses":
        actions.click(page.get_by_role("main").get_by_role("link", name="CS101 Computing"))
    actions.click(page.get_by_role("main").get_by_role("link", name="Print", exact=True))
    names = [student.name for student in (school.present, school.late, school.unsure, school.absent)]
    for name in names:
        expect(page.get_by_role("rowheader", name=name).first).to_be_visible()
    actions.click(page.get_by_role("button", name="Print"))
    assert page.evaluate("window.printed.length") == 1
    assert actions.count <= _MOST_ACTIONS
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Print")).to_be_hidden()
    assert page.locator("form").count() == 0
    assert page.locator("thead").evaluate("head => getComputedStyle(head).display") == "table-header-group"


@pytest.mark.parametrize("start", ["Courses", "Attendance log"])
@pytest.mark.parametrize("form", ["CSV", "PDF"])
def test_the_log_is_mailed_in_five_actions(signed_in: SignedIn, school: School, start: str, form: str) -> None:
    page, actions = signed_in(TEACHER), Actions()
    page.goto("/")
    actions.click(page.get_by_role("navigation", name="Main").get_by_role("link", name=start, exact=True))
    expect(page.get_by_role("heading", level=1, name=start)).to_be_visible()
    if start == "Courses":
        actions.click(page.get_by_role("main").get_by_role("link", name="CS101 Computing"))
    actions.click(page.get_by_role("button", name=re.compile("Mail me (the|this) log")))
    actions.click(page.get_by_role("button", name=f"As {form}"))
    expect(page.get_by_text(re.compile(f"on its way (to {TEACHER}|already)"))).to_be_visible()
    assert actions.count <= _MOST_ACTIONS
