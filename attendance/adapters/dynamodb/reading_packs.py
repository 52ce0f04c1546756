"""Readings packed into items, because an item of 200 bytes costs as much to write as one of a kilobyte.

The columns lie one after the other, so that a day's chart need not fetch pixels.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import groupby

from attendance.adapters.dynamodb import keys
from attendance.adapters.dynamodb.actions import NEW, THERE, Action, Changed, delete, put, update
from attendance.adapters.dynamodb.keys import Key
from attendance.adapters.dynamodb.table import MOST_IN_TRANSACTION, Table, key_in, together
from attendance.adapters.dynamodb.values import Item, attribute, text, whole
from attendance.model import PIXELS, Reading, new_id
from attendance.rules.thinning import removable, surplus

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SUMMARY = ("at_us", "coolest_c", "mean_c", "hottest_c", "skins_c")
"""The attributes that a chart is drawn from."""

_STEPS = 4  # the AMG8833 measures in quarters of a degree
_FOR_THE_PACK = 2  # actions of a transaction beside one a reading: its pack, and the hour


Summary = tuple[int, float, float, float, float]
"""What a chart needs of a reading: microseconds since 1970, coolest, mean and hottest pixel, and skin or NaN."""


def packed(readings: Sequence[Reading]) -> Item:
    """An item without its key; `count` shrinks when readings are removed, and never grows."""
    return {
        "count": attribute(len(readings)),
        "ids": attribute(json.dumps([one.id for one in readings], ensure_ascii=False, separators=(",", ":"))),
        "at_us": attribute(struct.pack(f"<{len(readings)}q", *(microseconds(one.at) for one in readings))),
        "thermistors_c": _column([one.thermistor_c for one in readings]),
        "coolest_c": _column([one.coolest_c for one in readings]),
        "mean_c": _column([one.mean_c for one in readings]),
        "hottest_c": _column([one.hottest_c for one in readings]),
        "skins_c": _column([math.nan if one.skin_c is None else one.skin_c for one in readings]),
        "pixels_c": attribute(_pixels(readings)),
    }


def unpacked(device_id: str, item: Item) -> list[Reading]:
    """The readings of an item, as they were."""
    ids = json.loads(item["ids"]["S"])
    columns = zip(ids, _microseconds(item), _numbers(item, "thermistors_c"), _numbers(item, "skins_c"), strict=True)
    pixels_c = item["pixels_c"]["B"]
    size = len(pixels_c) // len(ids)
    return [
        Reading(
            id=one,
            device_id=device_id,
            at=EPOCH + timedelta(microseconds=at_us),
            pixels_c=_unpacked_pixels(pixels_c[place * size : (place + 1) * size]),
            thermistor_c=thermistor_c,
            skin_c=None if math.isnan(skin_c) else skin_c,
        )
        for place, (one, at_us, thermistor_c, skin_c) in enumerate(columns)
    ]


def summaries(item: Item) -> Iterator[Summary]:
    """Of the readings of an item, of which the attributes SUMMARY were read. A day may have 86,400."""
    columns = [_numbers(item, name) for name in SUMMARY[1:]]
    return zip(_microseconds(item), *columns, strict=True)


def microseconds(at: datetime) -> int:
    """Counted from 1970."""
    return (at - EPOCH) // timedelta(microseconds=1)


def transactions(device_id: str, readings: Sequence[Reading]) -> Iterator[tuple[int, list[Action]]]:
    """What stores readings: how many, and the actions of one transaction. Each stands for itself."""
    actions: list[Action] = []
    count = 0
    for hour, group in groupby(sorted(readings, key=in_time), key=lambda one: keys.hour_of(one.at)):
        left = list(group)
        while left:
            room = MOST_IN_TRANSACTION - len(actions) - _FOR_THE_PACK
            if room < 1:
                yield count, actions
                actions, count = [], 0
                continue
            part, left = left[:room], left[room:]
            actions += _storing(device_id, hour, part)
            count += len(part)
    if actions:
        yield count, actions


def in_time(reading: Reading) -> tuple[datetime, str]:
    """What readings are sorted by."""
    return reading.at, reading.id


def _storing(device_id: str, hour: str, readings: Sequence[Reading]) -> list[Action]:
    """One pack of an hour, with what leads to it from the ids."""
    key = keys.pack(device_id, hour, readings[-1].at, new_id())
    return [
        update(keys.hour(device_id, hour), "ADD #added :count", "", count=len(readings)),
        put(key, packed(readings), NEW),
        *(put(keys.reading(device_id, one.id), _lead(key), NEW) for one in readings),
    ]


def _lead(pack: Key) -> Item:
    return {"pack_pk": {"S": pack[0]}, "pack_sk": {"S": pack[1]}}


def _column(numbers: Sequence[float]) -> dict[str, bytes]:
    return attribute(tuple(numbers))


def _numbers(item: Item, name: str) -> tuple[float, ...]:
    column = item[name]["B"]
    return struct.unpack(f"<{len(column) // 8}d", column)


def _microseconds(item: Item) -> tuple[int, ...]:
    column = item["at_us"]["B"]
    return struct.unpack(f"<{len(column) // 8}q", column)


def _pixels(readings: Sequence[Reading]) -> bytes:
    """Exactly: two bytes each where all are quarters of a degree, as the sensor gives them, else eight."""
    pixels_c = [pixel for one in readings for pixel in one.pixels_c]
    quarters = [pixel * _STEPS for pixel in pixels_c]
    if all(quarter.is_integer() and abs(quarter) < 2**15 for quarter in quarters):
        return struct.pack(f"<{len(quarters)}h", *map(int, quarters))
    return struct.pack(f"<{len(pixels_c)}d", *pixels_c)


def _unpacked_pixels(stored: bytes) -> tuple[float, ...]:
    if len(stored) == PIXELS * 8:
        return struct.unpack(f"<{PIXELS}d", stored)
    return tuple(quarter / _STEPS for quarter in struct.unpack(f"<{PIXELS}h", stored))


_HOUR = timedelta(hours=1)


def thin_readings(table: Table, device_id: str, before_at: datetime, most_minutes: int) -> int:
    """How many were removed; at most so many minutes are thinned. Raises Changed."""
    left, removed = most_minutes, 0
    for hour in _hours(table, device_id, before_at, "thinned"):
        if left <= 0:
            break
        packs = list(table.query(keys.packs_of(device_id, hour.name)))
        minutes = surplus(*_old_and_named(table, device_id, packs, before_at), before_at)
        go = [one for its in minutes[:left] for one in its]
        removed += _remove(table, device_id, packs, go)
        if len(minutes) <= left and hour.ends_at <= before_at:
            _note(table, device_id, hour, "thinned")
        left -= len(minutes)
    return removed


def remove_readings(table: Table, device_id: str, before_at: datetime, most: int) -> int:
    """How many were removed, the oldest first. Raises Changed."""
    removed = 0
    for hour in _hours(table, device_id, before_at, "cleared"):
        if removed >= most:
            break
        packs = list(table.query(keys.packs_of(device_id, hour.name)))
        old = removable(*_old_and_named(table, device_id, packs, before_at), before_at)
        go = old[: most - removed]
        removed += _remove(table, device_id, packs, go)
        if len(go) == len(old) and hour.ends_at <= before_at:
            _close(table, device_id, hour)
    return removed


class _Hour:
    """An hour in which a device measured."""

    def __init__(self, item: Item) -> None:
        self.name = text(item, "sk").removeprefix(keys.HOUR)
        self.added = whole(item, "added")
        self.ends_at = datetime.fromisoformat(f"{self.name}:00:00+00:00") + _HOUR


def _hours(table: Table, device_id: str, before_at: datetime, done: str) -> Iterator[_Hour]:
    """Those with readings before this moment that are not done, the oldest first."""
    between = (keys.HOUR, keys.HOUR + keys.hour_of(before_at))
    for item in list(table.query(keys.of_device(device_id), between=between)):
        if whole(item, done) != whole(item, "added"):
            yield _Hour(item)


def _old_and_named(
    table: Table, device_id: str, packs: Sequence[Item], before_at: datetime
) -> tuple[list[Reading], set[str]]:
    """Readings before this moment, and ids that alarms name. Alarms are read last, because they are stored first."""
    old = [one for pack in packs for one in unpacked(device_id, pack) if one.at < before_at]
    alarmed = table.query(keys.alarms_of(device_id), keys.READING) if old else ()
    return old, {text(one, "reading_id") for one in alarmed}


def _remove(table: Table, device_id: str, packs: Sequence[Item], go: Sequence[Reading]) -> int:
    """How many are gone. Raises Changed where another process removed some meanwhile."""
    gone = {one.id for one in go}
    return sum(together(partial(_remove_from_pack, table, device_id, gone), packs))


def _remove_from_pack(table: Table, device_id: str, gone: Collection[str], pack: Item) -> int:
    readings = unpacked(device_id, pack)
    stay = [one for one in readings if one.id not in gone]
    if len(stay) == len(readings):
        return 0
    key, as_read, count = key_in(pack), "#count = :count", len(readings)
    kept = put(key, packed(stay), as_read, count=count) if stay else delete(key, as_read, count=count)
    leads = [delete(keys.reading(device_id, one.id)) for one in readings if one.id in gone]
    table.transact([kept, *leads])
    return len(leads)


def _note(table: Table, device_id: str, hour: _Hour, done: str) -> None:
    table.update(keys.hour(device_id, hour.name), f"SET #{done} = :added", THERE, added=hour.added)


def _close(table: Table, device_id: str, hour: _Hour) -> None:
    """Nothing is left to be removed of an hour: it goes, or only readings that alarms name stay in it."""
    if any(True for _ in table.query(keys.packs_of(device_id, hour.name), most=1)):
        _note(table, device_id, hour, "cleared")
        return
    with suppress(Changed):  # something was added at this moment
        table.transact([delete(keys.hour(device_id, hour.name), "#added = :added", added=hour.added)])
