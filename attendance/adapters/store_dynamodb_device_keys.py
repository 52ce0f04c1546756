"""The keys of devices, timetable, readings and alarms in the one table."""

from __future__ import annotations

from datetime import datetime

from attendance.adapters.folded import folded
from attendance.adapters.store_dynamodb_keys import RECORDING, Key, moment, of_course, plain, unique

DEVICES, SLOTS, ALARMS, UNSEEN = "devices", "slots", "alarms", "alarms-unseen"
DEVICE, SLOT, REFUSED, HOUR, AT, READING = "device#", "slot#", "refused#", "hour#", "at#", "reading#"
ALARM_COUNT: Key = ("alarm-count", "count")


def device(device_id: str) -> Key:
    return DEVICES, DEVICE + plain(device_id)


def device_key(key_hash: str) -> Key:
    """Of the item that keeps a device's key unique and leads to the device."""
    return f"device-key#{unique(key_hash)}", "device"


def device_pairing(pairing_hash: str) -> Key:
    """Of the item that leads from a pairing code to the device that offers it."""
    return f"device-pairing#{unique(pairing_hash)}", "device"


def of_device(device_id: str) -> str:
    """The partition of the hours in which a device measured, and of what was refused of it."""
    return DEVICE + plain(device_id)


def refused(device_id: str, item_id: str) -> Key:
    return of_device(device_id), REFUSED + plain(item_id)


def slot(slot_id: str) -> Key:
    return SLOTS, SLOT + plain(slot_id)


def of_room(room: str) -> str:
    """The partition of the timetable of a room, whose name is compared without case."""
    return f"room#{unique(folded(room))}"


def slot_copies(slot_id: str, room: str, course_id: str) -> tuple[Key, Key]:
    """Of a line of the timetable among those of its room, and of its course."""
    return (of_room(room), SLOT + plain(slot_id)), (of_course(course_id), SLOT + plain(slot_id))


def hour_of(at: datetime) -> str:
    """In UTC, such as 2025-03-03T10."""
    return moment(at)[:13]


def hour(device_id: str, name: str) -> Key:
    """Of the item that says that a device measured in this hour."""
    return of_device(device_id), HOUR + name


def packs_of(device_id: str, hour_name: str) -> str:
    """The partition of the readings of a device in an hour."""
    return f"{of_device(device_id)}#{hour_name}"


def pack(device_id: str, hour_name: str, last_at: datetime, name: str) -> Key:
    """Of some readings, sorted by the last of them; `name` tells apart packs that end at one moment."""
    return packs_of(device_id, hour_name), f"{moment(last_at)}#{name}"


def reading(device_id: str, reading_id: str) -> Key:
    """Of the item that keeps a reading's id unique for its device and leads to its pack."""
    return f"{of_device(device_id)}#{READING}{plain(reading_id)}", "reading"


def alarm(alarm_id: str) -> Key:
    return f"alarm#{plain(alarm_id)}", "alarm"


def alarm_at(at: datetime, alarm_id: str) -> str:
    """The sort key of an alarm among others."""
    return f"{AT}{moment(at)}#{plain(alarm_id)}"


def alarms_of(device_id: str) -> str:
    """The partition of a device's alarms by time, and of the readings that they name."""
    return f"{of_device(device_id)}#alarms"


def alarmed_reading(device_id: str, reading_id: str) -> Key:
    return alarms_of(device_id), READING + plain(reading_id)


def alarm_count(device_id: str) -> Key:
    return of_device(device_id), "alarm-count"


def picture(recording_id: str) -> Key:
    """Of what a device took with a reading, beside the item that leads to the recording it became."""
    return RECORDING + plain(recording_id), "picture"


def pictures_of(device_id: str) -> str:
    """The partition of a device's pictures by time."""
    return f"{of_device(device_id)}#pictures"


def picture_at(device_id: str, at: datetime, recording_id: str) -> Key:
    return pictures_of(device_id), f"{moment(at)}#{plain(recording_id)}"
