"""Puts devices before a real site: readings every second, clips at once, and how long pages take beside an idle site.

`python -m bench.device_load`: 50 devices, 5 uploads, 30 seconds. It starts a site of its own in a folder of its own,
as `run.py` serves it, and ends with status 1 where a request failed, a reading is missing, or the 95th percentile of
the pages is above 300 ms.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import re
import secrets
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import av
import numpy as np
import requests

from bench.device_site import PASSWORD, Site, running_site

PAGES = ("/lectures/", "/students/", "/courses/", "/log/", "/devices/", "/account")
MOST_MS = 300.0
_PIECE = 1024 * 1024
_TIMEOUT_S = 60
_ASKED_AT_ONCE = 100
_PAGE_EVERY_S = 0.1
_IDLE_ROUNDS = 60
_BYTES = "application/offset+octet-stream"


@dataclass
class Load:
    """What the threads did, and what went wrong."""

    stop: threading.Event = field(default_factory=threading.Event)
    errors: list[str] = field(default_factory=list)
    readings_ms: list[float] = field(default_factory=list)
    sent: dict[str, list[str]] = field(default_factory=dict)  # ids of readings, by key
    clips: int = 0
    clip_bytes: int = 0


def main(arguments: Sequence[str] | None = None) -> int:
    """0, or 1 where something was lost, refused or slow."""
    options = _parser().parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        clip = _film(Path(folder, "clip.mp4"), options.clip_mb)
        with running_site(Path(folder, "data"), options.devices, worker=options.worker) as site:
            return _measure(site, clip, options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.device_load", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--devices", type=int, default=50, help="how many send a reading each second")
    parser.add_argument("--uploads", type=int, default=5, help="how many of them send clips all the time")
    parser.add_argument("--seconds", type=int, default=30, help="for how long")
    parser.add_argument("--batch", type=int, default=1, help="readings in one request, one request each second")
    parser.add_argument("--clip-mb", type=int, default=8, help="how large a clip is, about")
    parser.add_argument("--worker", action="store_true", help="search the clips on this machine at the same time")
    return parser


def _measure(site: Site, clip: Path, options: argparse.Namespace) -> int:
    person = _signed_in(site)
    for page in PAGES:
        _page_ms(person, site.address + page)  # templates are compiled once
    idle = [_page_ms(person, site.address + PAGES[turn % len(PAGES)]) for turn in range(_IDLE_ROUNDS)]
    load = Load()
    with _devices(site, load, clip, options):
        busy = _visit(person, site, options.seconds)
    lost = _lost(site, load)
    _print(load, idle, busy, lost)
    return int(bool(load.errors or lost or _percentile(busy, 95) > MOST_MS))


@contextmanager
def _devices(site: Site, load: Load, clip: Path, options: argparse.Namespace) -> Iterator[None]:
    threads = [threading.Thread(target=_send_readings, args=(site, key, load, options.batch)) for key in site.keys]
    threads += [
        threading.Thread(target=_send_clips, args=(site, key, load, clip)) for key in site.keys[: options.uploads]
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        load.stop.set()
        for thread in threads:
            thread.join()


def _visit(person: requests.Session, site: Site, seconds: int) -> list[float]:
    """How long each page took, in milliseconds."""
    until, taken = time.monotonic() + seconds, []
    while time.monotonic() < until:
        taken.append(_page_ms(person, site.address + PAGES[len(taken) % len(PAGES)]))
        time.sleep(_PAGE_EVERY_S)
    return taken


def _send_readings(site: Site, key: str, load: Load, batch: int) -> None:
    session, sent = _session(key), load.sent.setdefault(key, [])
    turn = time.monotonic() + secrets.randbelow(1000) / 1000  # devices are not in step
    while not load.stop.wait(max(0.0, turn - time.monotonic())):
        turn += 1.0
        readings = [_reading() for _ in range(batch)]
        began = time.perf_counter()
        try:
            answer = session.post(f"{site.devices}/me/readings", json={"readings": readings}, timeout=_TIMEOUT_S)
        except requests.RequestException as failed:
            load.errors.append(f"readings: {failed}")
            continue
        load.readings_ms.append((time.perf_counter() - began) * 1000)
        if answer.status_code == 200:
            sent += [str(reading["id"]) for reading in readings]
        else:
            load.errors.append(f"readings: {answer.status_code} {answer.text[:200]}")


def _reading() -> dict[str, object]:
    pixels = (np.random.default_rng().normal(86, 1, 64).round() / 4).tolist()
    return {
        "id": secrets.token_hex(16),
        "at": datetime.now(UTC).isoformat(),
        "pixels_c": pixels,
        "thermistor_c": 24.0625,
    }


def _send_clips(site: Site, key: str, load: Load, clip: Path) -> None:
    session, data = _session(key), clip.read_bytes()
    session.headers["Tus-Resumable"] = "1.0.0"
    while not load.stop.is_set():
        try:
            answer = _send_clip(site, session, data)
        except requests.RequestException as failed:
            load.errors.append(f"clip: {failed}")
            continue
        if answer.headers.get("Rollcall-Recording"):
            load.clips, load.clip_bytes = load.clips + 1, load.clip_bytes + len(data)
        else:
            load.errors.append(f"clip: {answer.status_code} {answer.text[:200]}")


def _send_clip(site: Site, session: requests.Session, data: bytes) -> requests.Response:
    """The answer to its last piece, or to the first request that was refused."""
    words = {
        "item_id": secrets.token_hex(16),
        "kind": "clip",
        "started_at": datetime.now(UTC).isoformat(),
        "duration_s": "10",
        "sha256": hashlib.sha256(data).hexdigest(),
        "filename": "clip.mp4",
    }
    pairs = ",".join(f"{name} {base64.b64encode(text.encode()).decode()}" for name, text in words.items())
    headers = {"Upload-Length": str(len(data)), "Upload-Metadata": pairs}
    answer = session.post(f"{site.devices}/me/uploads", headers=headers, timeout=_TIMEOUT_S)
    address = site.address + answer.headers.get("Location", "")
    for offset in range(0, len(data), _PIECE):
        if not answer.ok:
            break
        headers = {"Upload-Offset": str(offset), "Content-Type": _BYTES}
        answer = session.patch(address, data=data[offset : offset + _PIECE], headers=headers, timeout=_TIMEOUT_S)
    return answer


def _lost(site: Site, load: Load) -> int:
    """Readings that were acknowledged and that the site does not know."""
    lost = 0
    for key, ids in load.sent.items():
        session = _session(key)
        for start in range(0, len(ids), _ASKED_AT_ONCE):
            some = ids[start : start + _ASKED_AT_ONCE]
            answer = session.get(f"{site.devices}/me/items", params={"ids": ",".join(some)}, timeout=_TIMEOUT_S)
            lost += len(set(some) - set(answer.json()["whole"]))
    return lost


def _session(key: str) -> requests.Session:
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {key}"
    return session


def _signed_in(site: Site) -> requests.Session:
    session = requests.Session()
    page = session.get(f"{site.address}/login", timeout=_TIMEOUT_S).text
    token = re.search(r'<meta name="csrf-token" content="([^"]+)"', page)
    form = {"csrf_token": token[1] if token else "", "email": site.admin, "password": PASSWORD}
    session.post(f"{site.address}/login", data=form, timeout=_TIMEOUT_S).raise_for_status()
    return session


def _page_ms(person: requests.Session, address: str) -> float:
    began = time.perf_counter()
    answer = person.get(address, timeout=_TIMEOUT_S, allow_redirects=False)
    taken_ms = (time.perf_counter() - began) * 1000
    if answer.status_code != 200:
        sys.exit(f"{address} answered {answer.status_code}.")
    return taken_ms


def _print(load: Load, idle: list[float], busy: list[float], lost: int) -> None:
    sent = sum(len(ids) for ids in load.sent.values())
    print(f"readings acknowledged {sent}, lost {lost}; clips kept {load.clips} ({load.clip_bytes / 1e6:.0f} MB)")
    print(f"{'':22}{'median':>10}{'95th':>10}{'most':>10}  (ms)")
    for name, taken in (
        ("pages, idle site", idle),
        ("pages, under load", busy),
        ("posts of readings", load.readings_ms),
    ):
        print(f"{name:22}{statistics.median(taken):10.1f}{_percentile(taken, 95):10.1f}{max(taken):10.1f}")
    ratio = _percentile(busy, 95) / _percentile(idle, 95)
    print(f"pages under load take {ratio:.1f} times as long as on the idle site (95th percentile)")
    print(f"errors {len(load.errors)}", *sorted(set(load.errors))[:5], sep="\n")


def _percentile(values: Sequence[float], percent: int) -> float:
    return sorted(values)[min(len(values) - 1, len(values) * percent // 100)]


def _film(path: Path, megabytes: int) -> Path:
    """Ten seconds of noise, which no encoder makes small."""
    noise = np.random.default_rng(1)
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
        stream.bit_rate = megabytes * 800_000
        stream.options = {"preset": "ultrafast"}
        for _ in range(100):
            picture = noise.integers(0, 255, (360, 640, 3), dtype=np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    return path


if __name__ == "__main__":
    sys.exit(main())
