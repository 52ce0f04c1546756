"""What was let go, refused or found damaged: counted on disk, so that nothing disappears silently."""

from __future__ import annotations

import json
import threading
from collections import Counter
from pathlib import Path

from device_uploader.disk import Disk

NAMES = (
    "dropped_readings",
    "dropped_clips",
    "dropped_snapshots",
    "refused",
    "damaged",
    "recovered_clips",
    "cut_clips",
)


class Tally:
    """Counters in one small file that is always whole."""

    def __init__(self, path: Path, disk: Disk) -> None:
        self._path, self._disk = path, disk
        self._lock = threading.Lock()
        self._counts = Counter(read_counts(path))

    def add(self, name: str, number: int = 1) -> None:
        """Counted before it is done: after power loss a count may be one too high, never one too low."""
        if name not in NAMES:
            raise ValueError(f"There is no counter {name}.")
        if number:
            with self._lock:
                self._counts[name] += number
                self._disk.replace(self._path, json.dumps(dict(self._counts)).encode())

    def counts(self) -> dict[str, int]:
        """Every counter, those at zero too."""
        with self._lock:
            return {name: self._counts[name] for name in NAMES}


def read_counts(path: Path) -> dict[str, int]:
    """Of a file that may not be there; one that was spoilt begins at zero again."""
    try:
        words = json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    return {name: int(words[name]) for name in NAMES if isinstance(words.get(name), int)}
