"""Uploads from a real browser straight to a bucket (moto's): in parts, gone on with, refused, and played from there."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from moto.server import ThreadedMotoServer
from playwright.sync_api import BrowserContext, Locator, Page, Request, Route, expect

from attendance.bootstrap import bootstrap
from attendance.errors import InvalidInput
from attendance.services import Services
from attendance.settings import load_settings
from attendance.use_cases.finish_upload import finish_upload
from tests.browser.bucket_site import MEDIA, NAME, Bucket, BucketSite, BucketWatch
from tests.browser.conftest import SignedIn
from tests.browser.running_site import RunningSite
from tests.browser.school import TEACHER, School, _made
from tests.browser.watching import Watch, breaches

pytestmark = pytest.mark.browser

_PART_BYTES = 8 * 1024 * 1024
_COMPLETE = "**/api/v1/direct-uploads/*/complete"


@pytest.fixture(scope="module")
def bucket() -> Iterator[Bucket]:
    """Made empty for these tests; sites that are started meanwhile find it."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    origin = f"http://{host}:{port}"
    with pytest.MonkeyPatch.context() as environment:
        for name, value in {
            "AWS_ENDPOINT_URL_S3": origin,
            "AWS_DEFAULT_REGION": "ap-northeast-2",
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_EC2_METADATA_DISABLED": "true",
        }.items():
            environment.setenv(name, value)
        client = boto3.client("s3")
        client.create_bucket(Bucket=NAME, CreateBucketConfiguration={"LocationConstraint": "ap-northeast-2"})
        yield Bucket(client, origin)
    server.stop()


@pytest.fixture(scope="module")
def school_services(bucket: Bucket, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """What the site has, for what would happen beside it."""
    data = tmp_path_factory.mktemp("bucket-school") / "data"
    services = bootstrap(
        load_settings(
            {
                "ROLLCALL_DATA": str(data),
                "ROLLCALL_TIMEZONE": "Asia/Seoul",
                "ROLLCALL_MEDIA": MEDIA,
            }
        )
    )
    yield services
    services.store.close()


@pytest.fixture(scope="module")
def school_and_site(
    browser: object, school_services: Services, lecture_film: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[School, RunningSite]]:
    """A school whose media are in the bucket."""
    film = Path(shutil.copy(lecture_film, tmp_path_factory.mktemp("film")))
    school = _made(school_services, film)
    site = BucketSite(school_services.settings.data)
    site.start()
    yield school, site
    site.stop()


@pytest.fixture
def watch(context: BrowserContext, origin: str, bucket: Bucket) -> Iterator[Watch]:
    """Fails the test in the end where a page had an error or fetched something from a third place."""
    watch = BucketWatch(context, origin, bucket.origin)
    yield watch
    assert watch.problems == []


@pytest.fixture
def long_film(lecture_film: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """The lecture in five parts; its name is this test's own."""
    free = 4 * _PART_BYTES + 1_000_000
    path = tmp_path / f"긴 강의 {request.node.name}.mp4"
    noise = b"".join(hashlib.sha256(number.to_bytes(4, "big")).digest() for number in range(free // 32))
    path.write_bytes(lecture_film.read_bytes() + (len(noise) + 8).to_bytes(4, "big") + b"free" + noise)
    return path


@pytest.fixture
def upload_page(signed_in: SignedIn, school: School) -> Page:
    """The upload page of a teacher."""
    page = signed_in(TEACHER)
    page.on("dialog", lambda dialog: dialog.accept())  # "Leave the page? Uploads are running."
    page.goto(f"/lectures/upload?course={school.course.id}")
    return page


def test_a_recording_goes_to_the_bucket_in_parts_and_is_searched(
    upload_page: Page, long_film: Path, bucket: Bucket, school_services: Services
) -> None:
    sent = _watch_parts(upload_page, bucket)
    _choose(upload_page, long_film, "2026-03-03")
    row = _row(upload_page, long_film.name)
    expect(row).to_contain_text("Uploaded and searched. The marks are ready.")
    assert sorted(sent) == [1, 2, 3, 4, 5]
    assert _kept(row, bucket, school_services) == _sha256(long_film)
    assert bucket.unfinished() == []
    assert breaches(upload_page) == []
    row.get_by_role("link", name="Open the lecture").click()
    expect(upload_page.get_by_role("row", name="Student 21")).to_contain_text("Present")


def test_pictures_and_the_video_come_from_the_bucket(signed_in: SignedIn, school: School) -> None:
    page = signed_in(TEACHER)
    page.goto(f"/lectures/{school.lecture_id}")
    picture = page.locator("img[src*='/media/']").first
    expect(picture).to_be_visible()
    page.wait_for_function("image => image.complete && image.naturalWidth > 0", arg=picture.element_handle())
    video = page.locator("video").first.element_handle()
    page.evaluate("video => { video.preload = 'auto'; video.load(); }", video)
    page.wait_for_function("video => video.readyState >= 2", arg=video)
    page.evaluate("video => { video.currentTime = video.duration - 1; }", video)
    page.wait_for_function("video => !video.seeking && video.currentTime > video.duration - 2", arg=video)


def test_after_a_reload_only_what_is_missing_is_sent(
    upload_page: Page, long_film: Path, bucket: Bucket, school_services: Services, watch: Watch
) -> None:
    watch.expects_lost_connection = True
    upload_page.route(bucket.parts, _losing(lambda number: number > 3))
    _choose(upload_page, long_film, "2026-03-04")
    expect(_row(upload_page, long_film.name)).to_contain_text("The connection is gone.")
    upload_page.reload()
    unfinished = upload_page.locator("[id^=unfinished-]").filter(has_text=long_film.name)
    expect(unfinished).to_contain_text("25.2 MB of")
    upload_page.unroute_all()
    sent = _watch_parts(upload_page, bucket)
    with upload_page.expect_file_chooser() as chooser:
        unfinished.get_by_role("button", name="Choose the file again").click()
    chooser.value.set_files(long_film)
    row = _row(upload_page, long_film.name)
    expect(row.get_by_role("link", name="Open the lecture")).to_be_visible()
    assert sorted(sent) == [4, 5]
    assert _kept(row, bucket, school_services) == _sha256(long_film)
    expect(unfinished).to_have_count(0)


def test_an_upload_whose_page_was_closed_before_its_end_was_told_ends_without_sending_again(
    upload_page: Page, long_film: Path, bucket: Bucket, school_services: Services, watch: Watch
) -> None:
    watch.expects_lost_connection = True
    upload_page.route(_COMPLETE, lambda route: route.abort())
    _choose(upload_page, long_film, "2026-03-12")
    expect(_row(upload_page, long_film.name)).to_contain_text("The connection is gone.")
    upload_page.reload()
    upload_page.unroute_all()
    sent = _watch_parts(upload_page, bucket)
    _choose(upload_page, long_film, "2026-03-12")
    row = _row(upload_page, long_film.name)
    expect(row.get_by_role("link", name="Open the lecture")).to_be_visible()
    assert sent == []
    assert _kept(row, bucket, school_services) == _sha256(long_film)


def test_no_part_is_lost_while_the_network_is_away(
    upload_page: Page, long_film: Path, bucket: Bucket, school_services: Services, watch: Watch
) -> None:
    watch.expects_lost_connection = True
    upload_page.route(bucket.parts, _losing(lambda number: number in (1, 3)))
    _choose(upload_page, long_film, "2026-03-05")
    row = _row(upload_page, long_film.name)
    expect(row).to_contain_text("The connection is gone.")
    upload_page.unroute_all()
    upload_page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(row.get_by_role("link", name="Open the lecture")).to_be_visible()
    assert _kept(row, bucket, school_services) == _sha256(long_film)


def test_a_link_that_ended_is_replaced_by_a_new_one(
    upload_page: Page, long_film: Path, bucket: Bucket, school_services: Services, watch: Watch
) -> None:
    watch.expected_statuses = {403}
    first: dict[int, str] = {}

    def refuse_the_first(route: Route) -> None:
        request = route.request
        if request.method == "PUT" and first.setdefault(_part_number(request), request.url) == request.url:
            route.fulfill(status=403, headers={"Access-Control-Allow-Origin": "*"}, body="<Error/>")
        else:
            route.continue_()

    upload_page.route(bucket.parts, refuse_the_first)
    _choose(upload_page, long_film, "2026-03-06")
    row = _row(upload_page, long_film.name)
    expect(row.get_by_role("link", name="Open the lecture")).to_be_visible()
    assert set(first) == {1, 2, 3, 4, 5}
    assert _kept(row, bucket, school_services) == _sha256(long_film)


def test_what_the_bucket_refuses_for_good_ends_with_a_sentence(
    upload_page: Page, long_film: Path, bucket: Bucket, watch: Watch
) -> None:
    watch.expected_statuses, watch.expects_lost_connection = {404}, True
    upload_page.route(
        bucket.parts,
        lambda route: route.fulfill(status=404, headers={"Access-Control-Allow-Origin": "*"}, body="<Error/>"),
    )
    _choose(upload_page, long_film, "2026-03-07")
    row = _row(upload_page, long_film.name)
    expect(row).to_contain_text("The upload was refused.")
    upload_page.unroute_all()
    row.get_by_role("button", name="Remove from the list").click()
    expect(row).to_have_count(0)


def test_an_upload_pauses_goes_on_and_is_given_up(
    upload_page: Page, long_film: Path, bucket: Bucket, watch: Watch
) -> None:
    watch.expects_lost_connection = True
    upload_page.route(bucket.parts, _losing(lambda number: number > 1))
    _choose(upload_page, long_film, "2026-03-08")
    row = _row(upload_page, long_film.name)
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
    _choose(upload_page, notes, "2026-03-09")
    row = _row(upload_page, notes.name)
    expect(row).to_contain_text("video")
    with upload_page.expect_response(lambda answer: answer.request.method == "DELETE"):
        row.get_by_role("button", name="Remove from the list").click()
    expect(row).to_have_count(0)
    assert bucket.unfinished() == []


class TestFinishedByEvents:
    """The site leaves whole uploads to somebody else: here the test."""

    @pytest.fixture(autouse=True)
    def whole(self, upload_page: Page, school_services: Services) -> None:
        """Completes as a site with functions of AWS does, which answers 202."""

        def complete(route: Route) -> None:
            school_services.uploads.complete(route.request.url.split("/")[-2])  # type: ignore[attr-defined]
            route.fulfill(status=202, json={"status": "whole", "recording": None})

        upload_page.route(_COMPLETE, complete)

    def test_the_page_waits_for_the_recording(
        self, upload_page: Page, lecture_film: Path, school_services: Services, watch: Watch
    ) -> None:
        _choose(upload_page, lecture_film, "2026-03-10")
        row = _row(upload_page, lecture_film.name)
        expect(row).to_contain_text("It is looked at before it is searched.")
        expect(row.get_by_role("button", name="Pause")).to_be_hidden()
        self._finish(school_services)
        expect(row.get_by_role("link", name="Open the lecture")).to_be_visible()
        expect(row).to_contain_text("The marks are ready.")

    def test_the_page_can_be_left_and_waits_again_for_the_same_file(
        self, upload_page: Page, lecture_film: Path, school_services: Services, bucket: Bucket
    ) -> None:
        _choose(upload_page, lecture_film, "2026-03-13")
        row = _row(upload_page, lecture_film.name)
        expect(row).to_contain_text("It is looked at before it is searched.")
        upload_page.reload()
        sent = _watch_parts(upload_page, bucket)
        _choose(upload_page, lecture_film, "2026-03-13")
        expect(row).to_contain_text("It is looked at before it is searched.")
        self._finish(school_services)
        expect(row.get_by_role("link", name="Open the lecture")).to_be_visible()
        assert sent == []

    def test_an_upload_that_is_looked_at_can_be_given_up(
        self, upload_page: Page, lecture_film: Path, bucket: Bucket
    ) -> None:
        _choose(upload_page, lecture_film, "2026-03-14")
        row = _row(upload_page, lecture_film.name)
        expect(row).to_contain_text("It is looked at before it is searched.")
        row.get_by_role("button", name="Cancel").click()
        expect(row).to_have_count(0)
        assert bucket.unfinished() == []

    def test_the_page_says_why_it_was_refused_also_after_a_reload(
        self, upload_page: Page, tmp_path: Path, school_services: Services
    ) -> None:
        notes = tmp_path / "lines.mp4"
        notes.write_bytes(b"These are my lines of the lecture.")
        _choose(upload_page, notes, "2026-03-11")
        row = _row(upload_page, notes.name)
        expect(row).to_contain_text("It is looked at before it is searched.")
        with pytest.raises(InvalidInput) as refused:
            self._finish(school_services)
        expect(row).to_contain_text(refused.value.sentence)
        upload_page.reload()
        listed = upload_page.locator("[id^=unfinished-]").filter(has_text=notes.name)
        expect(listed).to_contain_text(refused.value.sentence)
        assert breaches(upload_page) == []
        listed.get_by_role("button", name="Remove").click()
        expect(upload_page.get_by_text(notes.name)).to_have_count(0)

    def _finish(self, services: Services) -> None:
        (upload,) = services.uploads.whole()
        services.jobs.enqueue_search(finish_upload(services, upload.id).id)


def _choose(page: Page, file: Path, day: str) -> None:
    page.get_by_label("Date").fill(day)
    page.get_by_label("Starts at").fill("10:00")
    page.get_by_label("Choose recordings").set_input_files(file)


def _row(page: Page, name: str) -> Locator:
    rows = page.get_by_role("list", name="Uploads of this page").get_by_role("listitem")
    return rows.filter(has_text=name)


def _losing(lost: Callable[[int], bool]) -> Callable[[Route], None]:
    """These parts are lost on the way."""

    def answer(route: Route) -> None:
        if route.request.method == "PUT" and lost(_part_number(route.request)):
            route.abort()
        else:
            route.continue_()

    return answer


def _part_number(request: Request) -> int:
    return int(parse_qs(urlsplit(request.url).query)["partNumber"][0])


def _watch_parts(page: Page, bucket: Bucket) -> list[int]:
    """The numbers of the parts that are sent from now on."""
    sent: list[int] = []

    def note(request: Request) -> None:
        if request.method == "PUT" and request.url.startswith(bucket.origin):
            sent.append(_part_number(request))

    page.on("request", note)
    return sent


def _kept(row: Locator, bucket: Bucket, services: Services) -> str:
    """The SHA-256 of what the row's recording is in the bucket."""
    address = row.get_by_role("link", name="Open the lecture").get_attribute("href")
    assert address is not None
    (recording,) = services.store.recordings(address.rpartition("/")[2])
    return bucket.sha256(recording.media_key)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
