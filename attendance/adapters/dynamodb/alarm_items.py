"""New alarms: of those that are near in time one is stored, also where several batches of a device come at once.

A device's alarms are counted in an item, and whoever adds some must have looked at all that are counted there.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from attendance.adapters.dynamodb import keys
from attendance.adapters.dynamodb.actions import NEW, THERE, Action, check, delete, put, update
from attendance.adapters.dynamodb.table import MOST_IN_TRANSACTION, Table, key_in
from attendance.adapters.dynamodb.values import Item, attribute, attributes, text, whole
from attendance.model import Alarm, NearAlarms
from attendance.rules.alarms import near_time, raised
from attendance.sentences import moved_on, no_device

_MOST = (MOST_IN_TRANSACTION - 1) // 4  # an alarm is four items that go, beside the one that counts all


def add_alarms(table: Table, device_id: str, new: Sequence[Alarm], quiet: timedelta) -> None:
    """All of them in one transaction. Raises NotFound, MovedOn."""
    table.again(partial(_add, table, device_id, new, quiet))


def near_alarms(table: Table, device_id: str, new: Sequence[Alarm], quiet: timedelta) -> NearAlarms:
    """By their times and their readings."""
    first, last = near_time(new, quiet)
    between = (keys.alarm_at(first, ""), keys.alarm_at(last, ""))
    leads = table.query(keys.alarms_of(device_id), between=between)
    moments = [datetime.fromisoformat(text(lead, "at")) for lead in leads]
    named = table.get_many(keys.alarmed_reading(device_id, alarm.reading_id) for alarm in new)
    return NearAlarms(moments, {text(item, "reading_id") for item in named.values()})


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


def _add(table: Table, device_id: str, new: Sequence[Alarm], quiet: timedelta) -> None:
    table.transact(adding_alarms(table, device_id, new, quiet))


def adding_alarms(table: Table, device_id: str, new: Sequence[Alarm], quiet: timedelta) -> list[Action]:
    """What one transaction does that adds them, or refuses. Raises MovedOn."""
    counted = whole(table.get(keys.alarm_count(device_id)), "alarms")
    if len(raised(new, near_alarms(table, device_id, new, quiet), quiet)) < len(new):
        raise moved_on()
    actions = [
        check(keys.device(device_id), THERE, no_device()),
        _counting(device_id, counted, len(new)),
        update(keys.ALARM_COUNT, "ADD #alarms :new", "", new=len(new)),
    ]
    return [*actions, *(action for alarm in new for action in _storing(alarm))]


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
