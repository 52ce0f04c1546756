"""The client and a site with a real network between them: TLS, dead connections, keys, and a whole run."""

from __future__ import annotations

import json
import random
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
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

ROOT = Path(__file__).parents[2]
BLOCK = 64 * 1024


@pytest.fixture
def network(fake: FakeSite) -> Iterator[BadNetwork]:
    port, stop = served(fake.app)
    proxy = BadNetwork(("127.0.0.1", port))
    yield proxy
    proxy.stop()
    stop()


def road_to(port: int, outbox: Outbox, timeout_s: float = 5.0) -> Road:
    site_time = SiteTime(None, Clock(), outbox.disk)
    site = Site(f"http://127.0.0.1:{port}", KEY, site_time, timeout_s=timeout_s)
    return Road(site, site_time, Bandwidth(None), 1 << 20, threading.Event())


def wait_until(happened: Callable[[], bool], seconds: float = 20.0) -> None:
    until = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.02)


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


class Process:
    """python -m device_uploader in a folder of its own."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.key_file = folder / "key"
        self.key_file.touch(0o600)
        self.key_file.write_text(KEY)
        self.config = folder / "device.toml"
        self.config.write_text(
            f'[site]\nserver = "http://127.0.0.1:{port}"\nkey_file = "{self.key_file}"\n'
            f'[outbox]\nfolder = "{folder / "outbox"}"\n'
            '[camera]\nsource = "drawn"\nwidth = 160\nheight = 120\n[clips]\nminutes = 10\n'
            '[sensor]\nsource = "simulated"\nevery_s = 0.2\nbatch_s = 1\n'
        )

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "device_uploader", *words, "--config", str(self.config)]

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(self.command(*words), check=False, cwd=ROOT, capture_output=True, text=True, timeout=60)

    def begin(self) -> subprocess.Popen[str]:
        return subprocess.Popen(self.command("run"), cwd=ROOT, stderr=subprocess.PIPE, text=True)


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=40)
    return process.returncode, said


def test_stopping_closes_the_clip_and_the_next_start_sends_it(tmp_path: Path, network: BadNetwork, fake: FakeSite):
    device = Process(tmp_path, network.port)
    process = device.begin()
    wait_until(lambda: len(fake.readings) > 3 and len(fake.heartbeats) > 0)
    wait_until(lambda: any((tmp_path / "outbox/making").iterdir()))
    code, said = ended(process)
    assert code == 0, said
    assert list((tmp_path / "outbox/making").iterdir()) == []
    items = [json.loads(path.read_bytes()) for path in (tmp_path / "outbox/items").glob("*/item.json")]
    assert [item["kind"] for item in items if item["kind"] != "readings"] == ["clip"]
    process = device.begin()
    wait_until(lambda: items[-1]["id"] in fake.files or any(item["id"] in fake.files for item in items))
    assert ended(process)[0] == 0
    beat = fake.heartbeats[0]
    assert beat["camera"] == beat["sensor"] == "ok"
    assert beat["spool"]["dropped"] == {"readings": 0, "clips": 0, "snapshots": 0}


def test_a_refused_key_is_told_recording_goes_on_and_a_new_key_is_taken_at_once(
    tmp_path: Path, network: BadNetwork, fake: FakeSite
):
    device = Process(tmp_path, network.port)
    device.key_file.write_text("x" * 43)
    process = device.begin()
    status = tmp_path / "outbox/status.json"
    wait_until(lambda: len(list((tmp_path / "outbox/items").glob("*"))) > 1 if status.exists() else False)
    assert fake.readings == {}
    device.key_file.write_text(KEY)
    wait_until(lambda: len(fake.readings) > 3)
    code, said = ended(process)
    assert code == 0, said
    assert "The site refuses the key of this device: This device key is not known." in said
    assert said.count("refuses the key") == 1


def test_a_key_that_stays_refused_ends_with_exit_code_1(tmp_path: Path, network: BadNetwork, fake: FakeSite):
    device = Process(tmp_path, network.port)
    device.key_file.write_text("x" * 43)
    process = device.begin()
    wait_until(lambda: fake.asked.count(("POST", "/api/v1/devices/me/heartbeat")) > 1)
    time.sleep(0.3)
    assert ended(process)[0] == 1
    assert "Pair the device again" in device.run("spool").stdout


def test_check_says_one_line_each(tmp_path: Path, network: BadNetwork):
    device = Process(tmp_path, network.port)
    checked = device.run("check")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert [line.split()[:2] for line in checked.stdout.splitlines()] == [
        ["ok", f"{name}:"] for name in ("settings", "key", "site", "clock", "disk", "camera", "sensor")
    ]


def test_check_names_everything_that_is_wrong(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as free:
        device = Process(tmp_path, free.getsockname()[1])
    device.key_file.chmod(0o644)
    device.config.write_text(device.config.read_text().replace('"drawn"', f'"folder:{tmp_path}/none"'))
    checked = device.run("check")
    assert checked.returncode == 1
    assert "WRONG key: Others can read the key file" in checked.stdout
    assert "WRONG camera: There is no picture or clip in the folder" in checked.stdout
    assert "WRONG clock:" in checked.stdout


def test_wrong_settings_end_with_exit_code_2(tmp_path: Path):
    device = Process(tmp_path, 1)
    device.config.write_text("[site]\nserver = 5\n")
    for command in ("run", "check", "spool"):
        done = device.run(command)
        assert done.returncode == 2
        assert "line 2" in done.stderr


def test_pairing_makes_a_private_key_file_and_uses_no_code_up_in_vain(tmp_path: Path, network: BadNetwork):
    key_file = tmp_path / "made" / "key"

    def pair(code: str) -> subprocess.CompletedProcess[str]:
        words = ["pair", code, "--server", f"http://127.0.0.1:{network.port}", "--key-file", str(key_file)]
        command = [sys.executable, "-m", "device_uploader", *words]
        return subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True, timeout=60)

    wrong = pair("WXYZ-WXYZ")
    assert (wrong.returncode, wrong.stderr.strip()) == (1, "This code is not right, or was used.")
    assert not key_file.exists()
    paired = pair("abcd-efgh")
    assert paired.returncode == 0, paired.stderr
    assert key_file.read_text().strip() == KEY
    assert key_file.stat().st_mode & 0o777 == 0o600
    assert KEY not in paired.stdout + paired.stderr
    assert pair("ABCD-EFGH").returncode == 2
