"""Readings on their way into the outbox: appended to one file, which becomes one item when it is full or old enough."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from device_uploader.item import new_id
from device_uploader.outbox import Outbox
from device_uploader.reading import Reading, from_lines, number_in, to_line
from device_uploader.remains import readable_bytes

log = logging.getLogger(__name__)


class ReadingLog:
    """A kill loses nothing; power loss at most the readings of the last `sync_s` seconds, so that SD cards last."""

    def __init__(self, outbox: Outbox, most: int, most_s: float, sync_s: float) -> None:
        self._outbox, self._most, self._most_s, self._sync_s = outbox, most, most_s, sync_s
        self._lock = threading.Lock()
        self._file: Path | None = None
        self._began_ns = self._synced_ns = self._count = 0
        self._is_full = False
        self._close_if_there_is_room()

    def add(self, reading: Reading) -> None:
        """Kept when this returns."""
        now_ns = reading.at.monotonic_ns
        with self._lock:
            if self._file is None:
                self._begin(now_ns)
            assert self._file is not None
            self._append(self._file, to_line(reading))
            self._count += 1
            if now_ns - self._synced_ns >= self._sync_s * 1e9:
                self._outbox.disk.sync(self._file)
                self._synced_ns = now_ns
            if self._count >= self._most or now_ns - self._began_ns >= self._most_s * 1e9:
                self._close_if_there_is_room()

    def close(self) -> None:
        """What is there becomes an item now; on a full disk at the next start."""
        with self._lock:
            self._close_if_there_is_room()

    def _append(self, file: Path, line: bytes) -> None:
        try:
            self._outbox.disk.append(file, line)
        except OSError:
            self._outbox.tally.add_loss("dropped_readings")
            raise

    def _begin(self, now_ns: int) -> None:
        self._file = self._outbox.readings_folder / f"{new_id()}.log"
        self._outbox.disk.append(self._file, b"")
        self._outbox.disk.sync(self._outbox.readings_folder)
        self._began_ns = self._synced_ns = now_ns
        self._count = 0

    def _close_if_there_is_room(self) -> None:
        """The readings are safe where they are, so that a full disk must not stop the sensor; tried with each one."""
        try:
            self._close()
        except OSError as full:
            if not self._is_full:
                log.error("The readings wait until there is room: %s", full)
            self._is_full = True
        else:
            self._is_full = False

    def _close(self) -> None:
        """The one that is open, and those that an earlier process left."""
        for file in sorted(self._outbox.readings_folder.glob("*.log")):
            self._make_item(file)
        self._file = None

    def _make_item(self, file: Path) -> None:
        """The item has the file's id: made twice, because power was lost between the two steps, it is the same one."""
        data = readable_bytes(file)
        readings = from_lines(data)
        if not (self._outbox.items_folder / file.stem).exists():
            if readings:
                self._outbox.add_readings(file.stem, readings)
            self._outbox.tally.add_loss("damaged_readings", number_in(data) - len(readings))
        self._outbox.disk.remove(file)
