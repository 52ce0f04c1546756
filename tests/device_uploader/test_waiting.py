"""Waiting after failures, the pace of sending, the key's file, and the words to systemd."""

from __future__ import annotations

import os
import shlex
import socket
import threading
from pathlib import Path

import pytest

from device_uploader.backoff import Backoff, Bandwidth
from device_uploader.command_line import parser
from device_uploader.errors import KeyRefused, SettingsWrong, SiteBusy, Unreachable
from device_uploader.key_file import read_key, reserve, write_key
from device_uploader.link import KEY_TRIED_AGAIN_S, Lane, Link
from device_uploader.systemd import notify


def longest(least: float, most: float) -> float:
    return most


def test_waits_double_up_to_five_minutes_and_begin_again():
    backoff = Backoff(longest)
    waits = [backoff.next_s(SiteBusy("later")) for _ in range(12)]
    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300, 300]
    backoff.reset()
    assert backoff.next_s(SiteBusy("later")) == 2


def test_jitter_is_full():
    backoff = Backoff(lambda least, most: least)
    assert backoff.next_s(SiteBusy("later")) == 0.0


def test_a_network_that_is_away_is_tried_often_enough_to_be_done_in_a_minute():
    backoff = Backoff(longest)
    assert max(backoff.next_s(Unreachable("away")) for _ in range(30)) == 20


def test_the_site_is_not_asked_before_it_said():
    assert Backoff(lambda least, most: least).next_s(SiteBusy("later", 120.0)) == 120
    assert Backoff(longest).next_s(SiteBusy("later", 120.0)) == 122


def test_whoever_gets_through_wakes_the_others():
    link = Link()
    asleep = Lane("one", link, lambda: True)
    link.failed(Unreachable("The network is away."))
    assert link.trouble == "The network is away."
    assert not asleep._wake.is_set()
    link.worked()
    assert asleep._wake.is_set()
    assert link.trouble is None


def test_a_refused_key_is_tried_again_only_now_and_then():
    link = Link()

    def refused() -> bool:
        raise KeyRefused("No.")

    lane = Lane("one", link, refused)
    assert lane.once() < 20  # a key can be spoilt on its way
    assert link.key_refused is None
    assert lane.once() == KEY_TRIED_AGAIN_S
    assert link.key_refused == "No."


def test_the_bandwidth_is_kept_over_any_number_of_blocks():
    now = [0.0]
    pace = Bandwidth(1000.0, lambda: now[0])
    pace.delay_s(1000)
    for _ in range(50):
        now[0] += pace.delay_s(400)
    assert now[0] == pytest.approx(20.0)


def test_no_limit_is_no_delay():
    assert Bandwidth(None).delay_s(10**12) == 0


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_key_that_others_can_read_is_refused_with_the_cure(tmp_path: Path, mode: int):
    file = tmp_path / "key"
    file.write_text("k" * 43)
    file.chmod(mode)
    with pytest.raises(SettingsWrong, match=f"chmod 600 {file}"):
        read_key(file)
    file.chmod(0o600)
    assert read_key(file) == "k" * 43


def test_a_missing_or_empty_key_says_what_to_do(tmp_path: Path):
    with pytest.raises(SettingsWrong, match="There is no key file") as missing:
        read_key(tmp_path / "key")
    command = str(missing.value).partition("Make it with: python -m device_uploader ")[2]
    understood = parser().parse_args(shlex.split(command))
    assert (understood.code, understood.key_file) == ("CODE", tmp_path / "key")
    reserve(tmp_path / "key")
    with pytest.raises(SettingsWrong, match="holds no device key"):
        read_key(tmp_path / "key")


def test_systemd_hears_that_the_service_is_alive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        notify("WATCHDOG=1")
        assert listening.recv(100) == b"WATCHDOG=1"
    monkeypatch.delenv("NOTIFY_SOCKET")
    notify("READY=1")


def test_another_sender_that_gets_through_does_not_shorten_what_the_site_asked_for():
    link, asked = Link(), threading.Event()

    def busy() -> bool:
        asked.set()
        raise SiteBusy("later", 120.0)

    lane, stop, attempts = Lane("one", link, busy), threading.Event(), list[bool]()
    waiting = threading.Thread(target=lane.run, args=(stop,))
    waiting.start()
    assert asked.wait(10)
    for _ in range(5):
        link.trouble = "later"
        asked.clear()
        link.worked()
        attempts.append(asked.wait(0.05))
    stop.set()
    link.wake_all()
    waiting.join(10)
    assert not waiting.is_alive()
    assert not any(attempts)


def test_a_key_and_its_name_are_on_the_disk_when_the_code_is_used_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    synced: list[str] = []
    monkeypatch.setattr(os, "fsync", lambda handle: synced.append(str(Path(f"/proc/self/fd/{handle}").readlink())))
    reserve(tmp_path / "key")
    write_key(tmp_path / "key", "k" * 43)
    assert synced == [str(tmp_path / "key"), str(tmp_path)]
    assert read_key(tmp_path / "key") == "k" * 43
