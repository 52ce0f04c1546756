"""New alarms: of those that are near in time one is kept, also where several batches of a device come at once.

A device's alarms are counted in an item, and whoever adds some must have looked at all that are counted there.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from attendance.adapters.dynamodb import keys
from attendance.adapters.dynamodb.actions import NEW, THERE, Action, delete, put, update
from attendance.adapters.dynamodb.table import MOST_IN_TRANSACTION, Table, key_in
from attendance.adapters.dynamodb.values import Item, attribute, attributes, text, whole
from attendance.model import Alarm

_MOST = (MOST_IN_TRANSACTION - 2) // 5  # an alarm is five items, beside the two that count


def add_alarms(table: Table, device_id: str, alarmed: Sequence[Alarm], quiet: timedelta) -> None:
    """Those that have no other alarm of the device nearer than `quiet` and none of the same reading."""
    if alarmed:
        table.again(partial(_add, table, device_id, sorted(alarmed, key=lambda alarm: alarm.at), quiet))


def remove_alarms(table: Table, device_id: str) -> None:
    """All of a device, and what leads to them."""
    leads = list(table.query(keys.alarms_of(device_id), keys.AT))
    for start in range(0, len(leads), _MOST):
        part = leads[start : start + _MOST]
        table.transact(
            [
                update(keys.ALARM_COUNT, "ADD #alarms :fewer", "", fewer=-len(part)),
                *(action for lead in part for action in _removing(lead)),
            ]
        )
    named = table.query(keys.alarms_of(device_id), keys.READING)
    table.delete_many([key_in(item) for item in named])


def _add(table: Table, device_id: str, alarmed: Sequence[Alarm], quiet: timedelta) -> None:
    counted = whole(table.get(keys.alarm_count(device_id)), "alarms")
    wanted = _wanted(table, device_id, alarmed, quiet)
    for start in range(0, len(wanted), _MOST):
        part = wanted[start : start + _MOST]
        actions = [
            _counting(device_id, counted, len(part)),
            update(keys.ALARM_COUNT, "ADD #alarms :new", "", new=len(part)),
        ]
        table.transact([*actions, *(action for alarm in part for action in _storing(alarm))])
        counted += len(part)


def _wanted(table: Table, device_id: str, alarmed: Sequence[Alarm], quiet: timedelta) -> list[Alarm]:
    """Sorted by time."""
    partition = keys.alarms_of(device_id)
    around = (keys.alarm_at(alarmed[0].at - quiet, ""), keys.alarm_at(alarmed[-1].at + quiet, ""))
    times = [datetime.fromisoformat(text(item, "at")) for item in table.query(partition, between=around)]
    named = table.get_many(keys.alarmed_reading(device_id, alarm.reading_id) for alarm in alarmed)
    readings = {text(item, "reading_id") for item in named.values()}
    wanted: list[Alarm] = []
    for alarm in alarmed:
        if alarm.reading_id not in readings and not any(abs(alarm.at - at) < quiet for at in times):
            wanted.append(alarm)
            times.append(alarm.at)
            readings.add(alarm.reading_id)
    return wanted


def _counting(device_id: str, counted: int, new: int) -> Action:
    as_read = "#alarms = :counted" if counted else "attribute_not_exists(#alarms)"
    values: dict[str, Any] = {"counted": counted} if counted else {}
    return update(keys.alarm_count(device_id), "ADD #alarms :new", as_read, new=new, **values)


def _removing(lead: Item) -> list[Action]:
    """The last one fails where another call has removed it meanwhile, and with it all that count together."""
    place, alarm_id = text(lead, "sk"), text(lead, "alarm_id")
    return [
        delete(keys.alarm(alarm_id)),
        delete((keys.ALARMS, place)),
        delete((keys.UNSEEN, place)),
        delete((text(lead, "pk"), place), THERE),
    ]


def _storing(alarm: Alarm) -> list[Action]:
    """An alarm, and what leads to it from its time, its device and its reading."""
    lead: Item = {"alarm_id": attribute(alarm.id), "device_id": attribute(alarm.device_id), "at": attribute(alarm.at)}
    place = keys.alarm_at(alarm.at, alarm.id)
    unseen = [put((keys.UNSEEN, place), lead)] if alarm.seen_at is None else []
    named = {"reading_id": attribute(alarm.reading_id)}
    return [
        put(keys.alarm(alarm.id), attributes(alarm), NEW),
        put((keys.ALARMS, place), lead),
        put((keys.alarms_of(alarm.device_id), place), lead),
        put(keys.alarmed_reading(alarm.device_id, alarm.reading_id), named),
        *unseen,
    ]
