"""How the device is: what the heartbeat tells the site, and what status.json tells whoever looks at the device."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

from device_uploader import VERSION
from device_uploader.clock import SiteTime, format_time
from device_uploader.link import Link
from device_uploader.outbox import Outbox

MOST_WORDS = 200
KINDS = ("readings", "clips", "snapshots")
CPU_TEMPERATURE = Path("/sys/class/thermal/thermal_zone0/temp")


class Status:
    """Camera and sensor are "ok", "none" or a sentence that says what is wrong."""

    def __init__(self, outbox: Outbox, site_time: SiteTime, link: Link, *, has_camera: bool, has_sensor: bool) -> None:
        self._outbox, self._site_time, self._link = outbox, site_time, link
        self._lock = threading.Lock()
        self._parts = {"camera": "ok" if has_camera else "none", "sensor": "ok" if has_sensor else "none"}

    def say(self, part: str, sentence: str) -> None:
        """From any thread."""
        with self._lock:
            self._parts[part] = sentence

    def parts(self) -> dict[str, str]:
        """What each part said last."""
        with self._lock:
            return dict(self._parts)

    def heartbeat(self) -> dict[str, Any]:
        """As the device API wants it."""
        now, parts = self._site_time.clock.now(), self.parts()
        return {
            "at": format_time(self._site_time.of(now)),
            "version": VERSION,
            "boot_id": now.boot_id,
            "clock_offset_s": self._site_time.offset_s() or 0.0,
            "spool": self._spool(),
            "disk_free_bytes": self._outbox.disk.free_bytes(self._outbox.folder),
            "cpu_temperature_c": cpu_temperature_c(),
            "camera": parts["camera"][:MOST_WORDS],
            "sensor": parts["sensor"][:MOST_WORDS],
        }

    def write(self) -> None:
        """Into status.json. Not synced: it is worth nothing after the next one."""
        words = {**self.heartbeat(), "parts": self.parts(), "link": self._link.trouble or "ok"}
        words |= {"key_refused": self._link.key_refused, "counts": self._outbox.tally.counts()}
        beside = self._outbox.folder / "status.json.new"
        beside.write_text(json.dumps(words, indent=1))
        beside.replace(self._outbox.folder / "status.json")

    def _spool(self) -> dict[str, Any]:
        waiting, counts = self._outbox.waiting(), self._outbox.tally.counts()
        return {
            "items": len(waiting),
            "bytes": sum(item.size for item in waiting),
            "refused": counts["refused"],
            "dropped": {name: counted(counts, "dropped", name) for name in KINDS},
            "damaged": {name: counted(counts, "damaged", name) for name in KINDS},
            "cut_clips": counts["cut_clips"],
        }


def counted(counts: dict[str, int], what: str, kind: str) -> int:
    """Stays at a door and attempts at a kiosk are told among the snapshots: the site asks for no more kinds."""
    others = counts[f"{what}_visits"] + counts[f"{what}_attempts"] if kind == "snapshots" else 0
    return counts[f"{what}_{kind}"] + others


def cpu_temperature_c() -> float | None:
    """None where the machine does not tell."""
    try:
        return int(CPU_TEMPERATURE.read_text()) / 1000
    except (OSError, ValueError):
        return None


def read_status(folder: Path) -> dict[str, Any] | None:
    """What the running device wrote last; None where there is none."""
    try:
        words = json.loads((folder / "status.json").read_bytes())
    except (OSError, ValueError):
        return None
    return words if isinstance(words, dict) else None
