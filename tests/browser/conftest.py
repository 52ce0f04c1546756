"""A real Chromium, and real sites with their workers, for tests that do what people do.

Set SCREENSHOTS_DIR to keep pictures of every page.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.bucket_site import Bucket, open_bucket
from tests.browser.films import film_lecture, film_webcam
from tests.browser.running_site import RunningSite
from tests.browser.school import PASSWORD, TEACHER, School, make_school
from tests.browser.watching import Watch

_PATIENCE_MS = 60_000
expect.set_options(timeout=_PATIENCE_MS)
_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_CAMERA = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")

SignedIn = Callable[[str], Page]


@pytest.fixture(scope="session")
def lecture_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Filmed once, it is copied by whoever moves it."""
    path = tmp_path_factory.mktemp("films") / "week 2.mp4"
    film_lecture(path)
    return path


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Debian's Chromium, with a drawn person before its camera."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium).")
    webcam = tmp_path_factory.mktemp("webcam") / "webcam.mjpeg"
    film_webcam(webcam)
    camera = (*_CAMERA, f"--use-file-for-fake-video-capture={webcam}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=[*_QUIET, *camera])
        yield browser
        browser.close()


@pytest.fixture
def new_site(browser: Browser, tmp_path: Path) -> Iterator[RunningSite]:
    """A site on its first start, with nobody in it."""
    site = RunningSite(tmp_path / "data")
    site.start()
    yield site
    site.stop()


@pytest.fixture(scope="session")
def school_and_site(
    browser: Browser, lecture_film: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[School, RunningSite]]:
    """A site with a school in it, which the tests of a run share."""
    folder = tmp_path_factory.mktemp("school")
    school = make_school(folder / "data", Path(shutil.copy(lecture_film, folder)))
    site = RunningSite(folder / "data")
    site.start()
    yield school, site
    site.stop()


@pytest.fixture(scope="module")
def bucket() -> Iterator[Bucket]:
    """Empty when the tests of a module begin."""
    with open_bucket() as bucket:
        yield bucket


@pytest.fixture
def school(school_and_site: tuple[School, RunningSite]) -> School:
    """What is in the site."""
    return school_and_site[0]


@pytest.fixture
def site(school_and_site: tuple[School, RunningSite]) -> RunningSite:
    """The site with the school."""
    return school_and_site[1]


@pytest.fixture
def origin(site: RunningSite) -> str:
    """The address of the site that a test visits."""
    return site.url


@pytest.fixture
def context(browser: Browser, origin: str) -> Iterator[BrowserContext]:
    """A browser window of its own, with the clock of Seoul."""
    context = browser.new_context(
        base_url=origin, timezone_id="Asia/Seoul", locale="en-GB", viewport={"width": 1280, "height": 900}
    )
    context.set_default_timeout(_PATIENCE_MS)
    yield context
    context.close()


@pytest.fixture
def origins(origin: str) -> tuple[str, ...]:
    """Where pages may fetch something from."""
    return (origin,)


@pytest.fixture
def watch(context: BrowserContext, origins: tuple[str, ...]) -> Iterator[Watch]:
    """Fails the test in the end where a page had an error or fetched something from elsewhere."""
    watch = Watch(context, origins)
    yield watch
    assert watch.problems == []


@pytest.fixture
def page(context: BrowserContext, watch: Watch) -> Page:
    """A page of somebody who is not signed in."""
    return context.new_page()


@pytest.fixture
def signed_in(page: Page) -> SignedIn:
    """Signs the page in."""

    def sign_in(email: str) -> Page:
        page.goto("/login")
        page.get_by_label("Email").fill(email)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda url: "/login" not in url)
        return page

    return sign_in


@pytest.fixture
def upload_page(signed_in: SignedIn, school: School) -> Page:
    """The upload page of a teacher, who also leaves it while uploads are running."""
    page = signed_in(TEACHER)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"/lectures/upload?course={school.course.id}")
    return page
