"""A folder into which other cameras put their files: each that has settled is taken into the outbox, once."""

from __future__ import annotations

import hashlib
import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path

import av
import av.error

from device_uploader.clock import Clock
from device_uploader.item import Item, Kind, Moment
from device_uploader.outbox import Outbox
from device_uploader.sources.folder_camera import CLIPS, PICTURES

EVERY_S = 5.0
MOST_LENGTH_S = 86_400.0
log = logging.getLogger(__name__)


class Incoming:
    """The item's id comes from the file, so that one which a kill left in the folder is no second item."""

    def __init__(self, outbox: Outbox, folder: Path, settled_s: float, clock: Clock) -> None:
        self._outbox, self._folder, self._settled_s, self._clock = outbox, folder, settled_s, clock
        self._sizes: dict[Path, tuple[int, int, float]] = {}

    def run(self, stop: threading.Event, beat: Callable[[str], None]) -> None:
        """Until `stop`."""
        while not stop.is_set():
            self.look()
            beat("ok")
            self._clock.wait(stop, EVERY_S)

    def look(self) -> None:
        """Once through the folder. Raises OSError, after the others were taken, for one that cannot be."""
        found = [path for path in sorted(self._folder.iterdir()) if is_ours(path)]
        self._sizes = {path: seen for path, seen in self._sizes.items() if path in found}
        failures: list[OSError] = []
        for path in found:
            try:
                if self._has_settled(path):
                    self._take(path)
            except OSError as wrong:
                failures.append(wrong)
        if failures:
            raise failures[0]

    def _has_settled(self, path: Path) -> bool:
        """Not bigger and not newer than when it was first seen so, and that long enough ago."""
        stat, now_s = path.stat(), self._clock.monotonic_ns() / 1e9
        size, changed_ns, since_s = self._sizes.get(path, (-1, -1, now_s))
        if (size, changed_ns) != (stat.st_size, stat.st_mtime_ns):
            self._sizes[path] = (stat.st_size, stat.st_mtime_ns, now_s)
            return False
        return now_s - since_s >= self._settled_s

    def _take(self, path: Path) -> None:
        stat = path.stat()
        words = os.fsencode(path.name) + f"|{stat.st_size}|{stat.st_mtime_ns}".encode()
        name = hashlib.sha256(words).hexdigest()[:32]
        if not (self._outbox.items_folder / name).exists():
            kind: Kind = "clip" if path.suffix.lower() in CLIPS else "snapshot"
            lasted_s = length_of(path) if kind == "clip" else 0.0
            began = Moment(stat.st_mtime - lasted_s, 0, "")  # of no boot: the file's own time is all that is known
            filename = path.name.encode(errors="replace").decode()  # cameras name files in encodings of their own
            self._outbox.add_copy(Item(name, kind, began, lasted_s, "", 0, filename), path)
            log.info("Took %s out of the folder of incoming files.", filename)
        self._outbox.disk.remove(path)
        self._sizes.pop(path, None)


def is_ours(path: Path) -> bool:
    """A picture or clip; never a link, which could lead to any file that only the device may read."""
    return path.suffix.lower() in CLIPS + PICTURES and path.is_file() and not path.is_symlink()


def length_of(path: Path) -> float:
    """In seconds; 0 where it cannot be told or cannot be, which the site finds out for itself."""
    try:
        with av.open(str(path)) as clip:
            length_s = (clip.duration or 0) / av.time_base
    except (av.error.FFmpegError, OSError):
        return 0.0
    return length_s if 0 <= length_s <= MOST_LENGTH_S else 0.0
