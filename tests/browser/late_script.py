"""A script that comes late, as over a slow line: what people do before it is there must not be lost."""

from __future__ import annotations

from playwright.sync_api import Page, Route

_LOOK_EVERY_MS = 20


class LateScript:
    """Held back from the page until it `comes`."""

    def __init__(self, page: Page, name: str) -> None:
        self._page = page
        self._held: list[Route] = []
        page.route(f"**/js/{name}", self._hold)

    def comes(self) -> None:
        """Waits for the page to ask for it."""
        while not self._held:
            self._page.wait_for_timeout(_LOOK_EVERY_MS)
        self._held.pop().continue_()

    def _hold(self, route: Route) -> None:  # Playwright takes no method of a list
        self._held.append(route)
