"""The upload page of a site whose face engine charges: what each file costs to search, before it is sent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from attendance.changes import SetTeachers
from attendance.model import Role
from attendance.use_cases.people.accounts import add_user
from tests.browser.conftest import SignedIn
from tests.browser.school import PASSWORD, TEACHER
from tests.browser.served_here import served_here
from tests.browser.upload_form import row_of
from tests.browser.watching import breaches
from tests.unit.in_memory import MemoryServices, a_course, services_in_memory

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_PRICE, _MOST = 6.0, 5.0  # US dollars; the film is of 12 seconds
_NOTHING_IS_SENT = "XMLHttpRequest.prototype.send = () => {}"


@pytest.fixture
def services(tmp_path: Path) -> MemoryServices:
    """A course and its teacher, and an engine that charges."""
    services = services_in_memory(
        tmp_path,
        ROLLCALL_PRICE_PER_MINUTE=str(_PRICE),
        ROLLCALL_MONTHLY_BUDGET=str(_MOST),
        ROLLCALL_RATE_STORE="memory://",
    )
    services.faces.charges_by_minute = True
    teacher = add_user(
        services, email=TEACHER, name="Teacher Example", role=Role.TEACHER, password=PASSWORD, student_id=None, by=None
    ).user
    services.store.commit(SetTeachers(a_course(services).id, [teacher.id]))
    return services


@pytest.fixture
def origin(services: MemoryServices) -> Iterator[str]:
    """The site, in a thread of this process."""
    with served_here(services) as address:
        yield address


@pytest.fixture
def upload_page(signed_in: SignedIn) -> Page:
    page = signed_in(TEACHER)
    page.goto("/lectures/upload")
    page.get_by_label("Date").fill("2026-03-01")
    return page


def test_each_file_says_what_it_costs_before_it_is_sent(upload_page: Page, lecture_film: Path) -> None:
    upload_page.evaluate(_NOTHING_IS_SENT)
    expect(upload_page.get_by_text("This month: 0.00 of 5.00 USD")).to_be_visible()
    upload_page.get_by_label("Choose recordings").set_input_files(lecture_film)
    row = row_of(upload_page, lecture_film.name)
    expect(row).to_contain_text("About 1.20 USD to search (0:12).")
    expect(row).not_to_contain_text("more than is left")
    expect(row).to_contain_text("The upload begins")
    assert breaches(upload_page) == []


def test_more_than_the_month_has_left_is_said(upload_page: Page, services: MemoryServices, lecture_film: Path) -> None:
    assert services.store.order_search("2026-03", "before", 40, None)
    upload_page.reload()
    upload_page.evaluate(_NOTHING_IS_SENT)
    upload_page.get_by_label("Choose recordings").set_input_files(lecture_film)
    row = row_of(upload_page, lecture_film.name)
    expect(row).to_contain_text(
        "That is more than is left of this month's budget: it would be stored, but not searched."
    )


def test_a_length_that_the_browser_cannot_read_and_a_picture_are_told_apart(upload_page: Page, tmp_path: Path) -> None:
    upload_page.evaluate(_NOTHING_IS_SENT)
    for name in ("unknown.avi", "class.jpg"):
        (tmp_path / name).write_bytes(b"no browser plays this")
    upload_page.get_by_label("Choose recordings").set_input_files([tmp_path / "unknown.avi", tmp_path / "class.jpg"])
    unknown, picture = row_of(upload_page, "unknown.avi"), row_of(upload_page, "class.jpg")
    expect(unknown).to_contain_text("To search: 6.00 USD a minute. This browser cannot tell how long the video is.")
    expect(picture).to_be_visible()
    expect(picture).not_to_contain_text("USD")


def test_a_file_that_is_taken_away_while_its_length_is_read_is_never_sent(
    upload_page: Page, lecture_film: Path
) -> None:
    asked: list[str] = []
    upload_page.on("request", lambda request: asked.append(request.url) if "/uploads" in request.url else None)
    upload_page.clock.install()
    upload_page.evaluate(
        """() => {
            const create = document.createElement.bind(document);
            document.createElement = (name) => (name === "video" ? create("div") : create(name));
        }"""
    )  # its length is never told
    upload_page.get_by_label("Choose recordings").set_input_files(lecture_film)
    row = row_of(upload_page, lecture_film.name)
    row.get_by_role("button", name="Cancel").click()
    expect(row).to_have_count(0)
    upload_page.clock.run_for(60_000)
    assert asked == []


def test_a_used_up_month_is_said_before_anything_is_sent(upload_page: Page, services: MemoryServices) -> None:
    assert services.store.order_search("2026-03", "before", 600, None)
    upload_page.reload()
    expect(upload_page.get_by_text("This month's budget for searching videos is used up")).to_be_visible()
    expect(upload_page.get_by_text("This month: 60.00 of 5.00 USD")).to_be_visible()
    assert breaches(upload_page) == []
