"""docs/operations.md, the unit of systemd and the example for nginx say what the code does."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from attendance.bootstrap import bootstrap
from attendance.settings import SETTINGS, load_settings
from attendance.use_cases.imports.lists import MOST_BYTES as LIST_BYTES
from attendance.use_cases.people.accounts import setup_token
from attendance.use_cases.students.photo_sources import MOST_TOTAL_BYTES as ZIP_BYTES
from run import _STOP_WITHIN_S
from website import create_app
from website.config import MOST_PHOTOS_PER_FORM
from website.device_api.readings import MOST_BYTES as READINGS_BYTES

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/operations.md").read_text()
NGINX = (ROOT / "deploy/nginx/rollcall.conf").read_text()
UNITS = {"k": 1024, "m": 1024**2, "g": 1024**3}
A_FORM = MOST_PHOTOS_PER_FORM * load_settings({}).most_photo_bytes + 1_000_000
A_CLASS = ZIP_BYTES + LIST_BYTES + 1_000_000


def unit() -> configparser.ConfigParser:
    words = configparser.ConfigParser(strict=False, interpolation=None)
    words.optionxform = str  # type: ignore[assignment,method-assign]
    words.read_string((ROOT / "deploy/systemd/rollcall.service").read_text())
    return words


def nginx_takes(block: str) -> int:
    """How many bytes of a body; 0 is as many as come."""
    found = re.search(r"client_max_body_size (\d+)([kmg]?);", block)
    assert found is not None
    return int(found[1]) * UNITS.get(found[2], 1)


def location(start: str) -> str:
    return NGINX.partition(f"location {start} {{")[2].partition("}")[0]


def test_nginx_lets_through_what_the_site_takes_and_little_more() -> None:
    everywhere = nginx_takes(NGINX.partition("location /")[0])
    assert A_FORM <= everywhere <= 1.1 * A_FORM
    assert A_CLASS <= nginx_takes(location("= /students/import")) <= 1.1 * A_CLASS
    assert nginx_takes(location("^~ /api/v1/")) == 0
    assert "proxy_request_buffering off;" in NGINX


def test_the_addresses_of_the_example_are_those_of_the_site(tmp_path: Path) -> None:
    app = create_app(services=bootstrap(load_settings({"ROLLCALL_DATA": str(tmp_path)})))
    rules = {rule.rule for rule in app.url_map.iter_rules()}
    for address in ("/students/import", "/api/v1/uploads", "/api/v1/devices/me/uploads", "/api/v1/devices/me/readings"):
        assert address in rules, address
        assert f"`{address}`" in PAGE, address
    assert app.config["MAX_CONTENT_LENGTH"] == A_FORM
    assert app.view_functions["students.begin_import"].most_bytes(load_settings({})) == A_CLASS  # type: ignore[attr-defined]


def test_the_page_gives_the_sizes_of_the_code() -> None:
    photo_mb, upload_gb = load_settings({}).max_photo_mb, load_settings({}).max_upload_gb
    for words in (
        f"`ROLLCALL_MAX_PHOTO_MB` ({photo_mb:.0f}) | {A_FORM // 1_000_000} MB |",
        f"(2 GB) | {A_CLASS // 1_000_000:,} MB |",
        f"`ROLLCALL_MAX_UPLOAD_GB` ({upload_gb:.0f}) | {upload_gb:.0f} GB |",
        f"a thousand readings | {READINGS_BYTES / 1e6:.1f} MB |",
    ):
        assert words in PAGE, words
    pieces = re.search(r"PIECE_BYTES = (\d+) \* 1024 \* 1024", (ROOT / "website/static/js/tus.js").read_text())
    assert pieces and f"pieces of {pieces[1]} MB" in PAGE


@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is needed: apt-get install nginx-light")
def test_nginx_understands_the_example(tmp_path: Path) -> None:
    """Without its certificate, and on ports that anybody may open."""
    text = re.sub(r"^.*(?:ssl_certificate|\[::\]).*$", "", NGINX, flags=re.MULTILINE)
    text = text.replace("listen 443 ssl http2;", "listen 127.0.0.1:58443;").replace(
        "listen 80;", "listen 127.0.0.1:58080;"
    )
    (tmp_path / "site.conf").write_text(text)
    whole = (
        f"pid {tmp_path}/pid; error_log stderr; events {{}} http {{ access_log off; include {tmp_path}/site.conf; }}"
    )
    (tmp_path / "nginx.conf").write_text(whole)
    said = subprocess.run(
        ["nginx", "-t", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "test is successful" in said.stderr, said.stderr


def test_the_unit_starts_what_make_run_starts_and_gives_it_time_to_stop() -> None:
    service = unit()["Service"]
    assert service["ExecStart"].endswith("/.venv/bin/python run.py")
    assert (ROOT / "run.py").is_file()
    assert float(service["TimeoutStopSec"]) > _STOP_WITHIN_S + 5
    assert (service["KillMode"], service["Restart"], service["RestartPreventExitStatus"]) == ("mixed", "always", "2")
    assert (service["UMask"], service["StateDirectoryMode"]) == ("0077", "0700")
    given = dict(pair.split("=", 1) for pair in service["Environment"].split())
    assert {name for name in given if name.startswith("ROLLCALL_")} <= {setting.name for setting in SETTINGS}
    assert given["ROLLCALL_DATA"] == f"/var/lib/{service['StateDirectory']}"
    assert f"http://{given['HOST']}:{given['PORT']}" in NGINX


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is needed")
def test_systemd_understands_the_unit() -> None:
    """But for the program, which is not installed here."""
    said = subprocess.run(
        ["systemd-analyze", "verify", str(ROOT / "deploy/systemd/rollcall.service")],
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [line for line in said.stderr.splitlines() if "rollcall" in line and "is not executable" not in line]
    assert lines == []


def test_every_name_in_the_data_folder_is_in_the_list(tmp_path: Path) -> None:
    services = bootstrap(load_settings({"ROLLCALL_DATA": str(tmp_path)}))
    client = create_app(services=services, link_is_told=True).test_client()
    setup_token(services)
    token = re.search(r'csrf-token" content="([^"]+)', client.get("/login").text)
    client.post("/login", data={"csrf_token": token and token[1], "email": "a@example.org", "password": "wrong"})
    there = {path.name for path in tmp_path.iterdir()}
    assert {"rollcall.db", "secret-key", "setup-token", "tries.db", "media", "uploads"} <= there
    listed = PAGE.partition("| name | what it is |")[2].partition("\n\n")[0]
    for name in there | {"imports", "models", "demo", "jobs.db"}:
        assert f"`{re.sub(r'-(wal|shm)$', '', name)}" in listed, name


def test_the_page_leads_to_files_that_are_there() -> None:
    for link in re.findall(r"\]\((\.\./[^)]+|[^)#:]+\.md)\)", PAGE):
        assert (ROOT / "docs" / link).is_file(), link
