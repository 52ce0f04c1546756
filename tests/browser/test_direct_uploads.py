"""Uploads from a real browser straight to a bucket (moto's): in parts, gone on with, refused, and played from there."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from attendance.services import Services
from tests.browser.bucket_site import (
    Bucket,
    BucketSite,
    bucket_site_services,
    part_number,
    watch_parts,
)
from tests.browser.conftest import SignedIn
from tests.browser.running_site import RunningSite
from tests.browser.school import TEACHER, School, fill_school
from tests.browser.upload_form import choose, row_of
from tests.browser.watching import Watch, breaches

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_PART_BYTES = 8 * 1024 * 1024
_COMPLETE = "**/api/v1/direct-uploads/*/complete"


@pytest.fixture(scope="module")
def bucket_services(bucket: Bucket, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """What the site has, for what would happen beside it."""
    services = bucket_site_services(tmp_path_factory.mktemp("bucket-school") / "data")
    yield services
    services.store.close()


@pytest.fixture(scope="module")
def school_and_site(
    browser: object, bucket_services: Services, lecture_film: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[School, RunningSite]]:
    """A school whose media are in the bucket."""
    film = Path(shutil.copy(lecture_film, tmp_path_factory.mktemp("film")))
    school = fill_school(bucket_services, film)
    site = BucketSite(bucket_services.settings.data)
    site.start()
    yield school, site
    site.stop()


@pytest.fixture
def origins(origin: str, bucket: Bucket) -> tuple[str, ...]:
    """Pages may fetch from the bucket too."""
    return origin, bucket.origin


@pytest.fixture
def long_film(lecture_film: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """The lecture in five parts; its name is this test's own."""
    free = 4 * _PART_BYTES + 1_000_000
    path = tmp_path / f"긴 강의 {request.node.name}.mp4"
    noise = b"".join(hashlib.sha256(number.to_bytes(4, "big")).digest() for number in range(free // 32))
    path.write_bytes(lecture_film.read_bytes() + (len(noise) + 8).to_bytes(4, "big") + b"free" + noise)
    return path


def test_a_recording_goes_to_the_bucket_in_parts_and_is_searched(
    upload_page: Page, long_film: Path, bucket: Bucket, bucket_services: Services
) -> None:
    sent = watch_parts(upload_page, bucket)
    choose(upload_page, long_film, "2026-03-03")
    row = row_of(upload_page, long_film.name)
    expect(row).to_contain_text("Uploaded and searched. The marks are ready.")
    assert sorted(sent) == [1, 2, 3, 4, 5]
    assert _kept(row, bucket, bucket_services) == _sha256(long_film)
    assert bucket.unfinished() == []
    assert breaches(upload_page) == []
    row.get_by_role("link", name="Open the lecture").click()
    expect(upload_page.get_by_role("row", name="Student 21")).to_contain_text("Present")


def test_pictures_and_the_video_come_from_the_bucket(signed_in: SignedIn, school: School) -> None:
    page = signed_in(TEACHER)
    page.goto(f"/lectures/{school.lecture_id}")
    picture = page.locator("img[src*='/media/']").first
    expect(picture).to_be_visible()
    picture.evaluate("image => image.decode()")
    seconds = page.locator("video").first.evaluate(
        """async (video) => {
            const happens = (name) => new Promise((resolve, reject) => {
                video.addEventListener(name, resolve, { once: true });
                video.addEventListener("error", () => reject(new Error(video.error.message)), { once: true });
            });
            const loaded = happens("loadeddata");
            video.preload = "auto";
            video.load();
            await loaded;
            const sought = happens("seeked");
            video.currentTime = video.duration - 1;
            await sought;
            return { length: video.duration, at: video.currentTime };
        }"""
    )
    assert seconds["at"] == pytest.approx(seconds["length"] - 1, abs=0.5)


def test_after_a_reload_only_what_is_missing_is_sent(
    upload_page: Page, long_film: Path, bucket: Bucket, bucket_services: Services, watch: Watch
) -> None:
    watch.expects_lost_connection = True
    upload_page.route(bucket.parts, _losing(lambda number: number > 3))
    choose(upload_page, long_film, "2026-03-04")
    expect(row_of(upload_page, long_film.name)).to_contain_text("The connection is gone.")
    upload_page.reload()
    unfinished = upload_page.locator("[id^=unfinished-]").filter(has_text=long_film.name)
    expect(unfinished).to_contain_text("25.2 MB of")
    upload_page.unroute_all()
    sent = watch_parts(upload_page, bucket)
    with upload_page.expect_file_chooser() as chooser:
        unfinished.get_by_role("button", name="Choose the file again").click()
    chooser.value.set_files(long_film)
    row = row_of(upload_page, long_film.name)
    expect(row.get_by_role("link", name="Open the lecture")).to_be_visible()
    assert sorted(sent) == [4, 5]
    assert _kept(row, bucket, bucket_services) == _sha256(long_film)
    expect(unfinished).to_have_count(0)


def test_an_upload_whose_page_was_closed_before_its_end_was_told_ends_without_sending_again(
    upload_page: Page, long_film: Path, bucket: Bucket, bucket_services: Services, watch: Watch
) -> None:
    watch.expects_lost_connection = True
    upload_page.route(_COMPLETE, lambda route: route.abort())
    choose(upload_page, long_film, "2026-03-12")
    expect(row_of(upload_page, long_film.name)).to_contain_text("The connection is gone.")
    upload_page.reload()
    upload_page.unroute_all()
    sent = watch_parts(upload_page, bucket)
    choose(upload_page, long_film, "2026-03-12")
    row = row_of(upload_page, long_film.name)
    expect(row.get_by_role("link", name="Open the lecture")).to_be_visible()
    assert sent == []
    assert _kept(row, bucket, bucket_services) == _sha256(long_film)


def test_no_part_is_lost_while_the_network_is_away(
    upload_page: Page, long_film: Path, bucket: Bucket, bucket_services: Services, watch: Watch
) -> None:
    watch.expects_lost_connection = True
    upload_page.route(bucket.parts, _losing(lambda number: number in (1, 3)))
    choose(upload_page, long_film, "2026-03-05")
    row = row_of(upload_page, long_film.name)
    expect(row).to_contain_text("The connection is gone.")
    upload_page.unroute_all()
    upload_page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(row.get_by_role("link", name="Open the lecture")).to_be_visible()
    assert _kept(row, bucket, bucket_services) == _sha256(long_film)


def test_a_link_that_ended_is_replaced_by_a_new_one(
    upload_page: Page, long_film: Path, bucket: Bucket, bucket_services: Services, watch: Watch
) -> None:
    watch.expected_statuses = {403}
    first: dict[int, str] = {}

    def refuse_the_first(route: Route) -> None:
        request = route.request
        if request.method == "PUT" and first.setdefault(part_number(request), request.url) == request.url:
            route.fulfill(status=403, headers={"Access-Control-Allow-Origin": "*"}, body="<Error/>")
        else:
            route.continue_()

    upload_page.route(bucket.parts, refuse_the_first)
    choose(upload_page, long_film, "2026-03-06")
    row = row_of(upload_page, long_film.name)
    expect(row.get_by_role("link", name="Open the lecture")).to_be_visible()
    assert set(first) == {1, 2, 3, 4, 5}
    assert _kept(row, bucket, bucket_services) == _sha256(long_film)


def test_what_the_bucket_refuses_for_good_ends_with_a_sentence(
    upload_page: Page, long_film: Path, bucket: Bucket, watch: Watch
) -> None:
    watch.expected_statuses, watch.expects_lost_connection = {404}, True
    upload_page.route(
        bucket.parts,
        lambda route: route.fulfill(status=404, headers={"Access-Control-Allow-Origin": "*"}, body="<Error/>"),
    )
    choose(upload_page, long_film, "2026-03-07")
    row = row_of(upload_page, long_film.name)
    expect(row).to_contain_text("The upload was refused.")
    upload_page.unroute_all()
    row.get_by_role("button", name="Remove from the list").click()
    expect(row).to_have_count(0)


def test_an_upload_pauses_goes_on_and_is_given_up(
    upload_page: Page, long_film: Path, bucket: Bucket, watch: Watch
) -> None:
    watch.expects_lost_connection = True
    upload_page.route(bucket.parts, _losing(lambda number: number > 1))
    choose(upload_page, long_film, "2026-03-08")
    row = row_of(upload_page, long_film.name)
    expect(row).to_contain_text("The connection is gone.")
    row.get_by_role("button", name="Pause").click()
    expect(row).to_contain_text("Paused")
    row.get_by_role("button", name="Go on").click()
    expect(row).to_contain_text("The connection is gone.")
    assert bucket.unfinished() != []
    with upload_page.expect_response(lambda answer: answer.request.method == "DELETE") as answer:
        row.get_by_role("button", name="Cancel").click()
    assert answer.value.status == 204
    expect(row).to_have_count(0)
    assert bucket.unfinished() == []
    upload_page.reload()
    expect(upload_page.get_by_text(long_film.name)).to_have_count(0)


def test_a_file_that_is_no_recording_is_refused_with_the_reason(
    upload_page: Page, tmp_path: Path, watch: Watch, bucket: Bucket
) -> None:
    watch.expected_statuses = {422}
    notes = tmp_path / "notes.mp4"
    notes.write_bytes(b"These are my notes of the lecture.")
    choose(upload_page, notes, "2026-03-09")
    row = row_of(upload_page, notes.name)
    expect(row).to_contain_text("video")
    with upload_page.expect_response(lambda answer: answer.request.method == "DELETE"):
        row.get_by_role("button", name="Remove from the list").click()
    expect(row).to_have_count(0)
    assert bucket.unfinished() == []


def _losing(lost: Callable[[int], bool]) -> Callable[[Route], None]:
    """These parts are lost on the way."""

    def answer(route: Route) -> None:
        if route.request.method == "PUT" and lost(part_number(route.request)):
            route.abort()
        else:
            route.continue_()

    return answer


def _kept(row: Locator, bucket: Bucket, services: Services) -> str:
    """The SHA-256 of what the row's recording is in the bucket."""
    address = row.get_by_role("link", name="Open the lecture").get_attribute("href")
    assert address is not None
    (recording,) = services.store.recordings(address.rpartition("/")[2])
    return bucket.sha256(recording.media_key)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
