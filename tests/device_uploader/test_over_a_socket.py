"""The client and a site with a real network between them: TLS, dead connections, keys, and proxies."""

from __future__ import annotations

import random
import socket
import ssl
import threading
import time
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from device_uploader import site as site_module
from device_uploader.backoff import Bandwidth
from device_uploader.clock import Clock, SiteTime
from device_uploader.errors import DeviceError, Unreachable
from device_uploader.link import Link
from device_uploader.outbox import Outbox
from device_uploader.sender import FileSender
from device_uploader.sending import Road
from device_uploader.site import Site
from tests.device_uploader.bad_network import BadNetwork, served
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


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Of a school's own, for this machine; its key is beside it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "school")])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    made = made.add_extension(names, critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    pem = made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "school.pem").write_bytes(pem)
    (tmp_path / "school.key").write_bytes(private)
    return tmp_path / "school.pem"


def test_only_a_certificate_that_is_trusted_gets_the_key(certificate: Path, outbox: Outbox, fake: FakeSite):
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, certificate.with_suffix(".key"))
    port, stop = served(fake.app, tls)
    try:
        site_time = SiteTime(None, Clock(), outbox.disk)
        with pytest.raises(Unreachable, match=r"does not prove who it is \(TLS\)"):
            Site(f"https://127.0.0.1:{port}", KEY, site_time).me()
        assert fake.asked == []
        assert Site(f"https://127.0.0.1:{port}", KEY, site_time, certificate).me()["name"] == "Room 1"
    finally:
        stop()


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
