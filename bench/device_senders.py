"""Devices that send readings every second and clips without a pause, and what they hear of it."""

from __future__ import annotations

import base64
import hashlib
import multiprocessing
import secrets
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import requests

from bench.device_site import Site

TIMEOUT_S = 60
_PIECE = 1024 * 1024
_BYTES = "application/offset+octet-stream"


@dataclass(frozen=True)
class Work:
    """What the devices of a site are to send."""

    site: Site
    clip: Path
    uploads: int
    batch: int


@dataclass
class Load:
    """What was sent, and what went wrong."""

    errors: list[str] = field(default_factory=list)
    readings_ms: list[float] = field(default_factory=list)
    sent: dict[str, list[str]] = field(default_factory=dict)  # ids of readings, by key
    clips: int = 0
    clip_bytes: int = 0


@contextmanager
def devices_beside(work: Work) -> Iterator[Callable[[], Load]]:
    """Devices at work in a process of their own, as threads of one process wait for each other; what stops them."""
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe()
    process = spawn.Process(target=_beside, args=(there, work), daemon=True)
    process.start()
    there.close()

    def stop() -> Load:
        here.send("stop")
        return _heard(here)

    try:
        _heard(here)  # that it begins
        yield stop
    finally:
        process.terminate()
        process.join()


def _heard(connection: Connection) -> Load:
    try:
        load: Load = connection.recv()
    except EOFError:
        sys.exit("The process of the devices ended early.")
    return load


def _beside(connection: Connection, work: Work) -> None:
    load = Load()
    with devices_at_work(work, load):
        connection.send(load)
        connection.recv()
    connection.send(load)


@contextmanager
def devices_at_work(work: Work, load: Load) -> Iterator[None]:
    """A thread for the readings of each device, and one more for each that uploads; all end with the context."""
    stop = threading.Event()
    threads = [threading.Thread(target=send_readings, args=(work, key, load, stop)) for key in work.site.keys]
    threads += [
        threading.Thread(target=send_clips, args=(work, key, load, stop)) for key in work.site.keys[: work.uploads]
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def send_readings(work: Work, key: str, load: Load, stop: threading.Event) -> None:
    """A request each second, after a word of how the device is; one that takes longer is made up for."""
    session, sent = session_of(key), load.sent.setdefault(key, [])
    turn = time.monotonic() + secrets.randbelow(1000) / 1000  # devices are not in step
    if not stop.wait(turn - time.monotonic()):
        _post(session, f"{work.site.devices}/me/heartbeat", _status(), load)
    while not stop.wait(max(0.0, turn - time.monotonic())):
        turn += 1.0
        readings = [_reading() for _ in range(work.batch)]
        began = time.perf_counter()
        if _post(session, f"{work.site.devices}/me/readings", {"readings": readings}, load):
            load.readings_ms.append((time.perf_counter() - began) * 1000)
            sent += [str(reading["id"]) for reading in readings]


def _post(session: requests.Session, address: str, body: dict[str, object], load: Load) -> bool:
    what = address.rpartition("/")[2]
    try:
        answer = session.post(address, json=body, timeout=TIMEOUT_S)
    except requests.RequestException as failed:
        load.errors.append(f"{what}: {failed}")
        return False
    if answer.status_code != 200:
        load.errors.append(f"{what}: {answer.status_code} {answer.text[:200]}")
    return answer.status_code == 200


def _status() -> dict[str, object]:
    dropped = {"readings": 0, "clips": 0, "snapshots": 0}
    return {
        "at": datetime.now(UTC).isoformat(),
        "version": "1.0",
        "boot_id": secrets.token_hex(16),
        "clock_offset_s": 0.1,
        "spool": {"items": 3, "bytes": 1_000_000, "refused": 0, "dropped": dropped},
        "disk_free_bytes": 20_000_000_000,
        "cpu_temperature_c": 51.5,
        "camera": "ok",
        "sensor": "ok",
    }


def _reading() -> dict[str, object]:
    pixels = (np.random.default_rng().normal(86, 1, 64).round() / 4).tolist()
    return {
        "id": secrets.token_hex(16),
        "at": datetime.now(UTC).isoformat(),
        "pixels_c": pixels,
        "thermistor_c": 24.0625,
    }


def send_clips(work: Work, key: str, load: Load, stop: threading.Event) -> None:
    """One after the other, by tus."""
    session, data = session_of(key), work.clip.read_bytes()
    session.headers["Tus-Resumable"] = "1.0.0"
    while not stop.is_set():
        try:
            answer = _send_clip(work.site, session, data)
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
    answer = session.post(f"{site.devices}/me/uploads", headers=headers, timeout=TIMEOUT_S)
    address = site.address + answer.headers.get("Location", "")
    for offset in range(0, len(data), _PIECE):
        if not answer.ok:
            break
        headers = {"Upload-Offset": str(offset), "Content-Type": _BYTES}
        answer = session.patch(address, data=data[offset : offset + _PIECE], headers=headers, timeout=TIMEOUT_S)
    return answer


def session_of(key: str) -> requests.Session:
    """What a device with this key asks by."""
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {key}"
    return session
