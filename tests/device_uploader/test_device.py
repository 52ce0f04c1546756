"""The parts of a device together: what hangs is told, what is slow is not, and a new key is taken."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from device_uploader import device as device_module
from device_uploader.bounds import MOST_AT_ONCE, Bounds, make_room
from device_uploader.clock import Clock
from device_uploader.device import Device
from device_uploader.item import Moment, new_id
from device_uploader.measuring import Measuring
from device_uploader.outbox import Outbox
from device_uploader.reading_log import ReadingLog
from device_uploader.settings_file import load_settings
from device_uploader.sources import Camera, Warmth
from tests.device_uploader.bad_network import served
from tests.device_uploader.conftest import moment, snapshot
from tests.device_uploader.fake_site import KEY, FakeSite
from tests.device_uploader.test_filming import BASE, SteppedClock, settings


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "key"
    path.touch(0o600)
    path.write_text("x" * 43)
    return path


@pytest.fixture
def device(key_file: Path, outbox: Outbox) -> Iterator[Device]:
    """Not started."""
    words = {"ROLLCALL_DEVICE_SITE_KEY_FILE": str(key_file), "ROLLCALL_DEVICE_SNAPSHOTS_MINUTES": "0"}
    device = Device(load_settings(None, BASE | words), outbox, Clock())
    yield device
    device._stop_sources.set()
    device._stop.set()


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    words: list[str] = []
    monkeypatch.setattr(device_module, "notify", words.append)
    return words


def test_a_camera_that_hangs_while_it_is_opened_is_told_to_systemd(
    device: Device, said: list[str], monkeypatch: pytest.MonkeyPatch
):
    free = threading.Event()

    def hang(*_: object) -> Camera:
        free.wait()
        raise OSError("freed")

    monkeypatch.setattr(device_module, "open_camera", hang)
    device._start_sources()
    device.tend()
    assert "WATCHDOG=1" in said
    said.clear()
    later_s = time.monotonic() + device_module.SILENT_S + 1
    monkeypatch.setattr(device_module.time, "monotonic", lambda: later_s)
    device.tend()
    free.set()
    assert "WATCHDOG=1" not in said


def test_a_sensor_that_is_read_once_an_hour_says_meanwhile_that_it_is_alive(outbox: Outbox):
    stop, beats = threading.Event(), list[float]()
    clock = SteppedClock(1_790_000_000.0, 1_790_003_000.0, stop)

    class Sensor:
        def read(self) -> Warmth:
            return Warmth((20.0,) * 64, 21.0)

    words = settings(SENSOR_SOURCE="simulated", SENSOR_EVERY_S="3600", CAMERA_SOURCE="none")
    measuring = Measuring(ReadingLog(outbox, 300, 60, 30), words, clock, Sensor, None)
    measuring.run(stop, lambda _: beats.append(clock.wall_s))
    assert max(after - before for before, after in pairwise(beats)) < device_module.SILENT_S
    assert beats[-1] > 1_790_002_900


def test_an_outbox_far_over_its_bound_is_brought_back_step_by_step(outbox: Outbox):
    for number in range(MOST_AT_ONCE + 3):
        outbox.add(snapshot(moment(number)), b"x")
    make_room(outbox, Bounds(1, 1.0, 0))
    assert len(outbox.waiting()) == 3
    make_room(outbox, Bounds(1, 1.0, 0))
    assert len(outbox.waiting()) == 1


def test_a_disk_that_does_not_work_is_logged_once_and_not_every_second(
    device: Device, outbox: Outbox, said: list[str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device", f"making/{new_id()}")

    with monkeypatch.context() as patched:
        patched.setattr(device_module, "make_room", fail)
        for _ in range(3):
            device.tend()
    assert caplog.text.count("No space left on device") == 1
    device.tend()
    monkeypatch.setattr(device_module, "make_room", fail)
    device.tend()
    assert caplog.text.count("No space left on device") == 2


def test_a_key_that_is_made_private_after_it_was_written_is_taken(
    device: Device, key_file: Path, said: list[str], caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.ERROR)
    site = device._site()
    device.link.key_refused = "This device key is not known."
    key_file.chmod(0o644)
    key_file.write_text(KEY)
    device.tend()
    assert "Others can read the key file" in caplog.text
    assert site._key == "x" * 43
    key_file.chmod(0o600)
    device.tend()
    assert site._key == KEY


def test_a_device_whose_clock_is_years_behind_learns_the_time_before_it_says_how_it_is(
    key_file: Path, outbox: Outbox, fake: FakeSite
):
    key_file.write_text(KEY)
    port, stop = served(fake.app)
    fake.believes_no_clock_before = fake.now()[:10]
    words = {"SITE_KEY_FILE": str(key_file), "SITE_SERVER": f"http://127.0.0.1:{port}", "SNAPSHOTS_MINUTES": "0"}
    given = load_settings(None, BASE | {f"ROLLCALL_DEVICE_{name}": value for name, value in words.items()})
    try:
        behind = Device(given, outbox, YearsBehind())
        (heartbeat, *_) = behind._lanes()
        heartbeat.once()
    finally:
        stop()
    assert behind.link.trouble is None
    assert len(fake.heartbeats) == 1


class YearsBehind(Clock):
    """A Pi that was in a drawer."""

    def now(self) -> Moment:
        return Moment(1_500_000_000.0, self.monotonic_ns(), self.boot_id)
