"""Time as this device sees it, and how far that is from the site's: a Pi has no clock of its own without a network."""

from __future__ import annotations

import json
import logging
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

from device_uploader.disk import Disk
from device_uploader.item import Moment

BOOTS_KEPT = 20
MOST_ROUND_TRIP_S = 10.0  # a slower answer says too little about the time it was given at
log = logging.getLogger(__name__)


class Clock:
    """The machine's own."""

    speed = 1.0

    def __init__(self) -> None:
        self.boot_id = Path("/proc/sys/kernel/random/boot_id").read_text().strip()

    def now(self) -> Moment:
        """This moment."""
        return Moment(time.time(), self.monotonic_ns(), self.boot_id)

    def monotonic_ns(self) -> int:
        """Since the boot, and the same for every process of it; time asleep counts."""
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME)

    def site_time(self, text: str) -> float:
        """The site's word for now, in seconds since 1970. Raises ValueError."""
        return parse_time(text)

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Until the event is set or this clock has gone on by so much; whether it is set."""
        return event.wait(seconds)


class FastClock(Clock):
    """A clock that runs `speed` times as fast and shows the right time at the end; for simulations.

    The site's time is laid onto the same line, so that measuring the offset makes sense. `ahead_s` moves all of it to
    later.
    """

    def __init__(self, speed: float, ends_at_s: float, ahead_s: float = 0.0) -> None:
        super().__init__()
        self.speed, self.ends_at_s, self.ahead_s = speed, ends_at_s, ahead_s

    def now(self) -> Moment:
        """This moment of the simulation."""
        return Moment(self._from_real(time.time()), self.monotonic_ns(), self.boot_id)

    def monotonic_ns(self) -> int:
        """Runs as fast."""
        return int(super().monotonic_ns() * self.speed)

    def site_time(self, text: str) -> float:
        """As this clock would have shown it."""
        return self._from_real(super().site_time(text))

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Shorter than it says."""
        return event.wait(seconds / self.speed)

    def _from_real(self, wall_s: float) -> float:
        return self.ends_at_s - (self.ends_at_s - wall_s) * self.speed + self.ahead_s


class SiteTime:
    """What the site's clock shows, known by its answers and counted on by the monotonic clock; kept for each boot.

    Things of a boot in which the site answered get the site's time, whatever the device's own clock said and however
    it jumped. Things of a boot that never met the site keep the device's own time. Without a path nothing is kept.
    """

    def __init__(self, path: Path | None, clock: Clock, disk: Disk) -> None:
        self._path, self.clock, self._disk = path, clock, disk
        self._lock = threading.Lock()
        self._zero_of_boot = (
            read_boots(path) if path is not None else {}
        )  # the site's time at each boot's monotonic zero
        self._round_trip_s = MOST_ROUND_TRIP_S * clock.speed
        self._written = self._zero_of_boot.get(clock.boot_id)

    def measured(self, server_time: str, asked_ns: int, answered_ns: int) -> None:
        """The site said its time between two moments: half of the way there and back is taken off.

        A slow answer does not spoil what a quicker one has told, which is trusted a little less with every answer.
        """
        round_trip_s = (answered_ns - asked_ns) / 1e9
        with self._lock:
            if round_trip_s > self._round_trip_s:
                self._round_trip_s *= 1.1
                return
            self._round_trip_s = round_trip_s
            self._keep(self.clock.site_time(server_time) - (asked_ns + answered_ns) / 2e9)

    def offset_s(self) -> float | None:
        """How far the site is ahead of this device's own clock now; None before the first answer."""
        with self._lock:
            zero = self._zero_of_boot.get(self.clock.boot_id)
        now = self.clock.now()
        return None if zero is None else zero + now.monotonic_ns / 1e9 - now.wall_s

    def of(self, moment: Moment) -> float:
        """A moment in the site's time, in seconds since 1970."""
        with self._lock:
            zero = self._zero_of_boot.get(moment.boot_id)
        return moment.wall_s if zero is None else zero + moment.monotonic_ns / 1e9

    def _keep(self, zero: float) -> None:
        """On disk only where it moved by a second: an SD card is not written for every answer."""
        self._zero_of_boot.pop(self.clock.boot_id, None)
        self._zero_of_boot[self.clock.boot_id] = zero  # the newest boot is the last one
        if self._path is None:
            return
        if self._written is None or abs(self._written - zero) > 1:
            kept = dict(list(self._zero_of_boot.items())[-BOOTS_KEPT:])
            try:
                self._disk.replace(self._path, json.dumps(kept).encode())
            except OSError as full:
                log.warning("The time of the site cannot be kept on disk: %s", full)
            else:
                self._written = zero


def read_boots(path: Path | None) -> dict[str, float]:
    """Of a file that may not be there yet; one that was spoilt tells nothing."""
    if path is None:
        return {}
    try:
        words = json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    return {boot: float(zero) for boot, zero in words.items() if isinstance(zero, (int, float))}


def parse_time(text: str) -> float:
    """ISO 8601 with its offset, in seconds since 1970. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("This time has no zone.")
    return moment.timestamp()


def format_time(wall_s: float) -> str:
    """ISO 8601 in UTC with microseconds."""
    return datetime.fromtimestamp(wall_s, UTC).isoformat(timespec="microseconds")
