"""Puts devices before a real site: readings every second, clips at once, and how long pages take beside an idle site.

`python -m bench.device_load`: 50 devices, 5 uploads, 30 seconds. It starts a site of its own in a folder of its own,
as `run.py` serves it, and ends with status 1 where a request failed, a reading is missing, or the 95th percentile of
the pages is above 300 ms.
"""

from __future__ import annotations

import argparse
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import av
import numpy as np
import requests

from bench.device_senders import TIMEOUT_S, Load, Work, devices_beside, session_of
from bench.device_site import PASSWORD, Site, running_site

PAGES = ("/lectures/", "/students/", "/courses/", "/log/", "/devices/", "/account")
MOST_MS = 300.0
_ASKED_AT_ONCE = 100
_PAGE_EVERY_S = 0.1
_IDLE_ROUNDS = 10


def main(arguments: Sequence[str] | None = None) -> int:
    """0, or 1 where something was lost, refused or slow."""
    options = _parser().parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        clip = film_of_noise(Path(folder, "clip.mp4"), options.clip_mb)
        with running_site(Path(folder, "data"), options.devices, worker=options.worker) as site:
            return _measure(Work(site, clip, options.uploads, options.batch), options.seconds)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.device_load", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--devices", type=int, default=50, help="how many send a reading each second")
    parser.add_argument("--uploads", type=int, default=5, help="how many of them send clips all the time")
    parser.add_argument("--seconds", type=int, default=30, help="for how long")
    parser.add_argument("--batch", type=int, default=1, help="readings in one request, one request each second")
    parser.add_argument("--clip-mb", type=int, default=8, help="how large a clip is, about")
    parser.add_argument("--worker", action="store_true", help="search the clips on this machine at the same time")
    return parser


def _measure(work: Work, seconds: int) -> int:
    site = work.site
    person = _signed_in(site)
    for page in PAGES:
        _page_ms(person, site.address + page)  # templates are compiled once
    idle = {page: [_page_ms(person, site.address + page) for _ in range(_IDLE_ROUNDS)] for page in PAGES}
    with devices_beside(work) as stop:
        busy = _visit(person, site, seconds)
        load = stop()
    lost = readings_lost(site, load)
    _print(load, idle, busy, lost)
    return int(bool(load.errors or lost or _percentile(_all(busy), 95) > MOST_MS))


def _visit(person: requests.Session, site: Site, seconds: int) -> dict[str, list[float]]:
    """How long each page took, in milliseconds; at least once each."""
    until = time.monotonic() + seconds
    taken: dict[str, list[float]] = {page: [] for page in PAGES}
    while time.monotonic() < until:
        for page in PAGES:
            taken[page].append(_page_ms(person, site.address + page))
            time.sleep(_PAGE_EVERY_S)
    return taken


def readings_lost(site: Site, load: Load) -> int:
    """Readings that were acknowledged and that the site does not know."""
    lost = 0
    for key, ids in load.sent.items():
        session = session_of(key)
        for start in range(0, len(ids), _ASKED_AT_ONCE):
            some = ids[start : start + _ASKED_AT_ONCE]
            answer = session.get(f"{site.devices}/me/items", params={"ids": ",".join(some)}, timeout=TIMEOUT_S)
            lost += len(set(some) - set(answer.json()["whole"]))
    return lost


def _signed_in(site: Site) -> requests.Session:
    session = requests.Session()
    page = session.get(f"{site.address}/login", timeout=TIMEOUT_S).text
    token = re.search(r'<meta name="csrf-token" content="([^"]+)"', page)
    form = {"csrf_token": token[1] if token else "", "email": site.admin, "password": PASSWORD}
    session.post(f"{site.address}/login", data=form, timeout=TIMEOUT_S).raise_for_status()
    return session


def _page_ms(person: requests.Session, address: str) -> float:
    began = time.perf_counter()
    answer = person.get(address, timeout=TIMEOUT_S, allow_redirects=False)
    taken_ms = (time.perf_counter() - began) * 1000
    if answer.status_code != 200:
        sys.exit(f"{address} answered {answer.status_code}.")
    return taken_ms


def _print(load: Load, idle: dict[str, list[float]], busy: dict[str, list[float]], lost: int) -> None:
    sent = sum(len(ids) for ids in load.sent.values())
    print(f"readings acknowledged {sent}, lost {lost}; clips kept {load.clips} ({load.clip_bytes / 1e6:.0f} MB)")
    print(f"{'':22}{'median':>10}{'95th':>10}{'most':>10}  (ms)")
    rows = {"pages, idle site": _all(idle), "pages, under load": _all(busy), "posts of readings": load.readings_ms}
    for name, taken in (rows | busy).items():
        print(f"{name:22}{statistics.median(taken):10.1f}{_percentile(taken, 95):10.1f}{max(taken):10.1f}")
    ratio = _percentile(_all(busy), 95) / _percentile(_all(idle), 95)
    print(f"pages under load take {ratio:.1f} times as long as on the idle site (95th percentile)")
    print(f"errors {len(load.errors)}", *sorted(set(load.errors))[:5], sep="\n")


def _all(taken: dict[str, list[float]]) -> list[float]:
    return [ms for of_page in taken.values() for ms in of_page]


def _percentile(values: Sequence[float], percent: int) -> float:
    return sorted(values)[min(len(values) - 1, len(values) * percent // 100)]


def film_of_noise(path: Path, megabytes: int) -> Path:
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
