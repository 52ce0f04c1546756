"""Devices: the list, pairing and keys, the timetable of rooms, calibration, readings and alarms."""

from website.devices import alarms, calibration, keys, readings, timetable
from website.devices.views import blueprint

__all__ = ["alarms", "blueprint", "calibration", "keys", "readings", "timetable"]
