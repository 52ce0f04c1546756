"""A site as people have it, with a room that has lessons, and a device that is paired with it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest
from flask import Flask

from attendance import bootstrap as composition
from attendance.changes import AddCourse
from attendance.model import Course, new_id
from attendance.services import Services
from attendance.settings import Settings, load_settings
from attendance.use_cases.courses.timetable import add_slot
from attendance.use_cases.devices.devices import add_device, pair_device
from device_uploader.backoff import Bandwidth
from device_uploader.clip_writer import ClipWriter
from device_uploader.clock import Clock, SiteTime
from device_uploader.item import Item, Moment
from device_uploader.outbox import Outbox
from device_uploader.sending import Road
from device_uploader.site import Site
from device_uploader.sources.drawn_camera import DrawnCamera
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
            "ROLLCALL_REQUESTS_PER_DEVICE": "100000",
            **environment,
        }
    )
    services = composition.bootstrap(settings)
    services.store.prepare()
    course = Course(new_id(), "CS101", "Drawing", "", "Asia/Seoul", datetime.now(UTC))
    services.store.commit(AddCourse(course))
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
    """With a key of some days."""
    session, adapter = session_for(app)
    site_time = SiteTime(None, Clock(), outbox.disk)
    site = Site("http://site.test", a_key(services), site_time, session=session)
    return Road(site, site_time, Bandwidth(None), BLOCK, threading.Event()), adapter


def a_key(services: Services, days_ago: float = 5, room: str = ROOM) -> str:
    """Of a device that was paired then: what it recorded before would not be taken."""
    then = replace(services, now=lambda: datetime.now(UTC) - timedelta(days=days_ago))
    return pair_device(then, add_device(then, name="Camera", room=room, by=None).code).key


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
