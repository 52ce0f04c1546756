"""Uploads to a bucket whose events finish them elsewhere: the page waits for what becomes of them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from attendance.errors import InvalidInput
from attendance.searching.searches import search_recording
from attendance.services import Services
from attendance.use_cases.recordings.finishing import finish_upload
from tests.browser.bucket_site import Bucket, bucket_site_services, watch_parts
from tests.browser.school import School, fill_school
from tests.browser.served_here import served_here
from tests.browser.upload_form import choose, row_of
from tests.browser.watching import breaches
from tests.fakes.jobs import FakeJobs

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def services(bucket: Bucket, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """The functions that finish and search are played by the tests: no worker does it at a time of its own."""
    data = tmp_path_factory.mktemp("events-school") / "data"
    services = bucket_site_services(data, ROLLCALL_JOBS="lambda:https://sqs.example.org/searches")
    yield replace(services, jobs=FakeJobs())
    services.store.close()


@pytest.fixture(scope="module")
def school(services: Services, lecture_film: Path, tmp_path_factory: pytest.TempPathFactory) -> School:
    """A school whose media are in the bucket."""
    return fill_school(services, Path(shutil.copy(lecture_film, tmp_path_factory.mktemp("film"))))


@pytest.fixture(scope="module")
def origin(services: Services) -> Iterator[str]:
    """Served in this process."""
    with served_here(services) as address:
        yield address


@pytest.fixture
def origins(origin: str, bucket: Bucket) -> tuple[str, ...]:
    """Pages may fetch from the bucket too."""
    return origin, bucket.origin


def test_the_page_waits_for_the_recording(upload_page: Page, lecture_film: Path, services: Services) -> None:
    choose(upload_page, lecture_film, "2026-03-10")
    row = row_of(upload_page, lecture_film.name)
    expect(row).to_contain_text("It is looked at before it is searched.")
    expect(row.get_by_role("button", name="Pause")).to_be_hidden()
    _finish(services)
    expect(row.get_by_role("link", name="Open the lecture")).to_be_visible()
    expect(row).to_contain_text("The marks are ready.")


def test_the_page_can_be_left_and_waits_again_for_the_same_file(
    upload_page: Page, lecture_film: Path, services: Services, bucket: Bucket
) -> None:
    choose(upload_page, lecture_film, "2026-03-13")
    row = row_of(upload_page, lecture_film.name)
    expect(row).to_contain_text("It is looked at before it is searched.")
    upload_page.reload()
    sent = watch_parts(upload_page, bucket)
    choose(upload_page, lecture_film, "2026-03-13")
    expect(row).to_contain_text("It is looked at before it is searched.")
    _finish(services)
    expect(row.get_by_role("link", name="Open the lecture")).to_be_visible()
    assert sent == []


def test_an_upload_that_is_looked_at_can_be_given_up(upload_page: Page, lecture_film: Path, bucket: Bucket) -> None:
    choose(upload_page, lecture_film, "2026-03-14")
    row = row_of(upload_page, lecture_film.name)
    expect(row).to_contain_text("It is looked at before it is searched.")
    row.get_by_role("button", name="Cancel").click()
    expect(row).to_have_count(0)
    assert bucket.unfinished() == []


def test_the_page_says_why_it_was_refused_also_after_a_reload(
    upload_page: Page, tmp_path: Path, services: Services
) -> None:
    notes = tmp_path / "lines.mp4"
    notes.write_bytes(b"These are my lines of the lecture.")
    choose(upload_page, notes, "2026-03-11")
    row = row_of(upload_page, notes.name)
    expect(row).to_contain_text("It is looked at before it is searched.")
    with pytest.raises(InvalidInput) as refused:
        _finish(services)
    expect(row).to_contain_text(refused.value.sentence)
    upload_page.reload()
    listed = upload_page.locator("[id^=unfinished-]").filter(has_text=notes.name)
    expect(listed).to_contain_text(refused.value.sentence)
    assert breaches(upload_page) == []
    listed.get_by_role("button", name="Remove").click()
    expect(upload_page.get_by_text(notes.name)).to_have_count(0)


def _finish(services: Services) -> None:
    """What the functions do when the bucket tells them of an object."""
    (upload,) = services.uploads.whole()
    assert search_recording(services, finish_upload(services, upload.id).id)
