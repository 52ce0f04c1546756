"""One thing to send, be it a clip, a snapshot, readings, a stay at a door or an attempt at a kiosk."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Literal
from uuid import uuid4

Kind = Literal["clip", "snapshot", "readings", "visit", "attempt"]
KINDS: tuple[Kind, ...] = ("clip", "snapshot", "readings", "visit", "attempt")
BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Moment:
    """When something happened, by this device: `wall_s` since 1970, `monotonic_ns` since the boot `boot_id`."""

    wall_s: float
    monotonic_ns: int
    boot_id: str


@dataclass(frozen=True, slots=True)
class Item:
    """What item.json says. `size` in bytes; `thinned` counts how often every second reading was let go."""

    id: str
    kind: Kind
    started: Moment
    duration_s: float
    sha256: str
    size: int
    filename: str
    readings: int = 0
    thinned: int = 0
    reading_id: str | None = None
    boxes: list[list[int]] = field(default_factory=list)

    def to_json(self) -> bytes:
        """As item.json holds it."""
        return json.dumps(asdict(self), indent=1).encode()

    @staticmethod
    def from_json(data: bytes) -> Item:
        """Raises ValueError where it is not a whole item of ours."""
        words = json.loads(data)
        if not isinstance(words, dict) or words.get("kind") not in KINDS:
            raise ValueError("This is no item of an outbox.")
        known = {one.name for one in fields(Item)}
        try:
            moment = Moment(**words.pop("started"))
            return Item(started=moment, **{name: value for name, value in words.items() if name in known})
        except (KeyError, TypeError) as wrong:
            raise ValueError("This is no whole item of an outbox.") from wrong


def new_id() -> str:
    """32 hexadecimal digits, the item's for ever."""
    return uuid4().hex


def sha256_of(path: Path) -> str:
    """64 hexadecimal digits of a file's bytes."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()
