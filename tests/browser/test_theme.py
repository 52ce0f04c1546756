"""The theme that a reader chooses stays."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import SignedIn
from tests.browser.school import TEACHER

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_the_chosen_theme_stays_after_a_reload_and_in_new_windows(signed_in: SignedIn, context: BrowserContext) -> None:
    page = signed_in(TEACHER)
    _choose(page, "Dark")
    page.reload()
    _has_theme(page, "dark")
    another = context.new_page()
    another.goto("/courses/")
    _has_theme(another, "dark")
    _choose(another, "As the device")
    _has_theme(another, "light")


def _choose(page: Page, theme: str) -> None:
    page.get_by_role("button", name=TEACHER).click()
    page.get_by_role("button", name=theme).click()


def _has_theme(page: Page, theme: str) -> None:
    expect(page.locator("html")).to_have_attribute("data-bs-theme", theme)
