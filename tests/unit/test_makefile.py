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


def test_coverage_runs_each_half_of_the_tests_once_and_counts_the_quick_one(tmp_path: Path) -> None:
    plain, covered = (lines_of(tmp_path, goal) for goal in ("test-all", "coverage"))
    assert len(plain) == len(covered) == 2
    assert not any("--cov" in line for line in plain)
    assert [line.split("--cov")[0].strip() for line in covered] == [line.strip() for line in plain]
    assert ["--cov" in line for line in covered] == [True, False]


def test_locked_installs_name_only_lists_with_hashes(tmp_path: Path) -> None:
    installed = lines_of(tmp_path, "check", "LOCKED=1", word="pip install")
    assert [line.split("-r ")[1] for line in installed] == ["requirements.lock", "requirements-dev.lock"]
    assert all("--require-hashes" in line for line in installed)


def lines_of(folder: Path, *arguments: str, word: str = "-m pytest") -> list[str]:
    """What make would do, of the lines with this word."""
    command = ["make", "--no-print-directory", "--dry-run", f"VENV={folder}/venv", *arguments]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [line for line in said.splitlines() if word in line]
