"""With every text 40 % longer and accented, no page is wider than a phone, and no text is left untranslated.

The words are made of the English ones while they are asked for; dates and numbers are those of Korean, which have no
letters of the Latin alphabet. Names in the site are Korean, so that such letters outside of the signs around each text
are words that nobody translates.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.support import NullTranslations
from playwright.sync_api import Page

from attendance import languages
from attendance.services import Services
from tests.browser.every_look import store_picture
from tests.browser.school import ADMIN, PASSWORD
from tests.browser.served_here import served_here
from tests.browser.unsure import FIRST, unsure_school

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(1200)]

_ACCENTED = str.maketrans("AaCcEeIiNnOoSsUuYyZz", "ÅåÇçÉéÎîÑñÖöŠšÛûÝýŽž")
_VALUES = re.compile(r"(%\(\w+\)[sd]|%%|\{\w+\})")
_LONGER = 0.4
_WORD = " ēēēēē"
_SAME_EVERYWHERE = re.compile(
    r"Rollcall|English|UTC|CSV|Excel|PDF|JPEG|PNG|ZIP|HEIC|Slack|kB|MB|GB|[\w.]+@[\w.]+|[\w/]+\.(?:mp4|json)|"
    r"\b[A-Z][a-z]+/[A-Z]\w+|\bid\b|h264"
)
_TEXTS = """() => {
    const parts = [], unsaid = "script, style, noscript, option, kbd, code, pre, textarea, bdi, [lang=en]";
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
    while (walker.nextNode()) {
        const node = walker.currentNode;
        if (node.nodeType === Node.TEXT_NODE) {
            if (!node.parentElement.closest(unsaid)) parts.push(node.data);
        } else {
            for (const name of ["alt", "aria-label", "placeholder", "title"])
                if (node.getAttribute(name)) parts.push(` ${node.getAttribute(name)} `);
        }
    }
    return parts.join(" ");
}"""


class Pseudo(NullTranslations):
    """Every sentence, longer and accented."""

    def gettext(self, message: str) -> str:
        """Within signs, so that it is seen what was translated."""
        return _made_longer(message)

    ugettext = gettext

    def ngettext(self, singular: str, plural: str, num: int) -> str:
        """As in English."""
        return _made_longer(singular if num == 1 else plural)

    ungettext = ngettext


def _made_longer(message: str) -> str:
    parts = _VALUES.split(message)
    accented = "".join(part if number % 2 else part.translate(_ACCENTED) for number, part in enumerate(parts))
    more = round(_LONGER * len(message))
    return f"⟦{accented}{(_WORD * more)[:more]}⟧"


@pytest.fixture
def services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    """Some students with Korean names."""
    with unsure_school(tmp_path, monkeypatch, 3, "남궁황보") as services:
        yield services


@pytest.fixture
def origin(services: Services, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The site in that language."""
    monkeypatch.setattr(languages, "NullTranslations", Pseudo)
    monkeypatch.setattr(languages, "catalogue_path", lambda language: Path("/nowhere"))
    languages.catalogue.cache_clear()
    with served_here(services) as address:
        yield address
    languages.catalogue.cache_clear()


def _left(text: str) -> list[str]:
    """Words of the Latin alphabet outside of the signs."""
    outside, depth = [], 0
    for letter in text:
        depth += {"⟦": 1, "⟧": -1}.get(letter, 0)
        outside.append(letter if depth == 0 else " ")
    words = _SAME_EVERYWHERE.sub(" ", "".join(outside))
    return sorted(set(re.findall(r"[A-Za-z]{2,}", words)))


def _pages(services: Services) -> list[tuple[str, str]]:
    (course,) = services.store.courses()
    (lecture,) = services.store.lectures().items
    student = services.store.student(str(FIRST)).key
    of_course, of_student = f"/courses/{course.id}", f"/students/{student}"
    addresses: dict[str, Any] = {
        "lectures": "/lectures/",
        "lecture": f"/lectures/{lecture.id}",
        "mark": f"/lectures/{lecture.id}/marks/{student}",
        "lecture-remove": f"/lectures/{lecture.id}/remove",
        "upload": "/lectures/upload",
        "review": "/review/",
        "log": "/log/",
        "hourly": "/hourly/",
        "courses": "/courses/",
        "course": of_course,
        "course-change": f"{of_course}/change",
        "course-notices": f"{of_course}/notices",
        "unknown": f"{of_course}/unknown",
        "students": "/students/",
        "student": of_student,
        "student-consent": f"{of_student}/consents/record",
        "student-photos": f"{of_student}/photos/add",
        "student-remove": f"{of_student}/remove",
        "register": "/students/register",
        "import": "/students/import",
        "users": "/users",
        "user-add": "/users/add",
        "account": "/account",
        "notices": "/account/notices",
        "devices": "/devices/",
        "outbox": "/outbox",
        "audit": "/audit",
    }
    return list(addresses.items())


def _goes_wrong(page: Page, name: str) -> list[str]:
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    found = [f"{name} is {wide} px wider than a phone"] if wide > 0 else []
    return found + [f"{name} says {word!r} in no language" for word in _left(page.evaluate(_TEXTS))]


def test_no_page_is_too_wide_and_no_text_is_left(page: Page, services: Services, origin: str) -> None:
    page.context.add_cookies([{"name": "rollcall_language", "value": "ko", "url": origin}])
    page.set_viewport_size({"width": 390, "height": 844})
    found = []
    page.goto("/login")
    found += _goes_wrong(page, "login")
    page.locator("[name=email]").fill(ADMIN)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=password]").press("Enter")
    page.wait_for_url(lambda url: "/login" not in url)
    for name, path in _pages(services):
        page.goto(path)
        store_picture(page, f"{name}-pseudo")
        found += _goes_wrong(page, name)
    assert found == []
