"""Keeps the outbox small enough: the oldest readings are thinned, then the oldest clips go, and all is counted."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from device_uploader.item import KINDS, Item, Kind, new_id
from device_uploader.outbox import Outbox

THINNED_FIRST = 2  # every fourth reading is left before a clip has to go
MOST_REFUSED, MOST_REFUSED_BYTES = 100, 10**9
MOST_AT_ONCE = 100  # a week of readings takes an hour to thin on an SD card, and the watchdog waits for minutes
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Bounds:
    """`share_of_disk` is 0..1; recording stops where less than `least_free_bytes` is left on the disk."""

    most_bytes: int
    share_of_disk: float
    least_free_bytes: int


def make_room(outbox: Outbox, bounds: Bounds) -> None:
    """Nothing is let go while there is room, and never the newest of its kind; so much at once as takes seconds."""
    most = min(bounds.most_bytes, int(bounds.share_of_disk * outbox.disk.total_bytes(outbox.folder)))
    no_room_for: dict[str, OSError] = {}
    for _ in range(MOST_AT_ONCE):
        kept = [*outbox.waiting(), *outbox.cut_items()]
        if sum(item.size for item in kept) <= most:
            return
        item = next_to_shrink(kept, outbox.held() | no_room_for.keys())
        if item is None:
            break
        with outbox.holding(item) as here:
            try:
                if here:
                    shrink(outbox, item)
            except OSError as full:  # thinned readings are written before the others go; what needs no room goes first
                no_room_for[item.id] = full
    if no_room_for:
        raise next(iter(no_room_for.values()))


def next_to_shrink(items: Sequence[Item], held: Collection[str]) -> Item | None:
    """Which of these, the oldest first, gives room; None where only the newest and those being sent are left."""
    old = [item for kind in KINDS for item in _of_kind(items, kind)[:-1]]
    free = [item for item in old if item.id not in held]
    return min(free, key=_turn, default=None)


def _of_kind(items: Sequence[Item], kind: str) -> list[Item]:
    """The oldest first."""
    return sorted((item for item in items if item.kind == kind), key=lambda item: item.started.wall_s)


def _turn(item: Item) -> tuple[int, int, float]:
    """Readings to a quarter, then clips, snapshots, what is left of the readings, and last what a kiosk promised."""
    order: dict[Kind, int] = {"readings": 0, "clip": 1, "snapshot": 2, "visit": 2, "attempt": 4}
    turn = 3 if item.kind == "readings" and item.thinned >= THINNED_FIRST else order[item.kind]
    return turn, item.thinned, item.started.wall_s


def shrink(outbox: Outbox, item: Item) -> None:
    """Every second reading, or the whole clip or snapshot."""
    if any(item.id == cut.id for cut in outbox.cut_items()):
        log.warning("The outbox is full: the clip %s, which was cut, is let go.", item.id)
        outbox.give_up_clip(item.id)
    elif item.kind == "readings" and item.readings > 1:
        _thin(outbox, item)
    else:
        log.warning("The outbox is full: the %s %s is let go.", item.kind, item.id)
        outbox.tally.add_loss(f"dropped_{item.kind.removesuffix('s')}s", max(1, item.readings))
        outbox.remove(item)


def _thin(outbox: Outbox, item: Item) -> None:
    """The thinned batch is whole beside the old one before that goes: power loss may double readings, never lose."""
    readings = outbox.readings_of(item)
    log.warning("The outbox is full: every second one of %s old readings is let go.", len(readings))
    if readings:
        outbox.add_readings(new_id(), readings[::2], thinned=item.thinned + 1)
    outbox.tally.add_loss("dropped_readings", len(readings) - len(readings[::2]))
    outbox.tally.add_loss("damaged_readings", item.readings - len(readings))
    outbox.remove(item)


def forget_old_refusals(outbox: Outbox, most: int = MOST_REFUSED, most_bytes: int = MOST_REFUSED_BYTES) -> None:
    """What the site will never take is kept for a person to look at, but not for ever: the newest of it."""
    total_bytes = 0
    folders = sorted(outbox.refused_folder.iterdir(), key=lambda folder: folder.stat().st_mtime, reverse=True)
    for place, folder in enumerate(folders):
        total_bytes += sum(file.stat().st_size for file in folder.iterdir())
        if place >= most or total_bytes > most_bytes:
            outbox.disk.remove(folder)
