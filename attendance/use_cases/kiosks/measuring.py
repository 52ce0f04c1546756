"""The temperature of whoever stands before a kiosk: it screens, and does not diagnose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from attendance.model import Device, Reading, new_id
from attendance.rules.alarms import candidates
from attendance.rules.temperatures import of_face
from attendance.services import Services
from attendance.use_cases.devices.reading import skin_estimate
from attendance.use_cases.devices.readings import SentReading, raise_alarms, reading_of


@dataclass(frozen=True, slots=True)
class Measured:
    """An estimate of skin with the kiosk's offset, None where nothing was measured; whether it reaches the threshold
    of its alarms.
    """

    temperature_c: float | None = None
    is_high: bool = False


def measure(
    services: Services, device: Device, sent: SentReading | None, face: tuple[float, float, float, float] | None
) -> Measured:
    """The reading is stored as those of other devices are, with the alarm that it raises.

    `face` is where the face is in the camera's picture; None is wherever the sensor looks. Raises BadReading.
    """
    if sent is None or not device.kiosk_settings.takes_temperature:
        return Measured()
    reading = reading_of(services, device, sent)
    skin_c = _skin(reading, device, face)
    reading = replace(reading, skin_c=skin_c)
    wanted = candidates(device, [reading], new_id)
    raise_alarms(services, device.id, wanted)
    services.store.add_readings(device.id, [reading])
    if skin_c is None:
        return Measured()
    return Measured(skin_c + device.calibration_offset_c, bool(wanted))


def _skin(reading: Reading, device: Device, face: Sequence[float] | None) -> float | None:
    if face is None:
        return reading.skin_c
    left, top, width, height = face
    seen = of_face(reading.pixels_c, (left, top, width, height), device.kiosk_settings.sensor_field)
    return None if seen is None else skin_estimate(seen)
