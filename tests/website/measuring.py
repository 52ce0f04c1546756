"""What tests of devices need: a device that has a key, and readings of a warm head in a cool room."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from attendance.model import Device, DeviceStatus, Reading, new_id
from attendance.services import Services
from attendance.use_cases.devices.devices import add_device, hear_of, pair_device
from attendance.use_cases.devices.readings import SentReading, receive_readings

LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)
ROOM_C = 21.0
_HEAD = (27, 28, 35, 36)  # four pixels in the middle


def paired_device(services: Services, name: str = "Pi at the door", room: str = "A101") -> Device:
    """One whose code was typed on the device long ago."""
    then = replace(services, now=lambda: LONG_AGO)
    return pair_device(then, add_device(then, name=name, room=room, by=None).code).device


def measure(services: Services, device: Device, at: datetime, skin_c: float | None = 35.0) -> Reading:
    """Send one reading when it is made; without a skin temperature nobody is there."""
    pixels_c = tuple(skin_c if skin_c and place in _HEAD else ROOM_C for place in range(64))
    sent = SentReading(new_id(), at, pixels_c, 24.5)
    device = services.store.device(device.id)
    receive_readings(replace(services, now=lambda: at), device, [sent])
    return services.store.reading(device.id, sent.id)


def measure_for(services: Services, device: Device, first: datetime, minutes: int, skin_c: float | None) -> None:
    """One reading a minute."""
    for minute in range(minutes):
        measure(services, device, first + timedelta(minutes=minute), skin_c)


def say_status(services: Services, device: Device, **more: object) -> None:
    """A heartbeat."""
    said: dict[str, object] = {
        "at": services.now(),
        "version": "1.0",
        "boot_id": "b",
        "clock_offset_s": 0.2,
        "spool_items": 3,
        "spool_bytes": 5_000_000,
        "refused": 2,
        "dropped_readings": 4,
        "dropped_clips": 1,
        "dropped_snapshots": 0,
        "disk_free_bytes": 9_000_000_000,
        "cpu_temperature_c": 51.3,
        "camera": "ok",
        "sensor": "none",
    }
    hear_of(services, services.store.device(device.id), DeviceStatus(**(said | more)))  # type: ignore
