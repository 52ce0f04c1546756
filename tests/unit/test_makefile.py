"""`make` says in a sentence why it cannot begin."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is needed")


@pytest.mark.parametrize("goal", ["run", "demo", "check"])
def test_a_place_that_cannot_be_written_is_named_with_the_remedy(tmp_path: Path, goal: str) -> None:
    (tmp_path / "file").write_text("a folder cannot be made below a file, by nobody and on no disk")
    made = subprocess.run(
        ["make", "--no-print-directory", f"VENV={tmp_path}/file/venv", goal],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 2
    first = made.stderr.splitlines()[0]
    assert first.startswith(
        f"rollcall: {tmp_path}/file/venv cannot be written. Put it elsewhere: make VENV=DIR {goal}, "
    )
    assert "Errno" not in made.stderr
