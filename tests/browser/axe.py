"""axe-core, which knows WCAG's rules for pages: from npm, where that is installed; no part of the product."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from playwright.sync_api import Page

VERSION = "4.14.1"
WITHOUT_NPM = "npm is not installed (Debian: apt-get install npm), so pages are not held against axe-core."
_FILE = Path("node_modules/axe-core/axe.min.js")
_INSTALLED = Path(__file__).parents[2] / "build" / "npm" / _FILE
_RULES = """async (colours) => {
    const found = await axe.run(document, {
        resultTypes: ["violations"],
        ...(colours ? { runOnly: ["color-contrast"] } : { rules: { "target-size": { enabled: true } } }) });
    return found.violations.flatMap(({ id, nodes }) =>
        nodes.map(({ html, failureSummary }) =>
            `axe ${id}: ${html.slice(0, 160)} ${failureSummary.replaceAll(/\\s+/g, " ").slice(0, 200)}`));
}"""


@cache
def axe_source() -> str | None:
    """Its script; None where npm is missing."""
    if _INSTALLED.is_file():
        return _INSTALLED.read_text("utf-8")
    npm = shutil.which("npm")
    if npm is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        quiet = ("--no-save", "--no-audit", "--no-fund", "--silent")
        subprocess.run([npm, "install", "--prefix", folder, *quiet, f"axe-core@{VERSION}"], check=True)
        return (Path(folder) / _FILE).read_text("utf-8")


def axe_breaches(page: Page, *, colours: bool = False) -> list[str]:
    """What it finds in the page as it is now; nothing where it is missing. A theme changes `colours` alone."""
    source = axe_source()
    if source is None:
        return []
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(source)
    found: list[str] = page.evaluate(_RULES, colours)
    return found
