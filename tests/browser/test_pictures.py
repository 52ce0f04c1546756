"""The pictures of the README: the demo's lecture page in both themes, as whoever tries it sees it.

PICTURES_DIR=docs/pictures writes them; without it they are made and measured only.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.running_site import answers, free_port, until

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

_ROOT = Path(__file__).parents[2]
_MOST_BYTES = 300_000
TEACHER = "teacher@demo.example"


@dataclass(frozen=True)
class Demo:
    """Where the demonstration is served, and the password of its teacher."""

    url: str
    password: str


@pytest.fixture(scope="module")
def demo(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """As `python -m demo` serves it."""
    folder, port = tmp_path_factory.mktemp("demo"), free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {**os.environ, "PORT": str(port), "PYTHONUNBUFFERED": "1", "TZ": "UTC"}
    command = [sys.executable, "-m", "demo", "--data", str(folder / "data")]
    printed = folder / "printed"
    with printed.open("wb") as output, subprocess.Popen(command, cwd=_ROOT, env=environment, stdout=output) as process:
        try:
            until(lambda: "Rollcall runs on" in printed.read_text(), printed.read_text, patience_s=500)
            until(lambda: answers(url), printed.read_text)
            (line,) = [line for line in printed.read_text().splitlines() if TEACHER in line]
            yield Demo(url, line.split()[-1])
        finally:
            process.send_signal(signal.SIGINT)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_picture_of_the_lecture_is_made_and_is_small(
    theme: str, demo: Demo, browser: Browser, tmp_path: Path
) -> None:
    folder = Path(os.environ.get("PICTURES_DIR", tmp_path)).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    with browser.new_context(base_url=demo.url, viewport={"width": 1280, "height": 1000}) as context:
        page = context.new_page()
        page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        _open_lecture(page, demo)
        expect(page.locator("html")).to_have_attribute("data-bs-theme", theme)
        _let_the_player_rest(page)
        picture = folder / f"lecture-{theme}.png"
        page.screenshot(path=picture)
    assert 20_000 < picture.stat().st_size < _MOST_BYTES


def _open_lecture(page: Page, demo: Demo) -> None:
    """Signed in as the teacher, on the lecture's page, with the class in the player."""
    page.goto("/login")
    page.get_by_label("Email").fill(TEACHER)
    page.get_by_label("Password", exact=True).fill(demo.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/login" not in url)
    page.goto("/lectures/")
    page.locator("a.lecture-link").first.click()
    player = page.locator("#lecture-player")
    player.evaluate("""player => new Promise(done => {
        const shown = () => player.readyState > 2 ? done() : player.addEventListener("canplay", done, {once: true});
        const seek = () => { player.addEventListener("seeked", shown, {once: true}); player.currentTime = 300; };
        player.readyState ? seek() : player.addEventListener("loadedmetadata", seek, {once: true});
    })""")
    page.locator("img").evaluate_all(
        """images => Promise.all(images.map(image => { image.loading = "eager"; return image.decode(); }))"""
    )


def _let_the_player_rest(page: Page) -> None:
    """Chromium's sign for loading fades for a while after the picture is there."""
    shots = [b"", page.locator("#lecture-player").screenshot()]

    def is_still() -> bool:
        shots.append(page.locator("#lecture-player").screenshot())
        return shots[-1] == shots[-2] == shots[-3]

    until(is_still, lambda: "The player never comes to rest.")
