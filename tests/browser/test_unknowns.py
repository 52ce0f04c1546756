"""Who is that? A teacher names a stranger of two lectures by keyboard, sees both marked, and takes it back."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from attendance.bootstrap import bootstrap
from attendance.disk.files import DiskFile
from attendance.searching.searches import search_recording
from attendance.settings import load_settings
from attendance.use_cases.recordings.receiving import receive_recording
from attendance.use_cases.unknowns.vectors import set_switch
from tests.browser.conftest import SignedIn
from tests.browser.every_look import broken_now
from tests.browser.running_site import RunningSite
from tests.browser.school import ADMIN, TEACHER, School, fill_school

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_SETTINGS = {"ROLLCALL_TIMEZONE": "Asia/Seoul"}


@pytest.fixture
def school_and_site(browser: Browser, lecture_film: Path, tmp_path: Path) -> Iterator[tuple[School, RunningSite]]:
    """A site of its own: two lectures more show the same people, since vectors of unknown people are stored."""
    data = tmp_path / "data"
    services = bootstrap(load_settings({"ROLLCALL_DATA": str(data), **_SETTINGS}))
    try:
        school = fill_school(services, Path(shutil.copy(lecture_film, tmp_path / "first.mp4")))
        (admin,) = [user for user in services.store.users().items if user.email == ADMIN]
        set_switch(services, admin, school.course, on=True)
        first = services.store.recording(school.recording_id)
        for week in (1, 2):
            recording = receive_recording(
                services,
                file=DiskFile(Path(shutil.copy(lecture_film, tmp_path / f"{week}.mp4"))),
                original_name=f"week {week + 1}.mp4",
                course_id=school.course.id,
                starts_at=first.started_at + timedelta(weeks=week),
                enqueue=False,
            )
            assert search_recording(services, recording.id)
    finally:
        services.store.close()
    site = RunningSite(data)
    site.start()
    yield school, site
    site.stop()


def test_a_stranger_of_two_lectures_is_named_by_keyboard_and_the_name_is_taken_back(
    signed_in: SignedIn, school: School
) -> None:
    page = signed_in(TEACHER)
    page.goto(f"/courses/{school.course.id}")
    page.get_by_role("link", name="Unknown people").click()
    expect(page.get_by_text("Seen 2 times, in 2 lectures")).to_be_visible()
    assert broken_now(page, "unknowns") == []
    page.get_by_role("link", name="Say who this is").first.focus()
    page.keyboard.press("Enter")
    page.get_by_role("searchbox", name="Name or id").focus()
    page.keyboard.type(school.absent.id)
    page.keyboard.press("Enter")
    choice = page.get_by_role("radio", name=school.absent.name)
    choice.focus()
    page.keyboard.press("Space")
    expect(choice).to_be_checked()
    assert broken_now(page, "unknown") == []
    page.get_by_role("button", name="Give this name").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("the lectures were marked anew")
    assert broken_now(page, "unknowns-named") == []
    for _ in _lectures(page):
        row = page.get_by_role("row", name=school.absent.name)
        expect(row).to_contain_text("Present")
        expect(row).to_contain_text("named by a person")
    page.goto(f"/courses/{school.course.id}/unknown")
    page.get_by_role("button", name="Undo").first.click()
    expect(page.get_by_role("status")).to_contain_text("It was undone")


def _lectures(page: Page) -> Iterator[str]:
    page.goto("/lectures/")
    newest = page.locator("a.lecture-link").all()[:2]  # the first one was searched before vectors were stored
    for link in [link.get_attribute("href") for link in newest]:
        assert link is not None
        page.goto(link)
        yield link


def test_the_switch_says_what_it_does(signed_in: SignedIn, school: School) -> None:
    page = signed_in(ADMIN)
    page.goto(f"/courses/{school.course.id}/change")
    assert broken_now(page, "course-change-vectors") == []
    page.get_by_role("button", name="Switch off and forget all of them").click()
    expect(page.get_by_role("status")).to_contain_text("All vectors were forgotten.")
    assert broken_now(page, "course-change-no-vectors") == []
