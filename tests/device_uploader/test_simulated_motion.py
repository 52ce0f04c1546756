"""The whole client with its drawn camera and simulated sensor takes and sends pictures of who moves."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.device_uploader.bad_network import served
from tests.device_uploader.fake_site import KEY, FakeSite

pytest.importorskip("adafruit_amg88xx", reason="requirements-sensor.txt is not installed")
ROOT = Path(__file__).parents[2]


def simulate(folder: Path, trigger: str) -> tuple[int, FakeSite, str]:
    """Two simulated minutes, in which those who are drawn begin to move: its exit code, what came, and what it said."""
    fake, key_file = FakeSite(), folder / "key"
    key_file.touch(0o600)
    key_file.write_text(KEY)
    port, stop = served(fake.app)
    command = [sys.executable, "-m", "device_uploader", "simulate", "--hours", "0.0333", "--speed", "30"]
    command += ["--server", f"http://127.0.0.1:{port}", "--key-file", str(key_file), "--spool", str(folder / "outbox")]
    command += ["--clip-minutes", "0", "--snapshot-minutes", "", "--reading-seconds", "1", "--trigger", trigger]
    try:
        ended = subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, timeout=120, check=False)
    finally:
        stop()
    return ended.returncode, fake, ended.stderr.decode()


def test_who_moves_arrives_at_the_site_with_a_reading_that_arrived_too(tmp_path: Path):
    code, fake, said = simulate(tmp_path, "motion")
    assert code == 0, said
    (name,) = fake.files
    assert fake.words[name]["kind"] == "snapshot"
    assert fake.words[name]["reading_id"] in fake.readings


def test_a_trigger_that_does_not_exist_is_refused_with_a_plain_sentence(tmp_path: Path):
    code, fake, said = simulate(tmp_path, "noise")
    assert code == 2
    assert 'must be a list of "temperature", "motion" or both' in said
    assert not fake.asked
