"""Real processes of the site and the worker, which tests start, watch and kill."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Self

import requests

import run

REPOSITORY = Path(__file__).parents[2]
PATIENCE_S = 90.0  # only a test that fails waits as long


def wait_for(condition: Callable[[], object], what: str, patience_s: float = PATIENCE_S) -> None:
    """Until the condition holds; a test fails that waits too long."""
    until = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < until, f"waited in vain for {what}"
        time.sleep(0.05)


class Process:
    """A process in a session of its own, as a context; at its end everything of the session is killed."""

    umask = -1  # this process's own
    folder = REPOSITORY

    def __init__(self, command: list[str], environment: Mapping[str, str]) -> None:
        self.command = command
        self.environment = {**_plain_environment(), **environment}

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:  # a context that is not entered is not left either
            self.kill()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self.kill()

    def start(self) -> None:
        """Start it, and wait until it is ready."""
        self.process = subprocess.Popen(
            self.command,
            env=self.environment,
            cwd=self.folder,
            start_new_session=True,
            umask=self.umask,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    @property
    def pid(self) -> int:
        return self.process.pid

    def kill(self) -> None:
        """Kill -9 for it and everything that it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.process.wait(PATIENCE_S)

    def kill_alone(self) -> None:
        """Kill -9 for this process only."""
        self.process.kill()
        self.process.wait(PATIENCE_S)

    def children(self) -> set[int]:
        return children_of(self.pid)

    def tell(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def ended_with(self) -> int:
        """Its exit code, once it ends by itself."""
        return self.process.wait(PATIENCE_S)


def worker(data: Path, **more: str) -> Process:
    """A worker with a lease of seconds, so that tests do not wait for half a minute."""
    short = {"SYSTEM_TEST_LEASE_S": "3", "SYSTEM_TEST_SWEEP_S": "0.5"}
    return Process([sys.executable, "-m", "tests.system.patched_worker"], settings_of(data) | short | more)


class Site(Process):
    """The site as run.py starts it."""

    def __init__(self, data: Path, **more: str) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        command = run.site_command("127.0.0.1", self.port, processes=2)
        command = [part.replace("website:", "tests.system.patched_site:") for part in command]
        super().__init__(command, settings_of(data) | more)

        self.course_id = _only_course_in(data)

    def start(self) -> None:
        super().start()
        wait_for(lambda: answers(self.address), "the site")


def _only_course_in(data: Path) -> str:
    with contextlib.closing(sqlite3.connect(data / "rollcall.db")) as database:
        (found,) = database.execute("select id from courses").fetchall()
    return str(found[0])


def answers(address: str) -> bool:
    """Whether a site is there."""
    try:
        return requests.get(f"{address}/login", timeout=10).ok
    except (requests.ConnectionError, requests.Timeout):  # it listens before it is ready
        return False


def settings_of(data: Path) -> dict[str, str]:
    """Settings under which searches of drawn people are quick."""
    return {
        "ROLLCALL_DATA": str(data),
        "ROLLCALL_TIMEZONE": "Asia/Seoul",
        "ROLLCALL_SEARCH_EVERY_S": "0.5",
        "ROLLCALL_SEARCH_PROCESSES": "1",
        "ROLLCALL_LOGIN_ATTEMPTS": "1000",
    }


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def children_of(pid: int) -> set[int]:
    """All processes that this one started, and theirs."""
    parents = dict(_processes())
    found: set[int] = set()
    while new := {child for child, parent in parents.items() if parent in found | {pid}} - found:
        found |= new
    return found


def search_processes_of(pid: int) -> set[int]:
    """Those among them that search a video."""
    return {child for child in children_of(pid) if "spawn_main" in _command_line(child)}


def is_alive(pid: int) -> bool:
    """A zombie is not."""
    return _state(pid) not in ("", "Z", "X")


def _processes() -> Iterator[tuple[int, int]]:
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and (fields := _stat(int(folder.name))):
            yield int(folder.name), int(fields[1])


def _state(pid: int) -> str:
    fields = _stat(pid)
    return fields[0] if fields else ""


def _stat(pid: int) -> list[str]:
    """Its fields from the state on: the name before them may hold anything."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def _command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _plain_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("ROLLCALL_")}
