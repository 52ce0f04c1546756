"""The Panasonic AMG8833 by Adafruit's driver, on the I2C bus of a Pi or on any object that behaves like one."""

from __future__ import annotations

import math
from importlib import import_module
from typing import Any

from device_uploader.errors import SourceFailed
from device_uploader.reading import is_sound
from device_uploader.sources import ThermalSensor, Warmth

CURE = "Is I2C switched on (raspi-config), are the four wires in, and does `i2cdetect -y 1` show it?"
INSTALL = "Install it with: pip install -r device_uploader/requirements-sensor.txt"


class Amg8833(ThermalSensor):
    """8x8 pixels of 0.25 C and a thermistor of 0.0625 C. It screens and does not diagnose: its accuracy is +-2.5 C."""

    def __init__(self, bus: Any, address: int) -> None:
        try:
            driver = import_module("adafruit_amg88xx")
        except ImportError as missing:
            raise SourceFailed(f"The driver of the thermal sensor is not installed. {INSTALL}") from missing
        self._address = address
        try:
            self._driver: Any = driver.AMG88XX(bus, addr=address)
        except (OSError, ValueError) as wrong:
            raise SourceFailed(f"No thermal sensor answers at {address:#x}. {CURE}") from wrong

    def read(self) -> Warmth:
        """Raises SourceFailed, also for an answer that no such sensor can give."""
        try:
            pixels = tuple(float(value) for row in self._driver.pixels for value in row)
            thermistor = float(self._driver.temperature)
        except OSError as wrong:
            raise SourceFailed(f"The thermal sensor at {self._address:#x} does not answer. {CURE}") from wrong
        if not is_sound(pixels, thermistor):
            raise SourceFailed(f"The thermal sensor says {worst(pixels, thermistor)} C, which cannot be. {CURE}")
        return Warmth(pixels, thermistor)


def worst(pixels_c: tuple[float, ...], thermistor_c: float) -> float:
    """The value that is farthest from a room's."""
    return max((*pixels_c, thermistor_c), key=lambda value: math.inf if math.isnan(value) else abs(value - 20))
