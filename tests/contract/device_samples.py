"""Plain examples of the words of devices, for the contract suites."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from attendance.model import Alarm, Device, DeviceStatus, Reading, Slot
from tests.contract.conftest import SERVERS
from tests.contract.samples import NOW

DEVICE_STORES = ["sqlite", "fake", "dynamodb", *SERVERS]
COOL = (21.25,) * 64


def a_device(device_id: str = "d1", **more: Any) -> Device:
    given = {"name": f"Camera {device_id}", "room": "R 101", "created_at": NOW} | more
    return Device(id=device_id, **given)


def a_status(**more: Any) -> DeviceStatus:
    given = {
        "at": NOW,
        "version": "1.0",
        "boot_id": "b",
        "clock_offset_s": -0.25,
        "spool_items": 3,
        "spool_bytes": 5_000_000_000,
        "refused": 1,
        "dropped_readings": 2,
        "dropped_clips": 0,
        "dropped_snapshots": 0,
        "disk_free_bytes": 10**10,
        "cpu_temperature_c": None,
        "camera": "ok",
        "sensor": "센서가 없습니다",
        "damaged_readings": 300,
        "damaged_clips": 4,
        "damaged_snapshots": 5,
        "cut_clips": 6,
    } | more
    return DeviceStatus(**given)


def a_slot(slot_id: str = "t1", course_id: str = "c1", **more: Any) -> Slot:
    given = {"room": "R 101", "weekday": 0, "starts": "09:00", "ends": "10:00"} | more
    return Slot(id=slot_id, course_id=course_id, **given)


def a_reading(
    reading_id: str = "x1", at: datetime = NOW, device_id: str = "d1", hot_c: float = 30.0, **more: Any
) -> Reading:
    given = {"pixels_c": (*COOL[:-1], hot_c), "thermistor_c": 24.0625} | more
    return Reading(id=reading_id, device_id=device_id, at=at, **given)


def an_alarm(
    alarm_id: str = "a1", at: datetime = NOW, reading_id: str = "x1", device_id: str = "d1", **more: Any
) -> Alarm:
    given = {"temperature_c": 38.25, "line_c": 37.5} | more
    return Alarm(id=alarm_id, device_id=device_id, at=at, reading_id=reading_id, **given)
