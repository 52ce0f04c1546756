"""A device in a room with a timetable, and what it sends, for tests of the device API."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from attendance.model import Course, Device, new_id
from attendance.services import Services
from attendance.use_cases.courses.timetable import add_slot
from attendance.use_cases.devices.devices import DeviceKey, add_device, pair_device
from tests.website.tus_headers import BYTES, metadata

API = "/api/v1/devices"
ROOM = "R 101"
NOON = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
"""Of a Monday in Seoul."""
AT = NOON - timedelta(minutes=20)
VIDEO = b"video 60|21 0 50|900 10 20"
SNAPSHOT = b"snapshot|21|900"
COOL = [21.5] * 64
WARM = [*COOL[:27], 35.0, 35.25, *COOL[29:35], 34.75, 35.0, *COOL[37:]]
"""Four pixels of skin, 35 degrees in the mean."""


def a_paired_device(services: Services, name: str = "Camera", room: str = ROOM) -> DeviceKey:
    """With a key."""
    return pair_device(services, add_device(services, name=name, room=room, by=None).code)


def a_lesson_now(services: Services, course: Course, now: datetime, room: str = ROOM, minutes: int = 30) -> None:
    """The room's timetable has the course from half an hour before to half an hour after; not around midnight."""
    around = (now - timedelta(minutes=minutes), now + timedelta(minutes=minutes))
    add_slot(
        services,
        course_id=course.id,
        room=room,
        weekday=now.weekday(),
        starts=f"{around[0]:%H:%M}",
        ends=f"{around[1]:%H:%M}",
        by=None,
    )


class DeviceClient:
    """Speaks as a device does."""

    def __init__(self, client: FlaskClient, key: str, device: Device | None = None) -> None:
        self.client = client
        self.key = key
        self.device = device

    def ask(self, method: str, path: str, headers: dict[str, str] | None = None, **more: Any) -> TestResponse:
        """With the key."""
        given = {"Authorization": f"Bearer {self.key}", **(headers or {})}
        return self.client.open(API + path, method=method, headers=given, **more)

    def tus(self, method: str, address: str, headers: dict[str, str] | None = None, **more: Any) -> TestResponse:
        """A request of tus to an address, or to where uploads begin."""
        given = {"Authorization": f"Bearer {self.key}", "Tus-Resumable": "1.0.0", **(headers or {})}
        return self.client.open(address or f"{API}/me/uploads", method=method, headers=given, **more)

    def begin(self, words: dict[str, str], size: int) -> TestResponse:
        """Begin an upload."""
        return self.tus("POST", "", {"Upload-Length": str(size), "Upload-Metadata": metadata(**words)})

    def send(self, address: str, offset: int, data: bytes) -> TestResponse:
        """Bytes from an offset on."""
        return self.tus("PATCH", address, {"Upload-Offset": str(offset)}, data=data, content_type=BYTES)

    def send_all(self, words: dict[str, str], data: bytes) -> TestResponse:
        """Begin an upload and send all of it; the answer to the last request."""
        begun = self.begin(words, len(data))
        return begun if begun.status_code != 201 else self.send(begun.headers["Location"], 0, data)


def a_device_in_class(app: Flask, services: Services, course: Course) -> DeviceClient:
    """In a room where the course meets on Mondays from eleven to twelve."""
    add_slot(services, course_id=course.id, room=ROOM, weekday=0, starts="11:00", ends="12:00", by=None)
    paired = a_paired_device(services)
    return DeviceClient(app.test_client(), paired.key, paired.device)


def item_words(data: bytes, started_at: datetime, kind: str = "clip", **more: str) -> dict[str, str]:
    """What a device says of a clip or snapshot."""
    return {
        "item_id": new_id(),
        "kind": kind,
        "started_at": started_at.isoformat(timespec="microseconds"),
        "duration_s": "60" if kind == "clip" else "0",
        "sha256": hashlib.sha256(data).hexdigest(),
        "filename": f"{kind}.bin",
        **more,
    }


def reading_words(at: datetime, **more: Any) -> dict[str, Any]:
    """A reading as JSON."""
    return {"id": new_id(), "at": at.isoformat(), "pixels_c": COOL, "thermistor_c": 24.0625, **more}


def heartbeat_words(at: datetime, **more: Any) -> dict[str, Any]:
    """A heartbeat as JSON."""
    return {
        "at": at.isoformat(),
        "version": "1.0",
        "boot_id": "b",
        "clock_offset_s": 0.5,
        "spool": {
            "items": 3,
            "bytes": 1000,
            "refused": 1,
            "dropped": {"readings": 4, "clips": 5, "snapshots": 6},
        },
        "disk_free_bytes": 10**10,
        "cpu_temperature_c": 51.5,
        "camera": "ok",
        "sensor": "none",
        **more,
    }
