"""What tests of the command line need: a way to type a command, what a refusal looks like, and what is left."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from click.testing import Result

from attendance.model import Recording
from attendance.services import Services

Flask = Callable[..., Result]
LECTURE = b"video 3000|21 0 2990|52 900 2990|900 10 20"
ROOT = Path(__file__).resolve().parents[3]


def refused(result: Result, code: int = 1) -> str:
    """The one sentence on stderr. Nothing is on stdout, and no traceback anywhere."""
    assert result.exit_code == code, result.output
    assert not result.stdout
    assert "Traceback" not in result.stderr
    (line,) = result.stderr.splitlines()
    assert line.startswith("rollcall: ")
    return line.removeprefix("rollcall: ")


def in_a_process(
    data: Path, *arguments: str, typed: bytes = b"", **settings: str
) -> subprocess.CompletedProcess[bytes]:
    """What `flask --app website ...` does in a process of its own, from the folder of the program."""
    return subprocess.run(
        [sys.executable, "-m", "flask", "--app", "website", *arguments],
        input=typed,
        capture_output=True,
        env=environment(data, settings),
        cwd=ROOT,
        timeout=120,
        check=False,
    )


def environment(data: Path, settings: Mapping[str, str]) -> dict[str, str]:
    """This process's environment without settings of Rollcall but these."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("ROLLCALL_", "FLASK_"))}
    return {**own, "ROLLCALL_DATA": str(data), **settings}


def everything(services: Services) -> dict[str, object]:
    """All that a recording could leave behind."""
    lectures = services.store.lectures().items
    return {
        "lectures": [lecture.id for lecture in lectures],
        "recordings": [one.id for lecture in lectures for one in services.store.recordings(lecture.id)],
        "marks": [mark for lecture in lectures for mark in services.store.marks(lecture.id)],
        "media": [key for key in services.media.keys("") if not key.startswith("photos/")],
        "uploads": [path.name for path in (services.settings.data / "uploads").iterdir()],
    }


def recordings(services: Services) -> list[Recording]:
    return [one for lecture in services.store.lectures().items for one in services.store.recordings(lecture.id)]
