"""Fewer readings as they grow old: a pack without those that go takes the place of the pack with them.

An hour's item counts what was ever added to it (`added`), and remembers how far it was thinned and cleared: an hour to
which nothing was added since is not looked at again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby

from attendance.adapters import store_dynamodb_device_keys as keys
from attendance.adapters.store_dynamodb.actions import THERE, Changed, delete, put
from attendance.adapters.store_dynamodb.parallel import together
from attendance.adapters.store_dynamodb.reading_packs import EPOCH, in_time, minute_of, packed, unpacked
from attendance.adapters.store_dynamodb.table import Table, key_in
from attendance.adapters.store_dynamodb.values import Item, text, whole
from attendance.device_model import Reading

_HOUR = timedelta(hours=1)


def thin_readings(table: Table, device_id: str, before_at: datetime, most_minutes: int) -> int:
    """How many were removed; at most so many minutes are thinned. Raises Changed."""
    before_at = EPOCH + timedelta(minutes=minute_of(before_at))
    left, removed = most_minutes, 0
    for hour in _hours(table, device_id, before_at, "thinned"):
        if left <= 0:
            break
        packs = list(table.query(keys.packs_of(device_id, hour.name)))
        minutes = _crowded(_free(table, device_id, packs, before_at))
        go = [one for its in minutes[:left] for one in sorted(its, key=_hottest_first)[1:]]
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
        old = _free(table, device_id, packs, before_at)
        go = sorted(old, key=in_time)[: most - removed]
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


def _free(table: Table, device_id: str, packs: Sequence[Item], before_at: datetime) -> list[Reading]:
    """The readings before this moment that no alarm names. Alarms are read after the readings: they are there first."""
    old = [one for pack in packs for one in unpacked(device_id, pack) if one.at < before_at]
    if not old:
        return []
    named = {text(one, "reading_id") for one in table.query(keys.alarms_of(device_id), keys.READING)}
    return [one for one in old if one.id not in named]


def _crowded(readings: Sequence[Reading]) -> list[list[Reading]]:
    """The readings of each minute that has several, the oldest minute first."""
    in_order = sorted(readings, key=in_time)
    minutes = [list(its) for _, its in groupby(in_order, key=lambda one: minute_of(one.at))]
    return [its for its in minutes if len(its) > 1]


def _hottest_first(reading: Reading) -> tuple[float, datetime, str]:
    return -reading.hottest_c, reading.at, reading.id


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
