"""Which certificates a device trusts, for the site and for the store that the site sends it to."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from device_uploader.clock import Clock, SiteTime
from device_uploader.errors import Unreachable
from device_uploader.outbox import Outbox
from device_uploader.site import Site
from tests.device_uploader.bad_network import served
from tests.device_uploader.fake_site import KEY, FakeSite


def a_certificate(folder: Path, name: str) -> Path:
    """Made by nobody else, for this machine; its key is beside it."""
    key = ec.generate_private_key(ec.SECP256R1())
    named = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    made = x509.CertificateBuilder(named, named, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    made = made.add_extension(names, critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    pem = made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / f"{name}.pem").write_bytes(pem)
    (folder / f"{name}.key").write_bytes(private)
    return folder / f"{name}.pem"


@contextmanager
def proven_by(certificate: Path, app: Callable[..., object]) -> Iterator[str]:
    """The address of an app that shows this certificate."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, certificate.with_suffix(".key"))
    port, stop = served(app, tls)
    try:
        yield f"https://127.0.0.1:{port}"
    finally:
        stop()


@pytest.fixture
def site_time(outbox: Outbox) -> SiteTime:
    return SiteTime(None, Clock(), outbox.disk)


def test_only_a_certificate_that_is_trusted_gets_the_key(tmp_path: Path, site_time: SiteTime, fake: FakeSite):
    school = a_certificate(tmp_path, "school")
    with proven_by(school, fake.app) as address:
        with pytest.raises(Unreachable, match=r"does not prove who it is \(TLS\)"):
            Site(address, KEY, site_time).me()
        assert fake.asked == []
        assert Site(address, KEY, site_time, school).me()["name"] == "Room 1"


def test_a_store_is_trusted_by_the_usual_certificates_or_the_schools_own(
    tmp_path: Path, site_time: SiteTime, fake: FakeSite, monkeypatch: pytest.MonkeyPatch
):
    school, cloud, stranger = (a_certificate(tmp_path, name) for name in ("school", "cloud", "stranger"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(cloud))  # in place of those that come with requests
    got: list[bytes] = []

    def store(environ: dict[str, Any], start: Callable[..., object]) -> list[bytes]:
        got.append(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        start("200 OK", [("Content-Length", "0")])
        return []

    site = Site("https://school.example.org", KEY, site_time, school)
    for certificate in (school, cloud):
        with proven_by(certificate, store) as address:
            assert site.put_elsewhere(f"{address}/part", b"bytes") == 200
    assert got == [b"bytes"] * 2
    with proven_by(stranger, store) as address, pytest.raises(Unreachable, match=f"{address} does not prove who it is"):
        site.put_elsewhere(f"{address}/part", b"bytes")
    with proven_by(cloud, fake.app) as address, pytest.raises(Unreachable, match="does not prove who it is"):
        Site(address, KEY, site_time, school).me()
    assert (len(got), fake.asked) == (2, [])
