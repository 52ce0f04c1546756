"""Clips and snapshots as a device sends them to services in memory, for tests of what becomes of them."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from attendance.model import Device, Lecture, Recording, new_id
from attendance.use_cases.courses.timetable import add_slot
from attendance.use_cases.devices.devices import add_device
from attendance.use_cases.devices.uploads import DeviceItem
from attendance.use_cases.recordings.finishing import finish_upload
from attendance.use_cases.recordings.uploads import begin_item
from tests.unit.in_memory import MemoryServices, a_course, services_in_memory
from tests.website.device_sending import VIDEO

NINE = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)  # 09:00 of a Monday in Seoul
MINUTE = timedelta(minutes=1)


def a_timetable(**settings: str) -> MemoryServices:
    """A course in R 101 on Mondays from nine to ten."""
    made = services_in_memory(**settings)
    add_slot(made, course_id=a_course(made).id, room="R 101", weekday=0, starts="09:00", ends="10:00", by=None)
    return made


def a_camera(services: MemoryServices) -> Device:
    """In that room."""
    return add_device(services, name="Camera", room="r 101", by=None).device


def an_item(data: bytes = VIDEO, started_at: datetime = NINE + 5 * MINUTE, **more: object) -> DeviceItem:
    kind = "clip" if data.startswith(b"video") else "snapshot"
    item = DeviceItem(
        id=new_id(),
        kind=kind,
        started_at=started_at,
        duration_s=60.0 if kind == "clip" else 0.0,
        sha256=hashlib.sha256(data).hexdigest(),
        filename="09-05.mp4",
        size=len(data),
    )
    return replace(item, **more)


def sent(services: MemoryServices, device: Device, item: DeviceItem, data: bytes = VIDEO) -> Recording:
    begin_item(services, device, item)
    services.uploads.append(item.id, 0, io.BytesIO(data))
    return finish_upload(services, item.id)


def lectures(services: MemoryServices) -> list[Lecture]:
    return list(services.store.lectures().items)
