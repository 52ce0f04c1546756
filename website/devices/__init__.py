"""Devices: the list, pairing and keys, the timetable of rooms, calibration, readings and alarms."""

from website.devices import alarms, calibration, doors, keys, kiosks, notice, readings, timetable
from website.devices.views import blueprint

__all__ = ["alarms", "blueprint", "calibration", "doors", "keys", "kiosks", "notice", "readings", "timetable"]
