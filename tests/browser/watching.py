"""Watches every page of a browser context: no errors in the console, nothing fetched elsewhere, the rules of pages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request

_RULES = Path(__file__).with_name("page_rules.js").read_text()
_STATUS = re.compile(r"Failed to load resource: the server responded with a status of (\d+)")
_LOST = "net::ERR_"


class Watch:
    """Collects what went wrong in a context. Answers and losses that a test provokes are named by it beforehand."""

    def __init__(self, context: BrowserContext, origins: Sequence[str]) -> None:
        self.problems: list[str] = []
        self.expected_statuses: set[int] = set()
        self.expects_lost_connection = False
        self._own = (*(f"{origin}/" for origin in origins), "data:", "blob:")
        context.on("console", self._console)
        context.on("weberror", lambda error: self.problems.append(f"error in a script: {error.error}"))
        context.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        """Chromium reports breaches of the Content-Security-Policy here too."""
        if message.type not in ("error", "warning") or self._is_expected(message.text):
            return
        self.problems.append(f"{message.type} in the console: {message.text} at {message.location.get('url')}")

    def _is_expected(self, text: str) -> bool:
        status = _STATUS.match(text)
        if status:
            return int(status[1]) in self.expected_statuses
        return self.expects_lost_connection and _LOST in text

    def _request(self, request: Request) -> None:
        if not request.url.startswith(self._own):
            self.problems.append(f"fetched from elsewhere: {request.url}")


def breaches(page: Page) -> list[str]:
    """Which rules of a page, such as one h1 and a label for every input, this one breaks."""
    found: list[str] = page.evaluate(_RULES)
    return found
