"""The load of devices sends what it says, and notices what a site loses."""

from __future__ import annotations

import time
from argparse import Namespace
from pathlib import Path

import pytest
import requests

from bench.device_load import Load, _devices, _film, _lost, _send_clips, _send_readings
from bench.device_site import Site, running_site

_PATIENCE_S = 120.0


def test_devices_send_readings_and_clips_and_a_lost_reading_is_noticed(tmp_path: Path) -> None:
    clip, load = _film(tmp_path / "clip.mp4", 1), Load()
    with running_site(tmp_path / "data", 2, worker=False) as site:
        with _devices(site, load, clip, Namespace(uploads=1, batch=2)):
            until = time.monotonic() + _PATIENCE_S
            while (load.clips < 1 or len(load.sent) < 2 or not all(load.sent.values())) and time.monotonic() < until:
                time.sleep(0.05)
        assert load.errors == []
        assert load.clips >= 1
        assert [len(ids) >= 2 for ids in load.sent.values()] == [True, True]
        assert _lost(site, load) == 0
        load.sent[site.keys[0]].append("0" * 32)
        assert _lost(site, load) == 1


def test_a_request_that_gets_no_answer_is_an_error_and_ends_no_device(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = Load()

    def fail(*_: object, **__: object) -> None:
        load.stop.set()
        raise requests.ConnectionError("the site is away")

    monkeypatch.setattr(requests.Session, "post", fail)
    monkeypatch.setattr("bench.device_load.secrets.randbelow", lambda most: 0)
    site = Site("http://127.0.0.1:1", ("key",))
    _send_readings(site, "key", load, 1)
    load.stop.clear()
    (tmp_path / "clip.mp4").write_bytes(b"a clip")
    _send_clips(site, "key", load, tmp_path / "clip.mp4")
    assert load.errors == ["readings: the site is away", "clip: the site is away"]
