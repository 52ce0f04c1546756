"""Types shell blocks in a copy of the project, with a data folder and an environment of its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.browser.running_site import free_port
from tests.docs.pages import ROOT, Block

_LEFT_OUT = (
    ".git",
    ".venv",
    "instance",
    "build",
    "films",
    "screenshots",
    "__pycache__",
    ".*_cache",
    "rekognition-data",
)
_STAMPS = (".made", ".run", ".test", ".bench")
_LONGEST_S = 500.0
_ENDED_BY_CTRL_C = {0, 2, 130, -signal.SIGINT}  # what make, a shell and a program of ours make of it


class Scratch:
    """A folder in which somebody types what a page says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "rollcall"
        shutil.copytree(ROOT, self.folder, ignore=shutil.ignore_patterns(*_LEFT_OUT))
        _pretend_to_install(self.folder / ".venv")
        (folder / "home").mkdir()
        own = {name: value for name, value in os.environ.items() if not name.startswith(("ROLLCALL_", "AWS_"))}
        path = f"{self.folder / '.venv/bin'}:{os.environ['PATH']}"
        self._environment = {**own, "PATH": path, "HOME": str(folder / "home"), "PORT": str(free_port())}
        self._printed = folder / "printed"

    def type_in(self, text: str, until: str | None = None) -> None:
        """Fails with what was printed where the shell says that it failed, or the words never come."""
        with self._printed.open("wb") as printed:
            process = subprocess.Popen(
                ["bash", "-euo", "pipefail", "-c", text],
                cwd=self.folder,
                env=self._environment,
                stdout=printed,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            status = process.wait(_LONGEST_S) if until is None else self._stopped_after(process, until)
        finally:
            _kill(process)
        fine = {0} if until is None else _ENDED_BY_CTRL_C
        assert status in fine, f"{text}\nended with {status} and printed:\n{self._said()[-4000:]}"

    def _stopped_after(self, process: subprocess.Popen[bytes], words: str) -> int:
        give_up_at = time.monotonic() + _LONGEST_S
        while words not in self._said():
            assert process.poll() is None, f"It ended by itself and printed:\n{self._said()[-4000:]}"
            assert time.monotonic() < give_up_at, f"It never said {words!r} but:\n{self._said()[-4000:]}"
            time.sleep(0.2)
        os.killpg(process.pid, signal.SIGINT)
        return process.wait(60)

    def _said(self) -> str:
        return self._printed.read_text(errors="replace")


def type_page(scratch: Scratch, blocks: list[Block]) -> None:
    """The blocks of a page one after the other, as somebody does who reads it."""
    for block in blocks:
        scratch.type_in(block.text, block.until)


def _pretend_to_install(environment: Path) -> None:
    """What `make` would install is here already; its stamps are newer than what they depend on."""
    environment.mkdir()
    (environment / "bin").symlink_to(Path(sys.prefix) / "bin")
    (environment / "lib").symlink_to(Path(sys.prefix) / "lib")
    shutil.copy(Path(sys.prefix) / "pyvenv.cfg", environment)
    for stamp in _STAMPS:
        (environment / stamp).touch()


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Whatever is left of what was typed."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.wait(10)
