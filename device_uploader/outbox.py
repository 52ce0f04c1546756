"""The outbox: a folder on disk with everything that is still to be sent, whole at any moment.

    items/<id>/    data and item.json: whole, waiting to be sent
    making/<id>/   on its way to items/; a clip has began.json from its first frame on
    readings/      readings that are no item yet, a line each
    refused/<id>/  what the site will never take, with refusal.json

An item is written into making/, synced, and renamed into items/, so that it is there whole or not at all.
"""

from __future__ import annotations

import fcntl
import json
import logging
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import BinaryIO

from device_uploader.disk import Disk
from device_uploader.errors import SettingsWrong
from device_uploader.item import Item, Moment, new_id, sha256_of
from device_uploader.reading import Reading, from_lines, number_in, to_lines
from device_uploader.remains import kind_of, number_of_readings, readable_bytes
from device_uploader.tally import Tally

log = logging.getLogger(__name__)


class Outbox:
    """Everything that is still to be sent. Safe to use from several threads; `open` it before anything else."""

    def __init__(self, folder: Path, disk: Disk | None = None, on_added: Callable[[Item], None] | None = None) -> None:
        self.folder, self.disk = folder, disk or Disk()
        self.items_folder, self.making = folder / "items", folder / "making"
        self.refused_folder, self.readings_folder = folder / "refused", folder / "readings"
        self._on_added = on_added
        self._lock = threading.RLock()
        self._index: dict[str, Item] = {}
        self._cut: dict[str, Item] = {}
        self._held: set[str] = set()
        self._claim: BinaryIO | None = None

    def open(self) -> None:
        """Claim the folder for this process, and bring it in order. Raises SettingsWrong where another one has it."""
        for folder in (self.items_folder, self.making, self.refused_folder, self.readings_folder):
            self.disk.make_folder(folder)
        self._claim = (self.folder / "lock").open("wb")
        try:
            fcntl.flock(self._claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as taken:
            self._claim.close()
            raise SettingsWrong(f"Another uploader uses the outbox {self.folder}. Stop it first.") from taken
        self._keep_private()
        self.tally = Tally(self.folder / "counts.json", self.disk)
        self._promote_whole_ones()
        for folder in sorted(self.items_folder.iterdir()):
            self._read(folder)
        for clip_id in self.cut_clips():
            self.cut_short(clip_id)

    def close(self) -> None:
        """Let another process have the folder."""
        if self._claim is not None:
            self._claim.close()

    def _keep_private(self) -> None:
        """Whoever made the folders: what is filmed is for nobody else. Raises SettingsWrong."""
        files = [path for path in self.folder.iterdir() if path.is_file()]
        ours = (self.items_folder, self.making, self.refused_folder, self.readings_folder)
        try:
            for path in (self.folder, *files, *ours, *(path for folder in ours for path in folder.rglob("*"))):
                self.disk.keep_private(path)
        except PermissionError as refused:
            self.close()
            raise SettingsWrong(
                f"Others can read the outbox {self.folder}, and it belongs to another user. "
                f"Give it to the user that this runs as: chown -R USER {self.folder}"
            ) from refused

    # What comes in

    def begin_clip(self, clip_id: str, began: Moment, filename: str) -> Path:
        """A place for the clip's bytes, which is known after power loss too."""
        folder = self.making / clip_id
        self.disk.make_folder(folder)
        words = {"started": asdict(began), "filename": filename}
        self.disk.write(folder / "began.json", json.dumps(words).encode())
        self.disk.sync(folder)
        self.disk.sync(self.making)
        return folder / "data"

    def finish_clip(self, clip_id: str, duration_s: float) -> Item:
        """The clip is whole: its bytes go to the disk, and it may be sent."""
        folder = self.making / clip_id
        began, filename = read_began(folder)
        self.disk.sync(folder / "data")
        size, digest = (folder / "data").stat().st_size, sha256_of(folder / "data")
        return self._promote(Item(clip_id, "clip", began, duration_s, digest, size, filename))

    def forget_clip(self, clip_id: str) -> None:
        """It was begun, and no picture came into it."""
        self.disk.remove(self.making / clip_id)

    def cut_short(self, clip_id: str) -> None:
        """It ended before it was whole. From now on it counts in the bounds, until it is brought back or given up."""
        folder = self.making / clip_id
        try:
            began, filename = read_began(folder)
        except (OSError, ValueError):
            began, filename = Moment(0.0, 0, ""), ""
        data = folder / "data"
        size = data.stat().st_size if data.exists() else 0
        with self._lock:
            self._cut[clip_id] = Item(clip_id, "clip", began, 0.0, "", size, filename)

    def give_up_clip(self, clip_id: str) -> None:
        """Nothing of it can be used; it is counted, where the disk is full as soon as it has made room."""
        self.tally.add_loss("cut_clips")
        with self._lock:
            self._cut.pop(clip_id, None)
            self.disk.remove(self.making / clip_id)
        with suppress(OSError):  # there may be room for the count now; else it goes on waiting
            self.tally.write()

    def cut_clips(self) -> list[str]:
        """Those that are not whole: what a kill or power loss has cut, and what is being filmed now."""
        return sorted(folder.name for folder in self.making.iterdir())

    def cut_items(self) -> list[Item]:
        """Those that were cut, the oldest first, to be brought back or given up; their `size` is what lies there."""
        with self._lock:
            return sorted(self._cut.values(), key=lambda item: item.started.wall_s)

    def add(self, item: Item, data: bytes) -> Item:
        """A small item at once; `sha256` and `size` are filled in."""
        with self._room_for(item) as place:
            self.disk.write(place, data)
            return self._promote(replace(item, sha256=sha256_of(place), size=len(data)))

    def add_copy(self, item: Item, source: Path) -> Item:
        """A whole file of somebody else's; `sha256` and `size` are filled in."""
        with self._room_for(item) as place:
            shutil.copyfile(source, place)
            self.disk.sync(place)
            return self._promote(replace(item, sha256=sha256_of(place), size=place.stat().st_size))

    def add_readings(self, batch_id: str, readings: list[Reading], thinned: int = 0) -> Item:
        """One item of many readings."""
        first, last = readings[0].at, readings[-1].at
        lasted = (last.monotonic_ns - first.monotonic_ns) / 1e9 if first.boot_id == last.boot_id else 0.0
        words = Item(batch_id, "readings", first, lasted, "", 0, "readings.log", len(readings), thinned)
        return self.add(words, to_lines(readings))

    # What goes out

    def waiting(self) -> list[Item]:
        """The oldest first."""
        with self._lock:
            return sorted(self._index.values(), key=lambda item: item.started.wall_s)

    def data_path(self, item: Item) -> Path:
        """Where its bytes are."""
        return self.items_folder / item.id / "data"

    def readings_of(self, item: Item) -> list[Reading]:
        """The whole ones; what the disk has spoilt or lost is counted as damaged when the item is done."""
        return from_lines(readable_bytes(self.data_path(item)))

    @contextmanager
    def holding(self, item: Item) -> Iterator[bool]:
        """Nobody thins or drops it meanwhile. False where it is gone already."""
        with self._lock:
            here = (item.id in self._index or item.id in self._cut) and item.id not in self._held
            if here:
                self._held.add(item.id)
        try:
            yield here
        finally:
            if here:
                with self._lock:
                    self._held.discard(item.id)

    def held(self) -> set[str]:
        """The ids of those that are being sent."""
        with self._lock:
            return set(self._held)

    def remove(self, item: Item) -> None:
        """The site has it, or its loss is counted."""
        with self._lock:
            self._index.pop(item.id, None)
            self.disk.remove(self.items_folder / item.id / "item.json")  # without it, what is left is no item
            self.disk.remove(self.items_folder / item.id)

    def refuse(self, item: Item, sentence: str, *, keep_data: bool = True, counted: str = "refused") -> None:
        """Out of the way, with the sentence that says why beside it."""
        self.tally.add(counted)
        with self._lock:
            folder = self.items_folder / item.id
            self.disk.make_folder(folder)  # somebody may have deleted it
            self.disk.write(folder / "refusal.json", json.dumps({"sentence": sentence}).encode())
            if not keep_data:
                self.disk.remove(folder / "data")
            self.disk.remove(self.refused_folder / item.id)  # it came again, and was refused before
            self.disk.rename(folder, self.refused_folder / item.id)
            self.disk.sync(self.refused_folder)
            self._index.pop(item.id, None)

    # Inside

    @contextmanager
    def _room_for(self, item: Item) -> Iterator[Path]:
        """A place for its bytes; what did not fit is taken away, or it would keep a full disk full."""
        folder = self.making / item.id
        try:
            self.disk.make_folder(folder)
            yield folder / "data"
        except OSError:
            self.disk.remove(folder)
            raise

    def _promote(self, item: Item) -> Item:
        folder = self.making / item.id
        self.disk.write(folder / "item.json", item.to_json())
        self.disk.sync(folder)
        return self._add_whole(item)

    def _add_whole(self, item: Item) -> Item:
        folder = self.making / item.id
        with self._lock:
            self.disk.rename(folder, self.items_folder / item.id)
            self.disk.sync(self.items_folder)
            self._index[item.id] = item
            self._cut.pop(item.id, None)
        if self._on_added is not None:
            self._on_added(item)
        return item

    def _promote_whole_ones(self) -> None:
        """What was whole but not renamed when the power went is kept; a half one without began.json was never whole."""
        for folder in sorted(self.making.iterdir()):
            item = read_item(folder)
            if item is not None and is_whole(folder, item):
                self._add_whole(item)
            elif not (folder / "began.json").exists():
                self.disk.remove(folder)

    def _read(self, folder: Path) -> None:
        item = read_item(folder)
        if item is not None and (folder / "data").exists():
            self._index[item.id] = item
        elif (folder / "item.json").exists():
            self._save_remains(folder, item)
        else:
            self.disk.remove(folder)  # left from a removal that was cut short

    def _save_remains(self, folder: Path, item: Item | None) -> None:
        """Of what the disk has spoilt: the readings whose lines are whole, and a clip whose beginning is known."""
        log.warning("The item %s was damaged on this disk; what can be used of it is kept.", folder.name)
        data, kind = folder / "data", item.kind if item is not None else kind_of(folder)
        if kind == "readings":
            self._save_readings(folder)
        elif kind == "clip" and data.exists() and (folder / "began.json").exists():
            self.disk.remove(folder / "item.json")
            self.disk.rename(folder, self.making / folder.name)  # as after a kill
            return
        else:
            self.tally.add_loss(f"damaged_{kind}s")
        self.disk.remove(folder / "item.json")
        self.disk.remove(folder)

    def _save_readings(self, folder: Path) -> None:
        data = readable_bytes(folder / "data")
        readings = from_lines(data)
        if readings:
            self.add_readings(new_id(), readings)
        self.tally.add_loss("damaged_readings", max(number_of_readings(folder), number_in(data)) - len(readings))


def read_item(folder: Path) -> Item | None:
    """None where item.json is not there or not whole."""
    try:
        item = Item.from_json((folder / "item.json").read_bytes())
    except (OSError, ValueError):
        return None
    return item if item.id == folder.name else None


def read_began(folder: Path) -> tuple[Moment, str]:
    """When a clip began, and its name. Raises ValueError where that was spoilt, OSError where it is not there."""
    words = json.loads((folder / "began.json").read_bytes())
    try:
        return Moment(**words["started"]), words["filename"]
    except (KeyError, TypeError) as wrong:
        raise ValueError("This is no beginning of a clip.") from wrong


def is_whole(folder: Path, item: Item) -> bool:
    """Whether the data are those that item.json was written for."""
    data = folder / "data"
    return data.is_file() and data.stat().st_size == item.size and sha256_of(data) == item.sha256
