"""What is sent arrives bit-equal: in one process, over a socket on a bad network, and by tuspy as it is."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from flask import Flask
from tusclient.client import TusClient

from attendance.model import new_id
from attendance.services import Services
from device_uploader.clock import Clock, SiteTime
from device_uploader.errors import Unreachable
from device_uploader.link import Link
from device_uploader.outbox import Outbox
from device_uploader.reading import Reading
from device_uploader.sender import FileSender
from device_uploader.sending import Road, words_about
from device_uploader.sources.choice import open_sensor
from device_uploader.status import Status
from tests.device_uploader.bad_network import served
from tests.device_uploader.conftest import send_all
from tests.device_uploader.trial import run_trial
from tests.device_uploader.with_rollcall.conftest import BLOCK, a_clip, a_key, a_picture, lesson_moment, stored
from tests.device_uploader.wsgi_adapter import WsgiAdapter

pytestmark = pytest.mark.slow


def test_a_clip_a_picture_and_readings_arrive_bit_equal(outbox: Outbox, road: Road, services: Services):
    warmth = open_sensor("simulated", 1, 0x69, lambda: 10.0).read()
    reading = Reading(new_id(), lesson_moment(), warmth.pixels_c, warmth.thermistor_c)
    outbox.add_readings(new_id(), [reading])
    clip, picture = a_clip(outbox), a_picture(outbox, reading_id=reading.id, boxes=[[10, 20, 30, 40]])
    sent = {item.id: outbox.data_path(item).read_bytes() for item in (clip, picture)}
    send_all(outbox, road)
    assert {item.id: stored(services, item) for item in (clip, picture)} == sent
    assert services.store.recording(clip.id).duration_s == pytest.approx(12, abs=0.5)
    assert road.site.became([clip.id, picture.id, reading.id])[0] == {clip.id, picture.id, reading.id}
    assert outbox.tally.counts()["refused"] == 0


def test_cut_at_every_64_kib_it_goes_on_there(outbox: Outbox, wires: tuple[Road, WsgiAdapter], services: Services):
    road, adapter = wires
    item = a_clip(outbox)
    data = outbox.data_path(item).read_bytes()
    blocks = len(data) // BLOCK
    assert blocks >= 8
    road.chunk_bytes = len(data)
    files = FileSender(outbox, road, Link(), lambda: False)
    for number in range(1, blocks + 1):
        adapter.cut_bodies_at = BLOCK
        with pytest.raises(Unreachable):
            files.step()
        assert services.uploads.upload(item.id).offset == number * BLOCK
    send_all(outbox, road)
    assert stored(services, item) == data


def test_tuspy_as_it_is_sends_in_pieces_of_64_kib_and_goes_on(outbox: Outbox, services: Services, app: Flask):
    item = a_clip(outbox)
    port, stop = served(app)
    try:
        site_time = SiteTime(None, Clock(), outbox.disk)
        key = a_key(services)
        address = f"http://127.0.0.1:{port}/api/v1/devices/me/uploads"
        client = TusClient(address, headers={"Authorization": f"Bearer {key}"})
        words = {name: str(value) for name, value in words_about(item, site_time).items()}
        with outbox.data_path(item).open("rb") as file:
            for stop_at in range(BLOCK, item.size + BLOCK, BLOCK):
                uploader = client.uploader(file_stream=file, chunk_size=BLOCK, metadata=words)
                uploader.set_url(uploader.create_url())
                uploader.offset = uploader.get_offset()
                assert uploader.offset == stop_at - BLOCK
                uploader.upload(stop_at=min(stop_at, item.size))
    finally:
        stop()
    assert hashlib.sha256(stored(services, item)).hexdigest() == item.sha256


def test_the_heartbeat_is_understood(outbox: Outbox, road: Road):
    road.site.me()
    status = Status(outbox, road.site_time, Link(), has_camera=True, has_sensor=False)
    status.say("camera", "The camera is away. " * 50)
    road.site.heartbeat(status.heartbeat())


def test_a_device_on_a_bad_network_and_killed_loses_nothing(tmp_path: Path, services: Services, app: Flask):
    port, stop = served(app)
    try:
        server = f"http://127.0.0.1:{port}"
        key_file = tmp_path / "key"
        key_file.touch(0o600)
        key_file.write_text(a_key(services))
        outcome = run_trial(
            tmp_path,
            hours=0.3,
            speed=120,
            kills=2,
            seed=3,
            server=server,
            key_file=key_file,
            more=["--clip-minutes", "4", "--snapshot-minutes", "0,10,20,30,40,50"],
        )
    finally:
        stop()
    assert outcome.complaints == [], (tmp_path / "client.log").read_text()
    assert outcome.clips >= 2
    assert outcome.readings >= 40
