"""The endpoint as a process of its own, as people run it."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path

from tests.rekognition_local.conftest import NETWORKS

ROOT = Path(__file__).resolve().parents[2]
_END_S = 30


class Running:
    """A started endpoint; `url` is what it printed."""

    def __init__(self, data: Path, *options: str) -> None:
        self.data = data
        self.process = subprocess.Popen(command(data, *options), cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.line = self.process.stdout.readline()
        found = re.search(r"http://\S+", self.line)
        assert found, f"it is not ready, and ended with {self.process.wait(_END_S)}"
        self.url = found[0]

    def end(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and wait; the exit status."""
        self.process.send_signal(number)
        status = self.process.wait(_END_S)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return status

    def __enter__(self) -> Running:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.end(signal.SIGKILL)


def command(data: Path, *options: str) -> list[str]:
    """The command line with a free port."""
    networks = str(NETWORKS)
    return [
        *(sys.executable, "-m", "rekognition_local", "--port", "0", "--workers", "1"),
        *("--data", str(data), "--networks", networks, *options),
    ]
