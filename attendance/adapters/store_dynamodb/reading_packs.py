"""Readings packed into items, because an item of 200 bytes costs as much to write as one of a kilobyte.

The columns lie one after the other, so that a day's chart need not fetch pixels.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby

from attendance.adapters import store_dynamodb_device_keys as keys
from attendance.adapters.store_dynamodb.actions import NEW, Action, put, update
from attendance.adapters.store_dynamodb.table import MOST_IN_TRANSACTION
from attendance.adapters.store_dynamodb.values import Item, attribute
from attendance.adapters.store_dynamodb_keys import Key
from attendance.device_model import PIXELS, Reading
from attendance.model import new_id

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


def minute_of(at: datetime) -> int:
    """Counted from 1970."""
    return (at - EPOCH) // timedelta(minutes=1)


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
