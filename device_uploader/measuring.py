"""Reads the thermal sensor every few seconds, keeps the readings, and asks for a picture when somebody comes."""

from __future__ import annotations

import threading
from collections.abc import Callable

from device_uploader.clock import Clock
from device_uploader.item import new_id
from device_uploader.reading import Reading
from device_uploader.reading_log import ReadingLog
from device_uploader.settings import Settings
from device_uploader.sources import ThermalSensor
from device_uploader.warm_head import Visits

BEAT_S = 60.0  # who waits for longer says meanwhile that it is alive


class Measuring:
    """`ask` is called with the reading's id when a warm head appears; None where no camera is to answer."""

    def __init__(
        self,
        readings: ReadingLog,
        settings: Settings,
        clock: Clock,
        sensor: Callable[[], ThermalSensor],
        ask: Callable[[str], None] | None,
        on_reading: Callable[[Reading], None] | None = None,
    ) -> None:
        trigger = settings.trigger
        self._readings, self._every_s, self._clock = readings, settings.sensor.every_s, clock
        self._open_sensor, self._ask, self._on_reading = sensor, ask, on_reading
        self._visits = (
            Visits(trigger.rise_c, trigger.least_pixels, trigger.again_after_s) if trigger.by_temperature else None
        )

    def run(self, stop: threading.Event, beat: Callable[[str], None]) -> None:
        """Until `stop`, or until the sensor fails: SourceFailed."""
        sensor = self._open_sensor()
        due_s = self._now_s()
        while not stop.is_set():
            self._read(sensor)
            beat("ok")
            due_s = max(due_s + self._every_s, self._now_s())
            while (left_s := due_s - self._now_s()) > 0 and not stop.is_set():
                self._clock.wait(stop, min(left_s, BEAT_S))
                beat("ok")

    def _now_s(self) -> float:
        return self._clock.monotonic_ns() / 1e9

    def _read(self, sensor: ThermalSensor) -> None:
        warmth, at = sensor.read(), self._clock.now()
        reading = Reading(new_id(), at, warmth.pixels_c, round(warmth.thermistor_c, 4))
        self._readings.add(reading)
        if self._on_reading is not None:
            self._on_reading(reading)
        came = self._visits is not None and self._visits.began(warmth.pixels_c, at.monotonic_ns / 1e9)
        if came and self._ask is not None:
            self._ask(reading.id)
