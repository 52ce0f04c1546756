"""The client and a site with a real network between them: TLS, dead connections, keys, and proxies."""

from __future__ import annotations

import random
import socket
import threading
import time
from pathlib import Path

import pytest

from device_uploader import site as site_module
from device_uploader.backoff import Bandwidth
from device_uploader.clock import Clock, SiteTime
from device_uploader.errors import DeviceError, Unreachable
from device_uploader.link import Link
from device_uploader.outbox import Outbox
from device_uploader.sender import FileSender
from device_uploader.sending import Road
from device_uploader.site import Site
from tests.device_uploader.bad_network import BadNetwork
from tests.device_uploader.conftest import clip_in
from tests.device_uploader.fake_site import KEY, FakeSite

BLOCK = 64 * 1024


def road_to(port: int, outbox: Outbox, timeout_s: float = 5.0) -> Road:
    site_time = SiteTime(None, Clock(), outbox.disk)
    site = Site(f"http://127.0.0.1:{port}", KEY, site_time, timeout_s=timeout_s)
    return Road(site, site_time, Bandwidth(None), 1 << 20, threading.Event())


def test_a_body_cut_at_every_64_kib_goes_on_where_it_was(outbox: Outbox, network: BadNetwork, fake: FakeSite):
    data = random.Random(6).randbytes(8 * BLOCK)
    item = clip_in(outbox, data)
    road = road_to(network.port, outbox)
    files = FileSender(outbox, road, Link(), lambda: False)
    fake.cut = network.cut_all
    for boundary in range(BLOCK, len(data), BLOCK):
        fake.cut_at = boundary
        with pytest.raises(Unreachable):
            files.step()
        assert len(fake.begun[item.id]) == boundary
    fake.cut_at = None
    send_until_empty(files, outbox)
    assert fake.files[item.id] == data
    assert fake.came[item.id] == 1


def send_until_empty(files: FileSender, outbox: Outbox) -> None:
    until = time.monotonic() + 20
    while outbox.waiting():
        assert time.monotonic() < until, "it is not sent"
        try:
            files.step()
        except DeviceError:
            time.sleep(0.05)


def test_a_site_that_says_nothing_is_given_up_in_time(outbox: Outbox, network: BadNetwork):
    network.set("silent")
    begun = time.monotonic()
    with pytest.raises(Unreachable, match="does not answer in time"):
        road_to(network.port, outbox, timeout_s=0.3).site.me()
    assert time.monotonic() - begun < 5


def test_nobody_at_the_address_is_a_plain_sentence(outbox: Outbox):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(Unreachable, match=r"cannot be reached: .*Connection refused"):
        road_to(port, outbox).site.me()


def test_a_site_that_cannot_prove_who_it_is_gets_nothing(outbox: Outbox, network: BadNetwork, fake: FakeSite):
    site = Site(f"https://127.0.0.1:{network.port}", KEY, SiteTime(None, Clock(), outbox.disk))
    with pytest.raises(Unreachable, match="TLS"):
        site.me()
    assert fake.asked == []


def test_a_netrc_file_does_not_replace_the_key(
    outbox: Outbox, network: BadNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login other password other\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    assert road_to(network.port, outbox).site.me()["name"] == "Room 1"


@pytest.mark.parametrize("name", ["http_proxy", "all_proxy"])
def test_what_is_sent_in_the_clear_on_this_machine_goes_to_no_proxy(
    name: str, outbox: Outbox, network: BadNetwork, monkeypatch: pytest.MonkeyPatch
):
    with socket.create_server(("127.0.0.1", 0)) as free:
        monkeypatch.setenv(name, f"http://127.0.0.1:{free.getsockname()[1]}")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert road_to(network.port, outbox).site.me()["name"] == "Room 1"


def test_the_key_is_in_no_log_and_no_error(
    outbox: Outbox, network: BadNetwork, caplog: pytest.LogCaptureFixture, fake: FakeSite
):
    caplog.set_level(0)
    site = road_to(network.port, outbox).site
    site.me()
    fake.orders.append((500, "", {}))
    with pytest.raises(DeviceError) as failed:
        site.me()
    assert KEY not in caplog.text
    assert KEY not in repr(failed.value) + repr(site_module.DeviceKey(KEY)) + repr(vars(site_module.DeviceKey))
