"""The load of devices sends what it says, and notices what a site loses."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
import requests

from bench.device_load import film_of_noise, readings_lost
from bench.device_senders import Load, Work, devices_at_work, devices_beside, send_clips, send_readings
from bench.device_site import Site, running_site

pytestmark = pytest.mark.slow

_PATIENCE_S = 120.0


def test_devices_send_readings_and_clips_and_a_lost_reading_is_noticed(tmp_path: Path) -> None:
    clip, load = film_of_noise(tmp_path / "clip.mp4", 1), Load()
    with running_site(tmp_path / "data", 2, worker=False) as site:
        with devices_at_work(Work(site, clip, uploads=1, batch=2), load):
            until = time.monotonic() + _PATIENCE_S
            while (load.clips < 1 or len(load.sent) < 2 or not all(load.sent.values())) and time.monotonic() < until:
                time.sleep(0.05)
        assert load.errors == []
        assert load.clips >= 1
        assert [len(ids) >= 2 for ids in load.sent.values()] == [True, True]
        assert readings_lost(site, load) == 0
        load.sent[site.keys[0]].append("0" * 32)
        assert readings_lost(site, load) == 1


def test_devices_in_a_process_of_their_own_tell_what_they_met(tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").write_bytes(b"a clip")
    nobody = Site("http://127.0.0.1:1", ("key",))
    with devices_beside(Work(nobody, tmp_path / "clip.mp4", uploads=1, batch=1)) as stop:
        load = stop()
    assert load.sent == {"key": []}
    assert load.clips == 0


def test_a_request_that_gets_no_answer_is_an_error_and_ends_no_device(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load, stop = Load(), threading.Event()

    def fail(*_: object, **__: object) -> None:
        stop.set()
        raise requests.ConnectionError("the site is away")

    monkeypatch.setattr(requests.Session, "post", fail)
    monkeypatch.setattr("bench.device_senders.secrets.randbelow", lambda most: 0)
    (tmp_path / "clip.mp4").write_bytes(b"a clip")
    work = Work(Site("http://127.0.0.1:1", ("key",)), tmp_path / "clip.mp4", uploads=1, batch=1)
    send_readings(work, "key", load, stop)
    stop.clear()
    send_clips(work, "key", load, stop)
    assert load.errors == ["heartbeat: the site is away", "clip: the site is away"]
