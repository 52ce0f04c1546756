"""Uploads in the page: dropped, refused, gone on with after a reload and after the site was killed."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.late_script import LateScript
from tests.browser.running_site import RunningSite
from tests.browser.school import School
from tests.browser.upload_form import choose, row_of, say_when
from tests.browser.watching import Watch, breaches

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_PIECE_BYTES = 8 * 1024 * 1024  # what upload.js sends at once
_PATCHES = "**/api/v1/uploads/*"


@pytest.fixture
def long_film(lecture_film: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """The lecture in more than one piece, for an MP4 may end with a box of nothing; its name is this test's own."""
    free = _PIECE_BYTES + 1_000_000
    path = tmp_path / f"긴 강의 {request.node.name}.mp4"
    path.write_bytes(lecture_film.read_bytes() + free.to_bytes(4, "big") + b"free" + bytes(free - 8))
    return path


def test_dropped_files_are_sent_one_after_the_other_and_a_bad_one_is_refused(
    upload_page: Page, lecture_film: Path, watch: Watch
) -> None:
    watch.expected_statuses = {422}
    say_when(upload_page, "2026-03-03")
    _drop(upload_page, {"week 3.mp4": lecture_film.read_bytes(), "notes.mp4": b"These are my notes of the lecture."})
    good, bad = row_of(upload_page, "week 3.mp4"), row_of(upload_page, "notes.mp4")
    expect(bad).to_contain_text("video")
    expect(bad.get_by_role("button", name="Remove from the list")).to_be_visible()
    expect(bad.get_by_role("link", name="Open the lecture")).to_be_hidden()
    expect(good).to_contain_text("Uploaded and searched. The marks are ready.")
    assert breaches(upload_page) == []
    good.get_by_role("link", name="Open the lecture").click()
    expect(upload_page.get_by_role("row", name="Student 21")).to_contain_text("Present")
    expect(upload_page.get_by_text("notes.mp4")).to_have_count(0)


def test_what_was_said_and_chosen_before_the_script_was_there_is_kept(
    upload_page: Page, school: School, lecture_film: Path
) -> None:
    script = LateScript(upload_page, "upload.js")
    upload_page.goto(f"/lectures/upload?course={school.course.id}", wait_until="commit")
    choose(upload_page, lecture_film, "2026-03-20")
    script.comes()
    row = row_of(upload_page, "week 2.mp4")
    expect(row).to_contain_text("2026-03-20 10:00")
    expect(row.get_by_role("link", name="Open the lecture")).to_be_visible()


def test_the_lecture_page_shows_the_marks_when_the_search_ends_without_a_reload(
    upload_page: Page, lecture_film: Path
) -> None:
    choose(upload_page, lecture_film, "2026-03-04")
    row_of(upload_page, "week 2.mp4").get_by_role("link", name="Open the lecture").click()
    upload_page.evaluate("window.wasHere = true")
    expect(upload_page.get_by_role("row", name="Student 22")).to_contain_text("Late")
    assert upload_page.evaluate("window.wasHere")


def test_a_half_done_upload_goes_on_after_a_reload(upload_page: Page, long_film: Path, watch: Watch) -> None:
    watch.expects_lost_connection = True
    _send_the_first_piece(upload_page, long_film, "2026-03-05")
    upload_page.reload()
    unfinished = upload_page.locator("[id^=unfinished-]").filter(has_text=long_film.name)
    expect(unfinished).to_contain_text(f"8.4 MB of {long_film.stat().st_size / 1e6:.1f} MB are here")
    upload_page.unroute_all()
    offsets = _watch_offsets(upload_page)
    with upload_page.expect_file_chooser() as chooser:
        unfinished.get_by_role("button", name="Choose the file again").click()
    chooser.value.set_files(long_film)
    expect(row_of(upload_page, long_film.name).get_by_role("link", name="Open the lecture")).to_be_visible()
    assert offsets[0] == _PIECE_BYTES
    expect(unfinished).to_have_count(0)


def test_a_half_done_upload_goes_on_after_the_site_was_killed(
    upload_page: Page, long_film: Path, watch: Watch, site: RunningSite
) -> None:
    watch.expects_lost_connection = True
    _send_the_first_piece(upload_page, long_film, "2026-03-06")
    site.kill_web_server()
    site.wait_until_it_answers()
    offsets = _watch_offsets(upload_page)  # before the way is free: the page may be trying at this moment
    upload_page.unroute_all()
    expect(row_of(upload_page, long_film.name).get_by_role("link", name="Open the lecture")).to_be_visible()
    assert set(offsets) == {_PIECE_BYTES}


def test_an_upload_pauses_goes_on_and_is_given_up(upload_page: Page, long_film: Path, watch: Watch) -> None:
    watch.expects_lost_connection = True
    _send_the_first_piece(upload_page, long_film, "2026-03-07")
    row = row_of(upload_page, long_film.name)
    row.get_by_role("button", name="Pause").click()
    expect(row).to_contain_text("Paused")
    row.get_by_role("button", name="Go on").click()
    expect(row).to_contain_text("The connection is gone.")
    upload_page.unroute_all()
    with upload_page.expect_response(lambda answer: answer.request.method == "DELETE") as answer:
        row.get_by_role("button", name="Cancel").click()
    assert answer.value.status == 204
    expect(row).to_have_count(0)
    upload_page.reload()
    expect(upload_page.get_by_text(long_film.name)).to_have_count(0)


def test_an_upload_that_is_given_up_after_its_last_byte_says_that_it_is_there(
    upload_page: Page, lecture_film: Path, watch: Watch
) -> None:
    watch.expects_lost_connection, watch.expected_statuses = True, {404}
    _lose_answers(upload_page, lecture_film)
    choose(upload_page, lecture_film, "2026-03-08")
    row = row_of(upload_page, lecture_film.name)
    expect(row).to_contain_text("The connection is gone.")
    row.get_by_role("button", name="Cancel").click()
    expect(row.get_by_role("link", name="Open the lecture")).to_be_visible()


def _drop(page: Page, files: dict[str, bytes]) -> None:
    as_text = {name: base64.b64encode(content).decode() for name, content in files.items()}
    dropped = page.evaluate_handle(
        """files => {
            const dropped = new DataTransfer();
            for (const [name, text] of Object.entries(files)) {
                const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
                dropped.items.add(new File([bytes], name, { type: "video/mp4" }));
            }
            return dropped;
        }""",
        as_text,
    )
    page.locator("#upload-zone").dispatch_event("drop", {"dataTransfer": dropped})


def _send_the_first_piece(page: Page, film: Path, day: str) -> None:
    """Every further one is lost on the way."""
    page.route(_PATCHES, _lose_what_follows)
    choose(page, film, day)
    expect(row_of(page, film.name)).to_contain_text("The connection is gone.")


def _lose_what_follows(route: Route) -> None:
    if route.request.method == "PATCH" and route.request.headers["upload-offset"] != "0":
        route.abort()
    else:
        route.continue_()


def _lose_answers(page: Page, film: Path) -> None:
    """All bytes arrive, but the page does not learn of it before it gives the upload up."""
    given_up = False

    def lose(route: Route) -> None:
        nonlocal given_up
        method = route.request.method
        given_up = given_up or method == "DELETE"
        if given_up:
            route.continue_()
            return
        if method == "PATCH":
            page.request.patch(route.request.url, headers=route.request.headers, data=film.read_bytes())
        route.abort()

    page.route(_PATCHES, lose)


def _watch_offsets(page: Page) -> list[int]:
    """Where the pieces begin that are sent from now on."""
    offsets: list[int] = []
    page.on(
        "request",
        lambda request: offsets.append(int(request.headers["upload-offset"])) if request.method == "PATCH" else None,
    )
    return offsets
