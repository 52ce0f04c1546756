"""What the log of a running device says to the person who reads it."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from device_uploader.clock import Clock
from device_uploader.command_line import begun
from device_uploader.device import Device
from device_uploader.outbox import Outbox
from device_uploader.settings_file import load_settings
from tests.device_uploader.bad_network import BadNetwork
from tests.device_uploader.fake_site import FakeSite
from tests.device_uploader.test_filming import BASE as CAMERA
from tests.device_uploader.test_process import Process, ended, wait_until

BASE = {**CAMERA, "ROLLCALL_DEVICE_SNAPSHOTS_MINUTES": "0"}


def test_the_log_of_a_device_that_only_measures_says_that_it_began_and_that_it_stopped(
    tmp_path: Path, network: BadNetwork, fake: FakeSite
):
    device = Process(tmp_path, network.port)
    words = device.config.read_text().replace('"drawn"', '"none"').replace("minutes = 10", "minutes = 0")
    device.config.write_text(words)
    process = device.begin()
    wait_until(lambda: len(fake.readings) > 3)
    code, said = ended(process)
    assert code == 0, said
    first, *_, last = said.splitlines()
    goes = r"INFO Begun \(version .+\): sends to http://127.0.0.1:\d+; camera none, sensor simulated"
    assert re.search(rf"{goes}; still to be sent: 0, in ", first)
    assert re.search(r"INFO Stopped; still to be sent: \d+\.", last)


def test_the_log_does_not_show_the_password_of_a_camera():
    settings = load_settings(None, {**BASE, "ROLLCALL_DEVICE_CAMERA_SOURCE": "rtsp://me:secret@cam/x"})
    assert "rtsp://cam/x" in begun(settings, 3)
    assert "secret" not in begun(settings, 3)


def test_a_camera_that_is_away_is_a_warning_and_one_that_is_back_is_none(
    tmp_path: Path, outbox: Outbox, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    key_file = tmp_path / "key"
    key_file.touch(0o600)
    key_file.write_text("x" * 43)
    device = Device(load_settings(None, {**BASE, "ROLLCALL_DEVICE_SITE_KEY_FILE": str(key_file)}), outbox, Clock())

    class Away:
        def run(self, stop: object, beat: Callable[[str], None]) -> None:
            device._stop_sources.set()
            beat("The camera is away.")
            beat("ok")

    device._supervise("camera", Away())
    device._sources[0].join(10)
    assert [(one.levelname, one.getMessage()) for one in caplog.records] == [
        ("WARNING", "camera: The camera is away."),
        ("INFO", "camera: ok"),
    ]
