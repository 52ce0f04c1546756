"""Passkeys in a real Chromium, with the authenticator that it draws itself (WebAuthn by the DevTools protocol)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.browser.conftest import SignedIn
from tests.browser.running_site import RunningSite
from tests.browser.school import PASSWORD, TEACHER
from tests.browser.watching import breaches

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def origin(site: RunningSite) -> str:
    """By a name: a passkey is for none that is a number."""
    return site.url.replace("127.0.0.1", "localhost")


@pytest.fixture
def device(page: Page) -> Iterator[CDPSession]:
    """A phone that finds its passkeys by itself, and whose finger is the right one."""
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield tools
    tools.send("WebAuthn.disable")


def _shown(page: Page, name: str) -> None:
    folder = os.environ.get("SCREENSHOTS_DIR")
    for width in (1280, 390) if folder else ():
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=Path(folder or "") / f"{name}-{width}.png", full_page=True)
    page.set_viewport_size({"width": 1280, "height": 900})


def test_a_passkey_is_added_used_and_removed(signed_in: SignedIn, device: CDPSession) -> None:
    page = signed_in(TEACHER)
    page.goto("/account/passkeys")
    _shown(page, "passkeys-none")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name of the passkey").fill("Phone")
    page.get_by_label("Present password").fill(PASSWORD)
    _shown(page, "passkeys-add")
    page.get_by_role("button", name="Go on").click()
    assert breaches(page) == []
    _shown(page, "passkeys-make")
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_text("The passkey is added.")).to_be_visible()
    row = page.get_by_role("row", name=re.compile("^Phone"))
    expect(row).to_contain_text("Never")
    assert breaches(page) == []
    _shown(page, "passkeys")

    page.context.clear_cookies()
    page.goto("/login?next=/account/passkeys")
    assert breaches(page) == []
    _shown(page, "passkeys-login")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", level=1, name="Passkeys")).to_be_visible()
    expect(row).not_to_contain_text("Never")
    row.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("The passkey is removed")).to_be_visible()

    page.context.clear_cookies()
    page.goto("/login")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_text("This passkey is not known here any more.")).to_be_visible()


def test_a_device_that_refuses_leads_back_to_the_password(page: Page, device: CDPSession) -> None:
    page.goto("/login")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_text("The browser gave no passkey. Try again, or use the password.")).to_be_visible()
    expect(page.get_by_role("button", name="Use a passkey")).to_be_enabled()
