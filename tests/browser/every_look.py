"""Whether pages keep the rules in both themes, on a desk and on a phone; the pictures of that can be kept."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Literal

from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.axe import axe_breaches
from tests.browser.watching import breaches

Pages = Sequence[tuple[str, str]]
_SIZES: dict[str, ViewportSize] = {"desk": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}
_THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def broken(page: Page, pages: Pages) -> list[str]:
    """What these pages break, each by its name and address."""
    found = []
    for name, path in pages:
        page.goto(path)
        found += broken_now(page, name)
    return found


def broken_now(page: Page, name: str) -> list[str]:
    """The theme is the device's, which may change while a page is open; so may its size."""
    found = []
    for (size, viewport), theme in product(_SIZES.items(), _THEMES):
        page.set_viewport_size(viewport)
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        expect(page.locator("html")).to_have_attribute("data-bs-theme", theme)
        found += [
            f"{name} ({size}, {theme}) {breach}"
            for breach in (*breaches(page), *axe_breaches(page, colours=theme != "light"))
        ]
        store_picture(page, f"{name}-{size}-{theme}")
    return found


def store_picture(page: Page, name: str) -> None:
    """Where somebody wants to look at it."""
    folder = os.environ.get("SCREENSHOTS_DIR")
    if folder:
        page.wait_for_load_state("networkidle")
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
