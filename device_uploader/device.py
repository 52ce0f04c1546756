"""The whole device: films, measures, sends and reports at the same time, each in its own thread."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from device_uploader.backoff import Bandwidth
from device_uploader.bounds import forget_old_refusals, make_room
from device_uploader.clock import Clock, SiteTime
from device_uploader.errors import TOO_OLD, DeviceError, ItemRefused, SettingsWrong
from device_uploader.filming import Filming, bounds_of
from device_uploader.incoming import Incoming
from device_uploader.key_file import read_key
from device_uploader.link import Lane, Link
from device_uploader.measuring import Measuring
from device_uploader.outbox import Outbox
from device_uploader.reading import Reading
from device_uploader.reading_log import ReadingLog
from device_uploader.recovery import Recovery
from device_uploader.sender import FileSender, ReadingSender
from device_uploader.sending import Road
from device_uploader.settings import Settings
from device_uploader.site import Site
from device_uploader.sources.choice import open_camera, open_sensor
from device_uploader.status import Status
from device_uploader.systemd import notify
from device_uploader.times import local_time, within

HEARTBEAT_S = 60.0
TRY_A_SOURCE_AGAIN_S = 10.0
SILENT_S = 180.0  # a camera or sensor thread that says nothing for so long hangs
JOIN_S = 20.0  # for all of them; systemd waits for a minute
log = logging.getLogger(__name__)

Beat = Callable[[str], None]


class Source(Protocol):
    """Filming, Measuring, Incoming."""

    def run(self, stop: threading.Event, beat: Beat) -> None:
        """Until `stop`. Raises DeviceError, OSError: tried again."""


class Device:
    """Made of settings; `start` it, then `tend` it again and again, then `stop` it."""

    def __init__(
        self,
        settings: Settings,
        outbox: Outbox,
        clock: Clock,
        on_reading: Callable[[Reading], None] | None = None,
    ) -> None:
        self._settings, self.outbox, self._clock, self._on_reading = settings, outbox, clock, on_reading
        self._bounds, self.link = bounds_of(settings), Link()
        self._stop_sources, self._stop = threading.Event(), threading.Event()
        self._site_time = SiteTime(outbox.folder / "boots.json", clock, outbox.disk)
        self._key = read_key(settings.site.key_file)
        self._key_changed_ns = changed_ns(settings.site.key_file)
        self._sites: list[Site] = []
        self.status = Status(
            outbox,
            self._site_time,
            self.link,
            has_camera=settings.camera.source != "none",
            has_sensor=settings.sensor.source != "none",
        )
        self._sources: list[threading.Thread] = []
        self._senders: list[threading.Thread] = []
        self._beats: dict[str, float] = {}
        self._reported_s = 0.0
        self._disk_trouble: int | None = None
        self.broken = False

    def start(self) -> None:
        """Bring back what a kill has cut, and begin with everything."""
        self._sources.append(self._thread("recovery", Recovery(self.outbox).run, self._stop_sources))
        self._readings = self._reading_log()
        self._start_sources()
        for lane in self._lanes():
            self._senders.append(self._thread(lane.name, lane.run, self._stop))
        notify("READY=1")

    def tend(self) -> None:
        """Every second or so: the outbox is kept in bounds, systemd and status.json hear that all is well."""
        try:
            make_room(self.outbox, self._bounds)
            self.outbox.tally.write()
            if time.monotonic() - self._reported_s >= HEARTBEAT_S:
                self._reported_s = time.monotonic()
                forget_old_refusals(self.outbox)
                self.status.write()
            self._disk_trouble = None
        except OSError as full:
            if full.errno != self._disk_trouble:
                log.error("The disk of the outbox does not work: %s", full)
            self._disk_trouble = full.errno
        self._use_a_new_key()
        if not self.broken and all(time.monotonic() - beat < SILENT_S for beat in self._beats.values()):
            notify("WATCHDOG=1")

    def stop_sources(self) -> None:
        """Film and measure no more; clips and readings that were begun become items."""
        self._stop_sources.set()
        join_all(self._sources, JOIN_S)
        self._beats.clear()
        self._readings.close()

    def stop(self) -> None:
        """Everything. What is being sent goes on at the next start."""
        notify("STOPPING=1")
        self.stop_sources()
        self._stop.set()
        self.link.wake_all()
        join_all(self._senders, JOIN_S)
        try:
            self.status.write()
        except OSError as full:
            log.error("The last report cannot be written: %s", full)

    # Inside

    def _reading_log(self) -> ReadingLog:
        sensor = self._settings.sensor
        return ReadingLog(self.outbox, sensor.batch, sensor.batch_s, sensor.sync_s)

    def _start_sources(self) -> None:
        settings, filming = self._settings, None
        if settings.camera.source != "none":
            camera = settings.camera
            filming = Filming(
                self.outbox,
                settings,
                self._clock,
                self._site_time,
                lambda: open_camera(camera.source, camera.width, camera.height, camera.fps),
            )
            self._supervise("camera", filming)
        if settings.sensor.source != "none":
            self._supervise("sensor", self._measuring(filming))
        if settings.incoming.folder is not None:
            incoming = settings.incoming
            self._supervise(
                "incoming", Incoming(self.outbox, settings.incoming.folder, incoming.settled_s, self._clock)
            )

    def _measuring(self, filming: Filming | None) -> Measuring:
        sensor = self._settings.sensor
        return Measuring(
            self._readings,
            self._settings,
            self._clock,
            lambda: open_sensor(sensor.source, sensor.bus, sensor.address, lambda: self._clock.monotonic_ns() / 1e9),
            filming.ask if filming is not None else None,
            lambda reading: self._tell(reading, filming),
        )

    def _tell(self, reading: Reading, filming: Filming | None) -> None:
        if filming is not None:
            filming.measured(reading)
        if self._on_reading is not None:
            self._on_reading(reading)

    def _supervise(self, name: str, source: Source) -> None:
        def beat(sentence: str) -> None:
            self._beats[name] = time.monotonic()
            if sentence != self.status.parts().get(name):
                log.log(logging.INFO if sentence == "ok" else logging.WARNING, "%s: %s", name, sentence)
            self.status.say(name, sentence)

        def run(stop: threading.Event) -> None:
            while not stop.is_set():
                try:
                    source.run(stop, beat)
                except (DeviceError, OSError) as failed:
                    beat(str(failed))
                    self._clock.wait(stop, TRY_A_SOURCE_AGAIN_S)

        self._beats[name] = time.monotonic()  # opening a source may hang too
        self._sources.append(self._thread(name, run, self._stop_sources))

    def _lanes(self) -> list[Lane]:
        file_road, reading_road, site = self._road(), self._road(), self._site()
        limit = self._settings.sending.most_kilobytes_per_s
        file_road.bandwidth = reading_road.bandwidth = Bandwidth(limit * 1000 if limit else None)
        files = FileSender(self.outbox, file_road, self.link, self._is_quiet)
        readings = ReadingSender(self.outbox, reading_road, self.link)

        def heartbeat() -> bool:
            try:
                site.heartbeat(self.status.heartbeat())
            except ItemRefused as refused:
                if refused.code != TOO_OLD:
                    raise
                site.me()  # tells the time to a clock that is far behind
                site.heartbeat(self.status.heartbeat())
            self.link.worked()
            return False

        return [
            Lane("heartbeat", self.link, heartbeat, HEARTBEAT_S),
            Lane("readings", self.link, readings.step),
            Lane("files", self.link, files.step),
            *self._more_lanes(),
        ]

    def _more_lanes(self) -> list[Lane]:
        """Of a device that sends more than clips, snapshots and readings."""
        return []

    def _road(self) -> Road:
        chunk_bytes = self._settings.sending.chunk_kilobytes * 1024
        return Road(self._site(), self._site_time, Bandwidth(None), chunk_bytes, self._stop)

    def _site(self) -> Site:
        words = self._settings.site
        site = Site(words.server, self._key, self._site_time, words.ca_file, words.timeout_s)
        self._sites.append(site)
        return site

    def _is_quiet(self) -> bool:
        now = local_time(self._site_time.of(self._clock.now()))
        return within(self._settings.sending.quiet_hours, now)

    def _use_a_new_key(self) -> None:
        """Who pairs the device anew need not restart it."""
        path = self._settings.site.key_file
        if self.link.key_refused is None or changed_ns(path) == self._key_changed_ns:
            return
        self._key_changed_ns = changed_ns(path)
        try:
            key = read_key(path)
        except SettingsWrong as wrong:
            log.error("%s", wrong)
            return
        for site in self._sites:
            site.use_key(key)
        self.link.wake_all()

    def _thread(self, name: str, run: Callable[[threading.Event], None], stop: threading.Event) -> threading.Thread:
        def guarded() -> None:
            try:
                run(stop)
            except Exception:
                log.exception("The part that does %s has broken.", name)
                self.broken = True

        thread = threading.Thread(target=guarded, name=name, daemon=True)
        thread.start()
        return thread


def join_all(threads: list[threading.Thread], seconds: float) -> None:
    """Those that are not done by then end with the process, which loses nothing."""
    until_s = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(0.0, until_s - time.monotonic()))


def changed_ns(path: Path) -> int:
    """When a file, its owner or its mode was changed; 0 where it is not there."""
    try:
        return path.stat().st_ctime_ns
    except OSError:
        return 0
