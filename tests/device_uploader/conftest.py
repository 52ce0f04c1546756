"""An outbox, a clock and a site for every test."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from device_uploader.backoff import Bandwidth
from device_uploader.clock import Clock, SiteTime
from device_uploader.errors import DeviceError
from device_uploader.item import Item, Moment, new_id
from device_uploader.link import Link
from device_uploader.outbox import Outbox
from device_uploader.reading import Reading
from device_uploader.sender import FileSender, ReadingSender
from device_uploader.sending import Road
from device_uploader.site import Site
from tests.device_uploader.bad_network import BadNetwork, served
from tests.device_uploader.fake_site import KEY, FakeSite
from tests.device_uploader.wsgi_adapter import WsgiAdapter, session_for


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    box = Outbox(tmp_path / "outbox")
    box.open()
    yield box
    box.close()


@pytest.fixture
def fake() -> FakeSite:
    return FakeSite()


@pytest.fixture
def network(fake: FakeSite) -> Iterator[BadNetwork]:
    port, stop = served(fake.app)
    proxy = BadNetwork(("127.0.0.1", port))
    yield proxy
    proxy.stop()
    stop()


@pytest.fixture
def wires(fake: FakeSite, clock: Clock, outbox: Outbox) -> tuple[Road, WsgiAdapter]:
    """A road to the fake site in this process, in chunks of 256 KiB, and what cuts it."""
    session, adapter = session_for(fake.app)
    site_time = SiteTime(outbox.folder / "boots.json", clock, outbox.disk)
    site = Site("http://site.test", KEY, site_time, session=session)
    return Road(site, site_time, Bandwidth(None), 256 * 1024, threading.Event()), adapter


@pytest.fixture
def road(wires: tuple[Road, WsgiAdapter]) -> Road:
    return wires[0]


def moment(seconds: float = 0.0, boot: str = "boot") -> Moment:
    """So long after some moment of 2026."""
    return Moment(1_790_000_000.0 + seconds, int(seconds * 1e9), boot)


def snapshot(at: Moment | None = None, **words: object) -> Item:
    return Item(new_id(), "snapshot", at or moment(), 0.0, "", 0, "room.jpg", **words)  # type: ignore[arg-type]


def clip_in(box: Outbox, data: bytes, at: Moment | None = None) -> Item:
    """A clip that was recorded and closed."""
    name = new_id()
    box.begin_clip(name, at or moment(), "room.mp4").write_bytes(data)
    return box.finish_clip(name, 60.0)


def sender(outbox: Outbox, road: Road) -> FileSender:
    return FileSender(outbox, road, Link(), lambda: False)


def send_all(outbox: Outbox, road: Road, attempts: int = 50) -> None:
    files, readings = sender(outbox, road), ReadingSender(outbox, road, Link())
    for _ in range(attempts):
        try:
            if not files.step() and not readings.step():
                return
        except DeviceError:
            continue
    pytest.fail("it does not come to an end")


def reading(seconds: float) -> Reading:
    return Reading(new_id(), moment(seconds), (20.25,) * 64, 21.0)
