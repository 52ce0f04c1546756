"""The client as a process: how it starts and ends, what it says, and with which exit code."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.device_uploader.bad_network import BadNetwork
from tests.device_uploader.fake_site import KEY, FakeSite

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


def wait_until(happened: Callable[[], bool], seconds: float = 20.0) -> None:
    until = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.02)


class Process:
    """python -m device_uploader in a folder of its own."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.key_file = folder / "key"
        self.key_file.touch(0o600)
        self.key_file.write_text(KEY)
        self.config = folder / "device.toml"
        self.config.write_text(
            f'[site]\nserver = "http://127.0.0.1:{port}"\nkey_file = "{self.key_file}"\n'
            f'[outbox]\nfolder = "{folder / "outbox"}"\n'
            '[camera]\nsource = "drawn"\nwidth = 160\nheight = 120\n[clips]\nminutes = 10\n'
            '[sensor]\nsource = "simulated"\nevery_s = 0.2\nbatch_s = 1\n'
        )

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "device_uploader", *words, "--config", str(self.config)]

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(self.command(*words), check=False, cwd=ROOT, capture_output=True, text=True, timeout=60)

    def begin(self) -> subprocess.Popen[str]:
        return subprocess.Popen(self.command("run"), cwd=ROOT, stderr=subprocess.PIPE, text=True)


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=40)
    return process.returncode, said


def test_stopping_closes_the_clip_and_the_next_start_sends_it(tmp_path: Path, network: BadNetwork, fake: FakeSite):
    device = Process(tmp_path, network.port)
    process = device.begin()
    wait_until(lambda: len(fake.readings) > 3 and len(fake.heartbeats) > 0)
    wait_until(lambda: any((tmp_path / "outbox/making").iterdir()))
    code, said = ended(process)
    assert code == 0, said
    assert list((tmp_path / "outbox/making").iterdir()) == []
    items = [json.loads(path.read_bytes()) for path in (tmp_path / "outbox/items").glob("*/item.json")]
    assert [item["kind"] for item in items if item["kind"] != "readings"] == ["clip"]
    process = device.begin()
    wait_until(lambda: items[-1]["id"] in fake.files or any(item["id"] in fake.files for item in items))
    assert ended(process)[0] == 0
    beat = fake.heartbeats[0]
    assert beat["camera"] == beat["sensor"] == "ok"
    assert beat["spool"]["dropped"] == {"readings": 0, "clips": 0, "snapshots": 0}


def test_a_refused_key_is_told_recording_goes_on_and_a_new_key_is_taken_at_once(
    tmp_path: Path, network: BadNetwork, fake: FakeSite
):
    device = Process(tmp_path, network.port)
    device.key_file.write_text("x" * 43)
    process = device.begin()
    status = tmp_path / "outbox/status.json"
    wait_until(lambda: len(list((tmp_path / "outbox/items").glob("*"))) > 1 if status.exists() else False)
    assert fake.readings == {}
    device.key_file.write_text(KEY)
    wait_until(lambda: len(fake.readings) > 3)
    code, said = ended(process)
    assert code == 0, said
    assert "The site refuses the key of this device: This device key is not known." in said
    assert said.count("refuses the key") == 1


def test_a_key_that_stays_refused_ends_with_exit_code_1(tmp_path: Path, network: BadNetwork, fake: FakeSite):
    device = Process(tmp_path, network.port)
    device.key_file.write_text("x" * 43)
    process = device.begin()
    wait_until(lambda: fake.asked.count(("POST", "/api/v1/devices/me/heartbeat")) > 1)
    time.sleep(0.3)
    assert ended(process)[0] == 1
    assert "Pair the device again" in device.run("spool").stdout


def test_check_says_one_line_each(tmp_path: Path, network: BadNetwork):
    device = Process(tmp_path, network.port)
    checked = device.run("check")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert [line.split()[:2] for line in checked.stdout.splitlines()] == [
        ["ok", f"{name}:"] for name in ("settings", "key", "site", "clock", "disk", "camera", "sensor")
    ]


def test_check_names_everything_that_is_wrong(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as free:
        device = Process(tmp_path, free.getsockname()[1])
    device.key_file.chmod(0o644)
    device.config.write_text(device.config.read_text().replace('"drawn"', f'"folder:{tmp_path}/none"'))
    checked = device.run("check")
    assert checked.returncode == 1
    assert "WRONG key: Others can read the key file" in checked.stdout
    assert "WRONG camera: There is no picture or clip in the folder" in checked.stdout
    assert "WRONG clock:" in checked.stdout


def test_wrong_settings_end_with_exit_code_2(tmp_path: Path):
    device = Process(tmp_path, 1)
    device.config.write_text("[site]\nserver = 5\n")
    for command in ("run", "check", "spool"):
        done = device.run(command)
        assert done.returncode == 2
        assert "line 2" in done.stderr


def test_pairing_makes_a_private_key_file_and_uses_no_code_up_in_vain(tmp_path: Path, network: BadNetwork):
    key_file = tmp_path / "made" / "key"

    def pair(code: str) -> subprocess.CompletedProcess[str]:
        words = ["pair", code, "--server", f"http://127.0.0.1:{network.port}", "--key-file", str(key_file)]
        command = [sys.executable, "-m", "device_uploader", *words]
        return subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True, timeout=60)

    wrong = pair("WXYZ-WXYZ")
    assert (wrong.returncode, wrong.stderr.strip()) == (1, "This code is not right, or was used.")
    assert not key_file.exists()
    paired = pair("abcd-efgh")
    assert paired.returncode == 0, paired.stderr
    assert key_file.read_text().strip() == KEY
    assert key_file.stat().st_mode & 0o777 == 0o600
    assert KEY not in paired.stdout + paired.stderr
    assert pair("ABCD-EFGH").returncode == 2
