"""What was let go, refused or found damaged: counted on disk, so that nothing disappears silently."""

from __future__ import annotations

import json
import logging
import threading
from collections import Counter
from pathlib import Path

from device_uploader.disk import Disk

NAMES = (
    "dropped_readings",
    "dropped_clips",
    "dropped_snapshots",
    "dropped_visits",
    "dropped_attempts",
    "refused",
    "damaged",
    "damaged_readings",
    "damaged_clips",
    "damaged_snapshots",
    "damaged_visits",
    "damaged_attempts",
    "recovered_clips",
    "cut_clips",
)
KINDS_OF_DAMAGE = ("damaged_readings", "damaged_clips", "damaged_snapshots", "damaged_visits", "damaged_attempts")
log = logging.getLogger(__name__)


class Tally:
    """Counters in one small file that is always whole."""

    def __init__(self, path: Path, disk: Disk) -> None:
        self._path, self._disk = path, disk
        self._lock = threading.Lock()
        self._counts = Counter(read_counts(path))
        self._is_written = True

    def add(self, name: str, number: int = 1) -> None:
        """Counted before it is done: after power loss a count may be one too high, never one too low.

        Raises OSError where it cannot be written; then nothing is counted, and it is not to be done.
        """
        check_name(name)
        if number:
            with self._lock:
                self._write(self._counts + Counter({name: number}))
                self._counts[name] += number

    def add_loss(self, name: str, number: int = 1) -> None:
        """Of what is lost whether it can be written or not: on a full disk the count waits in memory for `write`."""
        check_name(name)
        with self._lock:
            self._counts[name] += number
            self._is_written = self._is_written and not number
        try:
            self.write()
        except OSError as full:
            log.warning("The count of what was lost waits for room on the disk: %s", full)

    def write(self) -> None:
        """What could not be written before. Raises OSError where there is still no room."""
        with self._lock:
            if not self._is_written:
                self._write(self._counts)

    def counts(self) -> dict[str, int]:
        """Every counter, those at zero too. `damaged` is all damage, also what was counted before kinds were."""
        with self._lock:
            counts = {name: self._counts[name] for name in NAMES}
        return counts | {"damaged": counts["damaged"] + sum(counts[name] for name in KINDS_OF_DAMAGE)}

    def _write(self, counts: Counter[str]) -> None:
        self._disk.replace(self._path, json.dumps(dict(counts)).encode())
        self._is_written = True


def check_name(name: str) -> None:
    """A slip of the pen must not be a counter that nobody sees. Raises ValueError."""
    if name not in NAMES:
        raise ValueError(f"There is no counter {name}.")


def read_counts(path: Path) -> dict[str, int]:
    """Of a file that may not be there; one that was spoilt begins at zero again."""
    try:
        words = json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    return {name: int(words[name]) for name in NAMES if isinstance(words.get(name), int)}
