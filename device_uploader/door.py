"""A door: a device that watches who comes, by what moves or by a warm head, and sends one item a stay."""

from __future__ import annotations

import threading
from collections.abc import Callable

from device_uploader.clock import Clock
from device_uploader.device import Device
from device_uploader.errors import SettingsWrong
from device_uploader.face_boxes import FaceBoxes
from device_uploader.item import new_id
from device_uploader.link import Lane
from device_uploader.motion import Motion
from device_uploader.outbox import Outbox
from device_uploader.reading import Reading
from device_uploader.settings import Settings
from device_uploader.sources import Camera, ThermalSensor
from device_uploader.sources.choice import open_camera, open_sensor
from device_uploader.stay_sender import StaySender
from device_uploader.stays import Stays
from device_uploader.warm_head import Visits
from device_uploader.window import Screen

WARM_FOR_S = 3.0
"""So long after the last warm reading somebody counts as there: a sensor may miss one who turns away."""


def check_door(settings: Settings) -> None:
    """Whether these settings watch a door. Raises SettingsWrong."""
    if settings.camera.source == "none":
        raise SettingsWrong("A door needs a camera: set `source` in [camera].")
    if not (settings.trigger.by_motion or settings.trigger.by_temperature):
        raise SettingsWrong('A door needs to know when somebody comes: set `on` in [trigger] to ["motion"].')
    if settings.door.coldest_c >= settings.door.hottest_c:
        raise SettingsWrong("`coldest_c` in [door] must be below `hottest_c`.")


class Watching:
    """Looks at the camera, and says of every picture whether somebody is there."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        stays: Stays,
        camera: Callable[[], Camera],
        is_warm: Callable[[float], bool],
        screen: Screen | None = None,
    ) -> None:
        trigger, model = settings.trigger, settings.snapshots.face_model
        self._fps, self._clock, self._stays, self._open_camera = settings.camera.fps, clock, stays, camera
        self._motion = Motion(trigger.moved_percent / 100, trigger.look_every_s, 0.0) if trigger.by_motion else None
        self._is_warm, self._screen = is_warm, screen
        self._boxes = FaceBoxes(model) if model is not None and screen is not None else None

    def run(self, stop: threading.Event, beat: Callable[[str], None]) -> None:
        """Until `stop`, or until the camera fails: SourceFailed. Raises OSError where the disk is full."""
        camera = self._open_camera()
        try:
            due_s = self._now_s()
            while not stop.is_set():
                self._see(camera)
                beat("ok")
                due_s = max(due_s + 1 / self._fps, self._now_s())
                self._clock.wait(stop, due_s - self._now_s())
        finally:
            self._stays.close(self._clock.now())
            camera.close()

    def _see(self, camera: Camera) -> None:
        frame, at = camera.read(), self._clock.now()
        now_s = at.monotonic_ns / 1e9
        if self._motion is not None:
            self._motion.began(frame, now_s)
        moves = self._motion is not None and self._motion.is_there
        is_there = moves or self._is_warm(now_s)
        self._stays.see(frame, at, is_there)
        if self._screen is not None:
            boxes = self._boxes.find(frame) if self._boxes is not None and is_there else []
            self._screen.see(frame, boxes, is_there)

    def _now_s(self) -> float:
        return self._clock.monotonic_ns() / 1e9


class Feeling:
    """Reads the thermal sensor, and knows whether a warm head is in front of it. Its readings go with stays alone."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        sensor: Callable[[], ThermalSensor],
        on_reading: Callable[[Reading], None],
    ) -> None:
        trigger = settings.trigger
        self._every_s, self._clock, self._open_sensor = settings.sensor.every_s, clock, sensor
        self._on_reading = on_reading
        self._heads = Visits(trigger.rise_c, trigger.least_pixels, 0.0) if trigger.by_temperature else None
        self._warm_s: float | None = None

    def is_warm(self, now_s: float) -> bool:
        """Whether somebody was in front of it a moment ago. From any thread."""
        warm_s = self._warm_s
        return warm_s is not None and now_s - warm_s <= WARM_FOR_S

    def run(self, stop: threading.Event, beat: Callable[[str], None]) -> None:
        """Until `stop`, or until the sensor fails: SourceFailed."""
        sensor = self._open_sensor()
        while not stop.is_set():
            warmth, at = sensor.read(), self._clock.now()
            beat("ok")
            if self._heads is not None:
                self._heads.began(warmth.pixels_c, at.monotonic_ns / 1e9)
                if self._heads.is_there:
                    self._warm_s = at.monotonic_ns / 1e9
            self._on_reading(Reading(new_id(), at, warmth.pixels_c, round(warmth.thermistor_c, 4)))
            self._clock.wait(stop, self._every_s)


class Door(Device):
    """A device with other sources, and a lane for stays; all else is as in every device."""

    def __init__(self, settings: Settings, outbox: Outbox, clock: Clock, screen: Screen | None = None) -> None:
        super().__init__(settings, outbox, clock)
        self._screen = screen
        self.stays = Stays(outbox, settings.door, on_told=lambda stay_id: self.link.wake_all())

    def _start_sources(self) -> None:
        settings, clock = self._settings, self._clock
        camera, sensor = settings.camera, settings.sensor
        feeling = None
        if sensor.source != "none":
            feeling = Feeling(
                settings,
                clock,
                lambda: open_sensor(sensor.source, sensor.bus, sensor.address, lambda: clock.monotonic_ns() / 1e9),
                self._measured,
            )
            self._supervise("sensor", feeling)
        watching = Watching(
            settings,
            clock,
            self.stays,
            lambda: open_camera(camera.source, camera.width, camera.height, camera.fps),
            feeling.is_warm if feeling is not None else lambda now_s: False,
            self._screen,
        )
        self._supervise("camera", watching)

    def _measured(self, reading: Reading) -> None:
        self.stays.measured(reading)
        if self._screen is not None:
            self._screen.measured(reading)

    def _more_lanes(self) -> list[Lane]:
        on_known = self._screen.known if self._screen is not None else None
        return [Lane("stays", self.link, StaySender(self.outbox, self._road(), self.link, on_known).step, 0.5)]
