"""The whole client with simulated sources on a clock that runs faster; it goes on where a kill has ended it."""

from __future__ import annotations

import json
import logging
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from device_uploader.clock import FastClock
from device_uploader.device import Device
from device_uploader.disk import Disk
from device_uploader.item import Item
from device_uploader.outbox import Outbox
from device_uploader.reading import Reading
from device_uploader.settings_file import PREFIX, load_settings
from device_uploader.sources.choice import open_sensor

BEFORE_PAIRING_S = 1800.0  # half of what the site allows a clock to be behind
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Plan:
    """`spool` None is a new folder; `ledger` gets a line for everything that was recorded."""

    hours: float
    speed: float
    spool: Path | None
    wait_minutes: float
    ledger: Path | None


def simulate(plan: Plan, environment: Mapping[str, str], stop: threading.Event) -> bool:
    """Whether everything was sent. `environment` is that of the settings, without its prefix.

    Raises SourceFailed where the driver of the sensor is missing: a device would go on without readings, and who tries
    all of it would not notice.
    """
    open_sensor("simulated", 0, 0x69, time.monotonic)
    folder = plan.spool or Path(tempfile.mkdtemp(prefix="rollcall-device-"))
    given = {PREFIX + name: value for name, value in environment.items()} | {f"{PREFIX}OUTBOX_FOLDER": str(folder)}
    settings = load_settings(None, given)
    ends_at_s, ahead_s = end_of(folder, plan, settings.site.key_file)
    ledger = Ledger(plan.ledger)
    outbox = Outbox(folder, on_added=ledger.item)
    outbox.open()
    device = Device(settings, outbox, FastClock(plan.speed, ends_at_s, ahead_s), ledger.reading)
    device.start()
    try:
        tend_until(device, stop, ends_at_s)
        device.stop_sources()
        sent = wait_for_the_last(device, stop, plan.wait_minutes * 60)
    finally:
        device.stop()
        outbox.close()
    report(outbox, folder, sent)
    return sent


def end_of(folder: Path, plan: Plan, key_file: Path) -> tuple[float, float]:
    """When it ends, in real seconds since 1970, and how many seconds ahead its clock then is.

    The same after a kill, so that the simulated time goes on. A device that was paired just now has no past: the site
    takes nothing from before, but for as much as a clock may be behind.
    """
    file = folder / "simulation.json"
    if file.exists():
        words = json.loads(file.read_bytes())
        return float(words["ends_at_s"]), float(words.get("ahead_s", 0.0))
    earliest_s = key_file.stat().st_mtime - BEFORE_PAIRING_S if key_file.exists() else 0.0
    ends_at_s = time.time() + plan.hours * 3600 / plan.speed
    ahead_s = max(0.0, earliest_s - (ends_at_s - plan.hours * 3600))
    folder.mkdir(parents=True, exist_ok=True)
    Disk().replace(file, json.dumps({"ends_at_s": ends_at_s, "ahead_s": ahead_s}).encode())
    return ends_at_s, ahead_s


def tend_until(device: Device, stop: threading.Event, ends_at_s: float) -> None:
    """Record and send until then."""
    while not device.broken and time.time() < ends_at_s and not stop.wait(min(1.0, max(0.0, ends_at_s - time.time()))):
        device.tend()


def wait_for_the_last(device: Device, stop: threading.Event, most_s: float) -> bool:
    """Whether all was sent in this time."""
    until_s = time.monotonic() + most_s
    while device.outbox.waiting() and time.monotonic() < until_s and not device.broken and not stop.wait(0.2):
        device.tend()
    return not device.outbox.waiting()


def report(outbox: Outbox, folder: Path, sent: bool) -> None:
    """For the person who started it."""
    left = outbox.waiting()
    log.info("Everything was sent." if sent else f"{len(left)} items are left in {folder}.")
    log.info("Counts: %s", ", ".join(f"{name} {count}" for name, count in outbox.tally.counts().items()))


class Ledger:
    """A line for every clip, snapshot and reading as soon as it is safe on disk, to compare with what arrived."""

    def __init__(self, path: Path | None) -> None:
        self._path, self._lock = path, threading.Lock()

    def item(self, item: Item) -> None:
        """Readings are told one by one."""
        if item.kind != "readings":
            self._write({"kind": item.kind, "id": item.id, "sha256": item.sha256, "size": item.size})

    def reading(self, reading: Reading) -> None:
        """With its temperatures."""
        self._write({"kind": "reading", **asdict(reading)})

    def _write(self, words: Mapping[str, object]) -> None:
        if self._path is not None:
            with self._lock:
                Disk().append(self._path, json.dumps(words).encode() + b"\n")
