"""A kiosk in a room where a course meets, and what it sends, for tests of its API and pages."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from attendance.changes import SaveDevice
from attendance.model import Course, DeviceKind, KioskSettings, Liveness, new_id
from attendance.services import Services
from attendance.use_cases.courses.timetable import add_slot
from attendance.use_cases.devices.devices import add_device, pair_device
from tests.website.device_sending import NOON, ROOM, DeviceClient

AHEAD = [b"face:21@0", b"face:21@2", b"face:21@8", b"face:21@18", b"face:21@24", b"face:21@20"]
"""Somebody who turns the head to their left."""


class KioskClient(DeviceClient):
    """Speaks as a kiosk does."""

    def attempt(self, frames: list[bytes] | bytes, command: str = "check_in", **more: Any) -> TestResponse:
        """Somebody stands before it."""
        said = {"id": new_id(), "command": command, "at": NOON.isoformat(), "language": "en"} | more
        given = frames if isinstance(frames, list) else [frames]
        files = [(io.BytesIO(frame), f"{number}.jpg") for number, frame in enumerate(given)]
        form = {"attempt": json.dumps(said, default=datetime.isoformat), "frames": files}
        return self.ask("POST", "/kiosk/attempts", data=form, content_type="multipart/form-data")

    def told(self, frames: list[bytes] | bytes, command: str = "check_in", **more: Any) -> dict[str, Any]:
        """The same; what is answered."""
        answer = self.attempt(frames, command, **more)
        assert answer.status_code == 200, answer.text
        return dict(answer.json)


def a_kiosk(app: Flask, services: Services, course: Course, room: str = ROOM, **chosen: Any) -> KioskClient:
    """Where the course meets on Mondays from eleven to one; it asks for no turn, unless that is chosen."""
    if not services.store.slots(room=room):
        add_slot(services, course_id=course.id, room=room, weekday=0, starts="11:00", ends="13:00", by=None)
    made = add_device(services, name="Kiosk", room=room, by=None, kind=DeviceKind.KIOSK)
    paired = pair_device(services, made.code)
    settings = KioskSettings(**({"liveness": Liveness.OFF} | chosen))
    services.store.commit(SaveDevice(replace(paired.device, kiosk=settings)))
    return KioskClient(app.test_client(), paired.key, services.store.device(paired.device.id))
