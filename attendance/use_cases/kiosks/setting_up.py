"""How a kiosk is set up: decided by an admin on its page."""

from __future__ import annotations

import math
import re
from dataclasses import replace

from attendance.changes import SaveDevice
from attendance.committing import commit, read_again
from attendance.errors import InvalidInput
from attendance.model import AuditEntry, Device, KioskSettings, SensorField
from attendance.services import Services
from attendance.use_cases.kiosks.attempts import LANGUAGES

LEAST_FACE_PX, MOST_FACE_PX = 80, 1000
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_LEAST_FIELD = 0.05


@read_again
def set_kiosk(services: Services, device_id: str, chosen: KioskSettings, *, by: str | None) -> Device:
    """Raises NotFound, InvalidInput."""
    device = services.store.device(device_id)
    if not device.is_kiosk:
        raise InvalidInput("This device is no kiosk.")
    _check(services, chosen)
    changed = replace(device, kiosk=chosen)
    if changed != device:
        detail = f"{chosen.liveness.value}, {chosen.speech.value}, {chosen.min_face_px} px"
        commit(
            services,
            SaveDevice(changed, device),
            AuditEntry(services.now(), by, "device.kiosk_set", device.name, detail),
        )
    return changed


def _check(services: Services, chosen: KioskSettings) -> None:
    known = {course.id for course in services.store.courses()}
    if not chosen.course_ids <= known:
        raise InvalidInput("One of these courses does not exist any more.", field="courses")
    if not LEAST_FACE_PX <= chosen.min_face_px <= MOST_FACE_PX:
        raise InvalidInput(
            "The width of a face must be a whole number from %(least)s to %(most)s.",
            least=LEAST_FACE_PX,
            most=MOST_FACE_PX,
            field="min_face_px",
        )
    if chosen.language not in LANGUAGES:
        raise InvalidInput("Choose one of the languages.", field="language")
    if not 0 <= chosen.volume <= 1:
        raise InvalidInput("The volume must be from 0 to 100.", field="volume")
    for text, field in ((chosen.quiet_from, "quiet_from"), (chosen.quiet_until, "quiet_until")):
        if text and not _CLOCK.fullmatch(text):
            raise InvalidInput("Give the time of day, such as 09:00.", field=field)
    if bool(chosen.quiet_from) != bool(chosen.quiet_until):
        raise InvalidInput("Quiet hours need both a beginning and an end.", field="quiet_until")
    _check_field(chosen.sensor_field)


def _check_field(field: SensorField) -> None:
    """Of which a part at least lies in the picture: the sensor may see more than the camera."""
    sides = (field.x, field.y, field.width, field.height)
    if not all(map(math.isfinite, sides)) or min(field.width, field.height) < _LEAST_FIELD or max(map(abs, sides)) > 4:
        raise InvalidInput("The field of the sensor cannot be this.", field="field_x")
    if field.x >= 1 or field.y >= 1 or field.x + field.width <= 0 or field.y + field.height <= 0:
        raise InvalidInput("The sensor must see a part of what the camera sees.", field="field_x")
