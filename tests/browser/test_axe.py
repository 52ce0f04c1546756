"""axe-core is there where npm is, and finds what is wrong; every_look.py holds every page against it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.axe import WITHOUT_NPM, axe_breaches, axe_source

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_button_without_a_name_is_found(page: Page) -> None:
    if axe_source() is None:
        pytest.skip(WITHOUT_NPM)
    page.goto("/login")
    assert axe_breaches(page) == []
    page.evaluate("document.querySelector('main').append(document.createElement('button'))")
    assert [breach.partition(":")[0] for breach in axe_breaches(page)] == ["axe button-name"]
