"""The command line in processes of its own: wrong settings, terminals, and what a killed command leaves."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from attendance.adapters.sql import open_store
from attendance.settings import load_settings
from tests.website.commands.commanding import ROOT, environment, in_a_process

pytestmark = pytest.mark.slow

ADD_USER = ("users", "add", "ada@example.org", "--role", "admin")
PASSWORD = b"a chair of green glass"


@pytest.mark.parametrize("arguments", [(*ADD_USER, "--password-stdin"), ("--help",), ("run", "--port", "0")])
def test_a_wrong_setting_is_told_in_one_sentence(tmp_path: Path, arguments: tuple[str, ...]):
    result = in_a_process(tmp_path / "data", *arguments, ROLLCALL_MARGIN="wide")
    sentence = b"rollcall: ROLLCALL_MARGIN is 'wide', but must be a number.\n"
    assert (result.returncode, result.stderr, result.stdout) == (2, sentence, b"")


def test_a_data_folder_that_cannot_be_is_told_in_one_sentence(tmp_path: Path):
    (tmp_path / "file").touch()
    result = in_a_process(tmp_path / "file" / "data", *ADD_USER, "--password-stdin", typed=PASSWORD)
    assert result.returncode in (1, 2)
    assert result.stderr.startswith(b"rollcall: ")
    assert result.stderr.count(b"\n") == 1


def test_commands_work_from_an_empty_folder_and_never_show_the_setup_link(tmp_path: Path):
    data = tmp_path / "data"
    result = in_a_process(data, *ADD_USER, "--password-stdin", typed=PASSWORD)
    assert (result.returncode, result.stderr) == (0, b"")
    assert result.stdout == b"ada@example.org can log in as admin.\n"
    assert data.stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_told_in_one_sentence(tmp_path: Path):
    with Path("/dev/full").open("wb") as full:
        result = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "website", "attendance", "export"],
            stdout=full,
            stderr=subprocess.PIPE,
            env=environment(tmp_path / "data", {}),
            cwd=ROOT,
            timeout=120,
            check=False,
        )
    assert (result.returncode, result.stderr) == (1, b"rollcall: No space left on device.\n")


def test_names_that_the_terminal_cannot_show_stop_nothing(tmp_path: Path):
    settings = {"PYTHONIOENCODING": "latin-1"}
    result = in_a_process(tmp_path / "data", "courses", "add", "국어", "--name", "국어", **settings)
    assert (result.returncode, result.stdout) == (0, b"The course ?? is added.\n")


def test_on_a_terminal_the_password_is_asked_for_twice_and_not_shown(tmp_path: Path):
    code, shown = on_a_terminal(tmp_path / "data", *ADD_USER, answers=[PASSWORD, PASSWORD])
    assert code == 0, shown
    assert b"Password: " in shown
    assert PASSWORD not in shown
    settings = load_settings({"ROLLCALL_DATA": str(tmp_path / "data")})
    assert open_store(settings.store.reveal(), settings).has_admin()


def test_an_excel_file_is_never_poured_onto_a_terminal(tmp_path: Path):
    code, shown = on_a_terminal(tmp_path / "data", "attendance", "export", "--format", "xlsx", answers=[])
    assert code == 2
    assert b"--output" in shown
    assert b"PK\x03\x04" not in shown


def on_a_terminal(data: Path, *arguments: str, answers: list[bytes]) -> tuple[int, bytes]:
    """The exit code and all that is shown; each answer is typed when the command waits after a colon."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "website", *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment(data, {}),
        cwd=ROOT,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - no other way to a terminal of its own
    )
    os.close(theirs)
    try:
        shown = _typed(ours, answers)
        return process.wait(timeout=60), shown
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def _typed(terminal: int, answers: list[bytes]) -> bytes:
    shown, fresh, left = b"", b"", list(answers)
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if not select.select([terminal], [], [], 0.2)[0]:
            if left and fresh.endswith(b": "):
                os.write(terminal, left.pop(0) + b"\n")
                fresh = b""
            continue
        try:
            chunk = os.read(terminal, 4096)
        except OSError:  # the other end is closed: the command has ended
            return shown
        shown, fresh = shown + chunk, fresh + chunk
    return shown
