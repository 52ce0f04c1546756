"""What a first visit fetches, and what the next page fetches after it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Request

from tests.browser.conftest import SignedIn
from tests.browser.school import TEACHER, School

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MOST_REQUESTS = 8
MOST_BYTES = 250_000
_PICTURES = "/media/"


class Fetched:
    """What a page asks for over the network from now on, pictures and videos of people aside."""

    def __init__(self, page: Page) -> None:
        self.requests: list[Request] = []
        page.on("requestfinished", self._finished)

    def _finished(self, request: Request) -> None:
        if _PICTURES not in request.url and not request.url.startswith("data:"):
            self.requests.append(request)

    def sent(self) -> dict[str, int]:
        """Bytes of each answer as it came, compressed; what the browser had is none."""
        sizes = {one.url: one.sizes() for one in self.requests}
        return {url: size["responseBodySize"] + size["responseHeadersSize"] for url, size in sizes.items()}


def test_the_first_visit_fetches_little(page: Page) -> None:
    fetched = Fetched(page)
    page.goto("/login", wait_until="networkidle")
    sent = fetched.sent()
    assert len(sent) <= MOST_REQUESTS, sent
    assert sum(sent.values()) < MOST_BYTES, sent
    print(f"first visit: {len(sent)} requests, {sum(sent.values())} bytes")


@pytest.mark.parametrize("path", ["/lectures/", "/review/", "/log/", "lecture", "/courses/", "/students/"])
def test_a_page_fetches_little_also_where_nothing_is_stored(signed_in: SignedIn, school: School, path: str) -> None:
    page = signed_in(TEACHER)
    page.context.new_cdp_session(page).send("Network.clearBrowserCache")
    fetched = Fetched(page)
    page.goto(f"/lectures/{school.lecture_id}" if path == "lecture" else path, wait_until="networkidle")
    sent = fetched.sent()
    assert len(sent) <= MOST_REQUESTS + 1, sent
    assert sum(sent.values()) < MOST_BYTES, sent
    print(f"{path}: {len(sent)} requests, {sum(sent.values())} bytes")


def test_what_was_fetched_once_is_kept_for_good(signed_in: SignedIn) -> None:
    page = signed_in(TEACHER)
    page.goto("/lectures/", wait_until="networkidle")
    answers: dict[str, dict[str, str]] = {}
    page.on("response", lambda answer: answers.update({answer.url: answer.headers}))
    page.goto("/lectures/", wait_until="networkidle")
    kept = [headers["cache-control"] for url, headers in answers.items() if "/static/" in url]
    assert kept
    assert set(kept) == {"public, max-age=31536000, immutable"}
