"""What a teacher does on the upload page, and what it shows."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Locator, Page


def say_when(page: Page, day: str) -> None:
    """At ten o'clock of a day."""
    page.get_by_label("Date").fill(day)
    page.get_by_label("Starts at").fill("10:00")


def choose(page: Page, file: Path, day: str) -> None:
    """Choose a recording of ten o'clock of a day, which is sent at once."""
    say_when(page, day)
    page.get_by_label("Choose recordings").set_input_files(file)


def row_of(page: Page, name: str) -> Locator:
    """The line of a file that was chosen on this page."""
    rows = page.get_by_role("list", name="Uploads of this page").get_by_role("listitem")
    return rows.filter(has_text=name)
