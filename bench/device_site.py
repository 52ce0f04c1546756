"""A site of its own for the load of devices: served by gunicorn as `run.py` does it, with a course, a room and keys."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from bench.device_school import fill_course

PASSWORD = "a password of the bench"  # noqa: S105 - of a site that ends with the run
ADMIN = "bench@example.org"
ROOM = "R 101"
ROOT = Path(__file__).resolve().parents[1]
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_START_WITHIN_S = 60.0


@dataclass(frozen=True)
class Site:
    """Where it is, and the keys of its devices."""

    address: str
    keys: tuple[str, ...]
    admin: str = ADMIN

    @property
    def devices(self) -> str:
        """Where the device API begins."""
        return f"{self.address}/api/v1/devices"


@contextmanager
def running_site(data: Path, devices: int, *, worker: bool) -> Iterator[Site]:
    """The site while the context is open; with a worker, clips are searched on this machine too."""
    environment = own_environment(data)
    keys = _set_up(environment, devices)
    with ExitStack() as stack:
        address = stack.enter_context(served(data))
        if worker:
            stack.enter_context(serving([sys.executable, "-m", "attendance.worker"], environment))
        yield Site(address, keys)


@contextmanager
def served(data: Path) -> Iterator[str]:
    """Its address while the context is open."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "website:create_app()", "--bind", f"127.0.0.1:{port}"]
    command += ["--workers", "2", "--threads", "8", "--timeout", "120", "--log-level", "warning"]
    with serving(command, own_environment(data)):
        site = Site(f"http://127.0.0.1:{port}", ())
        wait_for(site)
        yield site.address


def _set_up(environment: Mapping[str, str], devices: int) -> tuple[str, ...]:
    """An admin, a course with weeks behind it that meets all day long, and devices in its room."""
    _flask(environment, "users", "add", ADMIN, "--role", "admin", "--password-stdin", typed=PASSWORD)
    _flask(environment, "courses", "add", "BENCH", "--name", "Load", "--timezone", "UTC")
    fill_course(environment, "BENCH")
    for day in _DAYS:
        _flask(
            environment, "devices", "meets", ROOM, "--course", "BENCH", "--on", day, "--from", "00:00", "--to", "23:59"
        )
    names = [f"Device {number}" for number in range(1, devices + 1)]
    return tuple(_flask(environment, "devices", "add", *names, "--room", ROOM, "--key").split())


def _flask(environment: Mapping[str, str], *words: str, typed: str = "") -> str:
    command = [sys.executable, "-m", "flask", "--app", "website", *words]
    done = subprocess.run(  # noqa: S603 - the command is ours
        command, env=dict(environment), cwd=ROOT, input=typed, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"`flask {' '.join(words[:2])}` failed: {done.stderr.strip()}")
    return done.stdout


@contextmanager
def serving(command: list[str], environment: Mapping[str, str]) -> Iterator[None]:
    """A process of ours while the context is open."""
    process = subprocess.Popen(command, env=dict(environment), cwd=ROOT)  # noqa: S603 - the command is ours
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for(site: Site) -> None:
    """Until it answers."""
    until = time.monotonic() + _START_WITHIN_S
    while True:
        try:
            requests.get(f"{site.address}/login", timeout=5).raise_for_status()
            return
        except requests.RequestException:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def own_environment(data: Path) -> dict[str, str]:
    """Without settings of this machine's own site."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("ROLLCALL_", "FLASK_"))}
    # Requests without a pause would meet the usual ones.
    limits = {"ROLLCALL_REQUESTS_PER_DEVICE": "100000", "ROLLCALL_REQUESTS_PER_TOKEN": "100000"}
    return {**own, **limits, "ROLLCALL_DATA": str(data), "ROLLCALL_TIMEZONE": "UTC"}


def free_port() -> int:
    """One that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
