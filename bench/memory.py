"""Measures the most memory that a process and its children take together."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path
from typing import Self

SAMPLED_EVERY_S = 0.2
"""Reading the maps of a process stops it for a moment, so not more often; a shorter peak is not seen."""


class MemoryMeter:
    """Samples a process and all that descend from it while the context lasts; `peak_bytes` is the most at once.

    What is summed is the proportional set size (`Pss` of /proc/PID/smaps_rollup): a page that several processes
    share is counted once in all, in equal parts.
    """

    def __init__(self, pid: int) -> None:
        self.peak_bytes = 0
        self._pid = pid
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True, name="memory-meter")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while True:
            self.peak_bytes = max(self.peak_bytes, sum(_pss_bytes(pid) for pid in family(self._pid)))
            if self._ended.wait(SAMPLED_EVERY_S):
                return


def family(pid: int) -> list[int]:
    """The process and all that descend from it, as far as they are still there."""
    parents = {child: parent for child in _all_processes() if (parent := _parent(child))}
    found = [pid]
    for member in found:
        found += [child for child, parent in parents.items() if parent == member]
    return found


def _all_processes() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _parent(pid: int) -> int | None:
    # A process may end between two looks; then it has no memory either.
    with contextlib.suppress(OSError):
        # The name in brackets may hold blanks and brackets itself.
        return int(Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()[1])
    return None


def _pss_bytes(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0
