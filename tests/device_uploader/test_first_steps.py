"""The first steps on a device as an ordinary user types them: pair, and everything else finds key, site and outbox."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from device_uploader import places
from device_uploader.clock import FastClock
from device_uploader.command_line import main
from device_uploader.settings_file import load_settings
from device_uploader.simulation import Plan, end_of
from tests.device_uploader.bad_network import served
from tests.device_uploader.fake_site import KEY, FakeSite

TRIAL = ("--hours", "0.2", "--speed", "240", "--clip-minutes", "4", "--size", "160x120", "--fps", "0.5")


@pytest.fixture
def server(fake: FakeSite) -> Iterator[str]:
    port, stop = served(fake.app)
    yield f"http://127.0.0.1:{port}"
    stop()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An ordinary user on a machine where nothing is installed."""
    monkeypatch.setattr(places, "is_root", lambda: False)
    for name in ("MACHINE_CONFIG", "MACHINE_STATE"):
        monkeypatch.setattr(places, name, tmp_path / "not" / "there")
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_pair_and_simulate_bring_a_clip_and_readings_to_the_site(home: Path, server: str, fake: FakeSite):
    assert main(["pair", "abcd-efgh", "--server", server]) == 0
    assert main(["simulate", *TRIAL]) == 0
    kinds = {words["kind"] for words in fake.words.values()}
    assert "clip" in kinds
    assert len(fake.readings) > 10


def test_pair_writes_private_settings_with_which_run_has_something_to_do(
    home: Path, server: str, capsys: pytest.CaptureFixture[str]
):
    assert main(["pair", "ABCD-EFGH", "--server", server]) == 0
    folder = home / ".config/rollcall-device"
    assert (folder / "key").read_text().strip() == KEY
    assert {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()} == {
        "key": 0o600,
        "device.toml": 0o600,
    }
    assert str(folder / "device.toml") in capsys.readouterr().out
    settings = load_settings(folder / "device.toml", {})
    assert (settings.site.server, settings.site.key_file) == (server, folder / "key")
    assert settings.outbox.folder == home / ".local/state/rollcall-device"
    assert (settings.camera.source, settings.clips.minutes) == ("v4l2:0", 10)
    assert KEY not in (folder / "device.toml").read_text()


def test_every_command_finds_the_settings_that_pair_has_made(
    home: Path, server: str, capsys: pytest.CaptureFixture[str]
):
    assert main(["pair", "ABCD-EFGH", "--server", server]) == 0
    assert main(["spool"]) == 0
    assert f"There is no outbox at {home / '.local/state/rollcall-device'} yet." in capsys.readouterr().out
    config = home / ".config/rollcall-device/device.toml"
    config.write_text(config.read_text().replace("v4l2:0", "drawn"))
    assert main(["check"]) == 0, capsys.readouterr().out


def test_pairing_again_needs_no_address_and_leaves_the_settings_alone(
    home: Path, server: str, capsys: pytest.CaptureFixture[str]
):
    assert main(["pair", "ABCD-EFGH", "--server", server]) == 0
    folder = home / ".config/rollcall-device"
    mine = (folder / "device.toml").read_text() + "# mine\n"
    (folder / "device.toml").write_text(mine)
    (folder / "key").unlink()
    assert main(["pair", "ABCD-EFGH"]) == 0
    assert (folder / "device.toml").read_text() == mine
    (folder / "key").unlink()
    other = server.replace("127.0.0.1", "localhost")
    capsys.readouterr()
    assert main(["pair", "ABCD-EFGH", "--server", other]) == 0
    assert f'put server = "{other}" into [site]' in capsys.readouterr().out
    assert (folder / "device.toml").read_text() == mine


def test_a_key_file_elsewhere_has_its_settings_beside_it(home: Path, tmp_path: Path, server: str):
    assert main(["pair", "ABCD-EFGH", "--server", server, "--key-file", str(tmp_path / "a place" / "key")]) == 0
    settings = load_settings(tmp_path / "a place" / "device.toml", {})
    assert settings.site.key_file == tmp_path / "a place" / "key"
    assert not (home / ".config").exists()


@pytest.mark.parametrize("command", [("run",), ("check",), ("simulate",), ("pair", "ABCD-EFGH")])
def test_who_is_not_paired_is_told_what_is_missing(
    home: Path, command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
):
    assert main(list(command)) == 2
    said = capsys.readouterr().err
    assert "`pair` writes it down" in said or "--server" in said


def test_a_code_that_is_wrong_leaves_nothing_behind(home: Path, server: str):
    assert main(["pair", "WXYZ-WXYZ", "--server", server]) == 1
    assert list((home / ".config/rollcall-device").iterdir()) == []


def test_root_and_the_service_use_the_machines_folders(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    config, state = tmp_path / "etc", tmp_path / "lib"
    monkeypatch.setattr(places, "MACHINE_CONFIG", config)
    monkeypatch.setattr(places, "MACHINE_STATE", state)
    assert places.key_file() == home / ".config/rollcall-device/key"
    monkeypatch.setattr(places, "is_root", lambda: True)
    assert (places.key_file(), places.config_file(), places.outbox_folder()) == (
        config / "key",
        config / "device.toml",
        state,
    )
    monkeypatch.setattr(places, "is_root", lambda: False)
    config.mkdir()
    state.mkdir()
    assert (places.key_file(), places.outbox_folder()) == (config / "key", state)  # as the service, which owns them


def test_the_folders_of_the_desktop_are_used_where_it_names_them(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", "relative, which is to be passed over")
    assert places.outbox_folder() == tmp_path / "state/rollcall-device"
    assert places.key_file() == home / ".config/rollcall-device/key"


@pytest.mark.parametrize(
    ("paired_ago_s", "begins_ago_s"), [(0.0, 1800.0), (3600.0, 5400.0), (86_400.0, 7200.0), (9e8, 7200.0)]
)
def test_a_simulation_tells_nothing_from_before_the_pairing_and_else_ends_now(
    tmp_path: Path, paired_ago_s: float, begins_ago_s: float
):
    key, plan = tmp_path / "key", Plan(2.0, 60.0, None, 1.0, None)
    key.touch()
    now_s = time.time()
    os.utime(key, (now_s - paired_ago_s,) * 2)
    ends_at_s, ahead_s = end_of(tmp_path / "outbox", plan, key)
    begins_s = ends_at_s - plan.hours * 3600 + ahead_s
    took_s = time.time() - now_s
    assert now_s - begins_ago_s - 1 < begins_s < now_s - begins_ago_s + plan.hours * 3600 / plan.speed + took_s + 1
    assert FastClock(plan.speed, ends_at_s, ahead_s)._from_real(ends_at_s) == pytest.approx(ends_at_s + ahead_s)
    assert end_of(tmp_path / "outbox", plan, key) == (ends_at_s, ahead_s)  # after a kill
