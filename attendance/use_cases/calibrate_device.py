"""Say how far a device's sensor is off, and from which temperature on it makes an alarm."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta

from attendance.device_model import Device
from attendance.errors import InvalidInput
from attendance.list_model import AuditEntry
from attendance.services import Services

PROPOSED_LINE_C = 37.5
MOST_OFFSET_C = 10.0
LOWEST_LINE_C, HIGHEST_LINE_C = 30.0, 45.0


def calibrate_device(services: Services, device_id: str, *, offset_c: float, on: date, by: str | None) -> Device:
    """Add `offset_c` to its skin estimates from now on; `on` says since when. Raises NotFound, InvalidInput."""
    if not math.isfinite(offset_c) or abs(offset_c) > MOST_OFFSET_C:
        raise InvalidInput(
            "The offset must be a number from -%(most)s to %(most)s degrees.",
            most=f"{MOST_OFFSET_C:g}",
            field="offset_c",
        )
    if on > services.now().date() + timedelta(days=1):  # it is tomorrow already in the east
        raise InvalidInput("The day of the calibration lies in the future.", field="on")
    device = replace(services.store.device(device_id), calibration_offset_c=offset_c, calibrated_on=on)
    services.store.save_device(device)
    _audit(services, by, "device.calibrated", device, f"{offset_c:+.2f} °C, {on.isoformat()}")
    return device


def set_alarm_line(services: Services, device_id: str, *, line_c: float | None, by: str | None) -> Device:
    """Make an alarm of skin estimates from here on; None makes none. Raises NotFound, InvalidInput."""
    if line_c is not None and not LOWEST_LINE_C <= line_c <= HIGHEST_LINE_C:
        raise InvalidInput(
            "The alarm line must be from %(low)s to %(high)s degrees.",
            low=f"{LOWEST_LINE_C:g}",
            high=f"{HIGHEST_LINE_C:g}",
            field="line_c",
        )
    device = replace(services.store.device(device_id), alarm_line_c=line_c)
    services.store.save_device(device)
    _audit(services, by, "device.alarm_line_set", device, "-" if line_c is None else f"{line_c:g} °C")
    return device


def _audit(services: Services, by: str | None, action: str, device: Device, detail: str) -> None:
    services.store.add_audit(AuditEntry(services.now(), by, action, device.name, detail))
