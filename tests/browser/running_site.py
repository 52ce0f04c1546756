"""The site and its worker as `python run.py` runs them, on a free port and in a folder of their own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

_ROOT = Path(__file__).parents[2]
_PATIENCE_S = 180.0


class RunningSite:
    """Start it, kill its web server, stop it. What it prints is kept in a file beside its data."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.url = f"http://127.0.0.1:{free_port()}"
        self._printed = data.parent / f"{data.name}.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns as soon as it answers."""
        with self._printed.open("ab") as printed:
            self._process = subprocess.Popen(
                [sys.executable, "run.py"], cwd=_ROOT, env=self._environment(), stdout=printed, stderr=subprocess.STDOUT
            )
        try:
            self.wait_until_it_answers()
        except BaseException:
            self.stop()
            raise

    def wait_until_it_answers(self) -> None:
        """After a start, or after its web server was killed."""
        until(lambda: answers(self.url), lambda: f"The site does not answer. It printed:\n{self.printed()}")

    def printed(self) -> str:
        """Everything that it has printed so far."""
        return self._printed.read_text()

    def setup_link(self) -> str:
        """The link that makes the first admin."""
        return self.printed().partition("(works once): ")[2].split()[0]

    def kill_web_server(self) -> None:
        """As `kill -9` does; run.py then starts another."""
        assert self._process is not None
        (web,) = [pid for pid in _children(self._process.pid) if b"gunicorn" in _command(pid)]
        os.killpg(web, signal.SIGKILL)

    def stop(self) -> None:
        """As Ctrl-C does."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(_PATIENCE_S)

    def _environment(self) -> dict[str, str]:
        host, port = self.url.removeprefix("http://").split(":")
        own = {name: value for name, value in os.environ.items() if not name.startswith("ROLLCALL_")}
        settings = {"ROLLCALL_DATA": str(self.data), "ROLLCALL_TIMEZONE": "Asia/Seoul"}
        return {**own, **settings, "HOST": host, "PORT": port, "PYTHONUNBUFFERED": "1"}


def answers(url: str) -> bool:
    """Whether a site is there and well."""
    try:
        with urlopen(f"{url}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def until(holds: Callable[[], bool], complaint: Callable[[], str], patience_s: float = _PATIENCE_S) -> None:
    """Wait for a condition, not for a time; the complaint is what a test says when it never holds."""
    give_up_at = time.monotonic() + patience_s
    while not holds():
        assert time.monotonic() < give_up_at, complaint()
        time.sleep(0.1)


def free_port() -> int:
    """One that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def _children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in found.split()]


def _command(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()
