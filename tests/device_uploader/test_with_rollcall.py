"""The client and the site itself: in one process, over a socket on a bad network, and with tuspy as it is."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
import cv2
import numpy as np
import pytest
from flask import Flask
from moto.moto_server.threaded_moto_server import ThreadedMotoServer
from tusclient.client import TusClient

from attendance import bootstrap as composition
from attendance.model import Course, new_id
from attendance.services import Services
from attendance.settings import Settings, load_settings
from attendance.use_cases.devices import add_device
from attendance.use_cases.timetable import add_slot
from device_uploader.backoff import Bandwidth
from device_uploader.clip_writer import ClipWriter
from device_uploader.clock import Clock, SiteTime
from device_uploader.disk import Disk
from device_uploader.errors import DeviceError, KeyRefused, Unreachable
from device_uploader.item import Item, Moment
from device_uploader.link import Link
from device_uploader.outbox import Outbox
from device_uploader.reading import Reading
from device_uploader.sender import FileSender, ReadingSender
from device_uploader.sending import Road, send_directly, words_about
from device_uploader.site import Site
from device_uploader.sources.choice import open_sensor
from device_uploader.sources.drawn_camera import DrawnCamera
from device_uploader.status import Status
from tests.device_uploader.bad_network import served
from tests.device_uploader.trial import run_trial
from tests.device_uploader.wsgi_adapter import WsgiAdapter, session_for
from tests.fakes import FakeJobs
from website import create_app

ROOM = "R 101"
BLOCK = 64 * 1024


def open_fake_jobs(value: str, settings: Settings) -> FakeJobs:
    """Nobody searches here."""
    return FakeJobs()


@pytest.fixture
def environment() -> dict[str, str]:
    """More settings of the site."""
    return {}


@pytest.fixture
def services(tmp_path: Path, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    """With the real engine, which probes what arrives, and a room that has lessons all day."""
    monkeypatch.setitem(composition.JOBS, "fake", f"{__name__}:open_fake_jobs")
    settings = load_settings(
        {
            "ROLLCALL_DATA": str(tmp_path / "data"),
            "ROLLCALL_JOBS": "fake",
            "ROLLCALL_TIMEZONE": "Asia/Seoul",
            "ROLLCALL_DEVICE_REQUESTS": "100000",
            **environment,
        }
    )
    services = composition.bootstrap(settings)
    services.store.prepare()
    course = Course(new_id(), "CS101", "Drawing", "", "Asia/Seoul", datetime.now(UTC))
    services.store.add_course_once(course)
    for weekday in range(7):
        for begin, end in (("00:00", "12:00"), ("12:00", "23:59")):
            add_slot(services, course_id=course.id, room=ROOM, weekday=weekday, starts=begin, ends=end, by=None)
    yield services
    services.store.close()


@pytest.fixture
def app(services: Services) -> Flask:
    app = create_app(services=services)
    app.testing = True
    return app


@pytest.fixture
def wires(services: Services, app: Flask, outbox: Outbox) -> tuple[Road, WsgiAdapter]:
    """Paired as a device is, by the code."""
    session, adapter = session_for(app)
    site_time = SiteTime(None, Clock(), outbox.disk)
    code = add_device(services, name="Camera", room=ROOM, by=None).code
    key = Site("http://site.test", None, site_time, session=session).pair(code)["key"]
    site = Site("http://site.test", key, site_time, session=session)
    return Road(site, site_time, Bandwidth(None), BLOCK, threading.Event()), adapter


@pytest.fixture
def road(wires: tuple[Road, WsgiAdapter]) -> Road:
    return wires[0]


def lesson_moment(back_s: float = 1800.0) -> Moment:
    """In the first half of a lesson of a day or two ago, and of no boot that the site has met."""
    noon = (datetime.now(UTC) - timedelta(days=1)).replace(hour=4, minute=0, second=0, microsecond=0)
    return Moment(noon.timestamp() - back_s, 0, "earlier boot")


def a_clip(outbox: Outbox, rows: int = 60, size: tuple[int, int] = (640, 480)) -> Item:
    """Noise, so that it has many blocks of 64 KiB."""
    name = new_id()
    path = outbox.begin_clip(name, lesson_moment(), "room.mp4")
    writer, noise = ClipWriter(path, *size, 5, 24), np.random.default_rng(7)
    for number in range(60):
        picture = DrawnCamera(*size, 5).read()
        picture[:rows] = noise.integers(0, 255, (rows, size[0], 3), np.uint8)
        writer.add(picture, number * 200)
    return outbox.finish_clip(name, writer.close())


def a_picture(outbox: Outbox, **words: object) -> Item:
    _, data = cv2.imencode(".jpg", DrawnCamera(640, 480, 1).read())
    item = Item(new_id(), "snapshot", lesson_moment(), 0.0, "", 0, "room.jpg", **words)  # type: ignore[arg-type]
    return outbox.add(item, data.tobytes())


def stored(services: Services, item: Item) -> bytes:
    """What the site keeps of it."""
    return services.media.read(services.store.recording(item.id).media_key)


def send_all(outbox: Outbox, road: Road, tries: int = 40) -> None:
    files, readings = FileSender(outbox, road, Link(), lambda: False), ReadingSender(outbox, road, Link())
    for _ in range(tries):
        try:
            if not files.step() and not readings.step():
                return
        except DeviceError:
            continue
    pytest.fail(f"it does not come to an end: {outbox.waiting()}")


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
        code = add_device(services, name="Camera", room=ROOM, by=None).code
        key = Site(f"http://127.0.0.1:{port}", None, site_time).pair(code)["key"]
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


def test_half_a_jpeg_is_refused_with_its_sentence_and_kept_aside(outbox: Outbox, road: Road, services: Services):
    whole = a_picture(outbox)
    half = outbox.data_path(whole).read_bytes()[:2000]
    outbox.remove(whole)
    item = outbox.add(Item(new_id(), "snapshot", lesson_moment(), 0.0, "", 0, "room.jpg"), half)
    send_all(outbox, road)
    assert (outbox.refused_folder / item.id / "refusal.json").exists()
    assert road.site.became([item.id])[0] == set()


def test_a_picture_outside_any_lesson_is_not_kept_on_either_side(outbox: Outbox, road: Road, services: Services):
    nobody = add_device(services, name="Other", room="R 202", by=None)
    road.site.use_key(
        Site("http://site.test", None, road.site_time, session=road.site._session).pair(nobody.code)["key"]
    )
    item = a_picture(outbox)
    send_all(outbox, road)
    assert (outbox.refused_folder / item.id / "refusal.json").exists()
    assert not (outbox.refused_folder / item.id / "data").exists()


def test_a_file_that_is_spoilt_on_the_disk_is_found_out(outbox: Outbox, road: Road, services: Services):
    item = a_picture(outbox)
    data = outbox.data_path(item).read_bytes()
    outbox.data_path(item).write_bytes(data[:-100] + bytes(100))
    send_all(outbox, road)
    assert outbox.tally.counts()["damaged"] == 1
    assert road.site.became([item.id])[0] == set()


def test_bad_readings_are_left_out_and_the_good_ones_stay(outbox: Outbox, road: Road):
    good = [Reading(new_id(), lesson_moment(-second), (21.0,) * 64, 22.0) for second in range(20)]
    ahead = Moment(datetime.now(UTC).timestamp() + 90_000 * 30, 0, "earlier boot")
    bad = [Reading(new_id(), ahead, (21.0,) * 64, 22.0), Reading(new_id(), lesson_moment(), (1000.0,) * 64, 22.0)]
    outbox.add_readings(new_id(), [*good[:10], *bad, *good[10:]])
    send_all(outbox, road)
    assert road.site.became([one.id for one in [*good, *bad]])[0] == {one.id for one in good}
    assert outbox.tally.counts()["refused"] == 2


def test_the_heartbeat_is_understood(outbox: Outbox, road: Road):
    road.site.me()
    status = Status(outbox, road.site_time, Link(), has_camera=True, has_sensor=False)
    status.say("camera", "The camera is away. " * 50)
    road.site.heartbeat(status.heartbeat())


def test_a_wrong_key_is_refused(road: Road):
    road.site.use_key("x" * 43)
    with pytest.raises(KeyRefused):
        road.site.me()


def test_a_device_on_a_bad_network_and_killed_loses_nothing(tmp_path: Path, services: Services, app: Flask):
    port, stop = served(app)
    try:
        server = f"http://127.0.0.1:{port}"
        code = add_device(services, name="Camera", room=ROOM, by=None).code
        key_file = tmp_path / "key"
        key_file.touch(0o600)
        key_file.write_text(Site(server, None, SiteTime(None, Clock(), Disk())).pair(code)["key"])
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


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """On a server of this machine that behaves as S3."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {
        "AWS_ENDPOINT_URL_S3": f"http://{host}:{port}",
        "AWS_REGION": "ap-northeast-2",
        "AWS_DEFAULT_REGION": "ap-northeast-2",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
    }.items():
        monkeypatch.setenv(name, value)
    boto3.client("s3").create_bucket(
        Bucket="device-media", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-2"}
    )
    yield "s3://device-media/school"
    server.stop()


def send_nothing(road: Road, item: Item) -> int:
    """Begin the upload only; the size of its parts."""
    words = {**words_about(item, road.site_time), "size": item.size}
    return int(road.site.ask("POST", "/me/direct-uploads", json=words)["part_size"])


class TestWhereTheMediaAreInABucket:
    @pytest.fixture
    def environment(self, bucket: str) -> dict[str, str]:
        return {"ROLLCALL_MEDIA": bucket}

    def test_a_clip_goes_there_in_parts_and_on_after_a_cut(self, outbox: Outbox, road: Road, services: Services):
        item = a_clip(outbox, rows=480)
        data, sent, pace = outbox.data_path(item).read_bytes(), [0], road.bandwidth.delay_s
        part = send_nothing(road, item)
        assert part + BLOCK < len(data) < 2 * part

        def cut_in_the_second_part(number: int) -> float:
            sent[0] += number
            if sent[0] > part + BLOCK:
                road.bandwidth.delay_s = pace  # type: ignore[method-assign]
                raise Unreachable("the network was cut here")
            return 0.0

        road.bandwidth.delay_s = cut_in_the_second_part  # type: ignore[method-assign]
        assert road.site.me()["uploads"] == "direct"
        with pytest.raises(Unreachable):
            send_directly(road, item, outbox.data_path(item))
        assert [part.number for part in services.uploads.parts(item.id)] == [1]  # type: ignore[attr-defined]
        send_all(outbox, road)
        assert stored(services, item) == data
