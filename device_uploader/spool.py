"""What is in an outbox, in lines for a person; it only looks, and a running device is not disturbed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from device_uploader.clock import format_time
from device_uploader.item import KINDS
from device_uploader.outbox import read_item
from device_uploader.status import read_status
from device_uploader.tally import read_counts


def describe(folder: Path) -> Iterator[str]:
    """Line by line."""
    if not (folder / "items").is_dir():
        yield f"There is no outbox at {folder} yet."
        return
    items = [item for path in sorted((folder / "items").iterdir()) if (item := read_item(path)) is not None]
    for kind in KINDS:
        of_kind = [item for item in items if item.kind == kind]
        oldest = min((item.started.wall_s for item in of_kind), default=None)
        since = f", since {format_time(oldest)[:16]} UTC" if oldest is not None else ""
        yield f"{kind}: {len(of_kind)} waiting, {sum(item.size for item in of_kind):,} bytes{since}"
    for name, count in read_counts(folder / "counts.json").items():
        yield f"{name.replace('_', ' ')}: {count}"
    yield from _refusals(folder / "refused")
    yield from _status(folder)


def _refusals(folder: Path) -> Iterator[str]:
    for path in sorted(folder.iterdir(), key=lambda one: one.stat().st_mtime)[-10:]:
        try:
            yield f"refused {path.name}: {json.loads((path / 'refusal.json').read_bytes())['sentence']}"
        except (OSError, ValueError, KeyError):
            yield f"refused {path.name}"


def _status(folder: Path) -> Iterator[str]:
    status = read_status(folder)
    if status is None:
        yield "The device has not run on this outbox yet."
        return
    yield f"last report: {status['at'][:19]} UTC"
    for part, sentence in status["parts"].items():
        yield f"{part}: {sentence}"
    yield f"site: {status['link']}"
    if status["key_refused"]:
        yield f"The site refuses the key: {status['key_refused']} Pair the device again."
