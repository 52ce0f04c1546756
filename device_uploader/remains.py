"""What a spoilt disk has left of an item: which kind it was, and the bytes that can still be read."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path

from device_uploader.item import Kind
from device_uploader.reading import BEGINNING

BLOCK = 4096
PICTURES = (b"\xff\xd8\xff", b"\x89PNG")
SAID = {"kind": re.compile(rb'"kind": "(\w+)"'), "readings": re.compile(rb'"readings": (\d+)')}


def kind_of(folder: Path) -> Kind:
    """By what can be read of item.json, else by how the data begin."""
    kind = said(folder, "kind")
    if kind == b"clip":
        return "clip"
    if kind == b"snapshot":
        return "snapshot"
    head = readable_bytes(folder / "data", 64)
    if kind == b"readings" or BEGINNING.match(head):
        return "readings"
    return "snapshot" if head.startswith(PICTURES) else "clip"


def number_of_readings(folder: Path) -> int:
    """As item.json says it; 0 where that cannot be read."""
    return int(said(folder, "readings") or 0)


def said(folder: Path, name: str) -> bytes | None:
    """A word of item.json, which is no JSON any more."""
    found = SAID[name].search(readable_bytes(folder / "item.json"))
    return found[1] if found else None


def readable_bytes(path: Path, most: int | None = None) -> bytes:
    """All of a file but the blocks that its disk does not give; nothing where it is gone. Raises other OSErrors."""
    try:
        with path.open("rb", buffering=0) as file:
            size = min(os.fstat(file.fileno()).st_size, most if most is not None else 1 << 62)
            return b"".join(_block(file.fileno(), place, min(BLOCK, size - place)) for place in range(0, size, BLOCK))
    except FileNotFoundError:
        return b""


def _block(handle: int, place: int, length: int) -> bytes:
    """Zeros for what cannot be read, so that the lines around it stay apart."""
    try:
        return os.pread(handle, length, place)
    except OSError as spoilt:
        if spoilt.errno != errno.EIO:
            raise
        return bytes(length)
