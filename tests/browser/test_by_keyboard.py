"""Without a mouse: the Tab key reaches what one needs, in sight, and Enter and Space do it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import SignedIn
from tests.browser.school import PASSWORD, TEACHER, School
from tests.browser.watching import Watch

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_MOST_STOPS = 80
_HAS_FOCUS = "element => element === document.activeElement"
_SHOWS_FOCUS = """() => {
    const shows = ({ outlineStyle, outlineWidth, boxShadow }) =>
        (outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 2) || /[1-9]px/.test(boxShadow);
    for (let one = document.activeElement; one && one !== document.body; one = one.parentElement)
        if (one.matches(":focus-visible, :focus-within") && shows(getComputedStyle(one))) return "";
    return document.activeElement.outerHTML.slice(0, 200);
}"""


def test_one_signs_in_by_keyboard(page: Page) -> None:
    page.goto("/login")
    _tab_to(page, page.get_by_label("Email"))
    page.keyboard.type(TEACHER)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Overview")).to_be_visible()


def test_the_first_stop_leads_past_the_navigation(signed_in: SignedIn) -> None:
    page = signed_in(TEACHER)
    page.goto("/log/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    _tab_to(page, page.get_by_role("link", name="CSV"), most_stops=1)


def test_a_mark_is_corrected_by_keyboard(signed_in: SignedIn, school: School) -> None:
    page = signed_in(TEACHER)
    page.goto(f"/lectures/{school.lecture_id}")
    _tab_to(page, page.get_by_role("link", name=f"Correct the mark of {school.absent.name}"))
    page.keyboard.press("Enter")
    _tab_to(page, page.get_by_label("Present"))
    for _step in ("Late", "Absent", "Excused"):
        page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Excused")).to_be_checked()
    _tab_to(page, page.get_by_label("Reason"))
    page.keyboard.type("seen by the teacher")
    _tab_to(page, page.get_by_role("button", name="Save the mark"))
    page.keyboard.press("Space")
    expect(page.get_by_role("row", name=school.absent.name)).to_contain_text("Excused")


def test_a_recording_is_chosen_and_given_up_by_keyboard(
    signed_in: SignedIn, school: School, lecture_film: Path, watch: Watch
) -> None:
    page = signed_in(TEACHER)
    page.goto(f"/lectures/upload?course={school.course.id}")
    page.get_by_label("Date").fill("2026-03-09")
    watch.expects_lost_connection = True
    page.route("**/api/v1/uploads/*", lambda route: route.abort())  # it stays under way
    page.on("filechooser", lambda chooser: chooser.set_files(lecture_film))
    _tab_to(page, page.get_by_label("Choose recordings"))
    page.keyboard.press("Enter")
    _tab_to(page, page.get_by_role("button", name="Pause"))
    page.keyboard.press("Space")
    expect(page.get_by_text("Paused")).to_be_visible()
    page.unroute_all()
    _tab_to(page, page.get_by_role("button", name="Cancel"))
    page.keyboard.press("Enter")
    expect(page.get_by_text(lecture_film.name)).to_have_count(0)


def test_one_signs_out_by_keyboard(signed_in: SignedIn) -> None:
    page = signed_in(TEACHER)
    _tab_to(page, page.get_by_role("button", name=TEACHER))
    page.keyboard.press("Enter")
    _tab_to(page, page.get_by_role("button", name="Sign out"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("You are signed out.")).to_be_visible()


def _tab_to(page: Page, wanted: Locator, most_stops: int = _MOST_STOPS) -> None:
    """Press Tab until it has the focus; every stop on the way shows that it has it."""
    expect(wanted).to_be_visible()
    for _stop in range(most_stops):
        if wanted.evaluate(_HAS_FOCUS):
            return
        page.keyboard.press("Tab")
        assert page.evaluate(_SHOWS_FOCUS) == ""
    assert wanted.evaluate(_HAS_FOCUS), f"Tab does not reach {wanted}."
