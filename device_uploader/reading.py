"""Readings of the thermal sensor, a line each in the files of the outbox."""

from __future__ import annotations

import json
import math
import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from device_uploader.item import Moment

PIXELS = 64
BEGINNING = re.compile(rb"[0-9a-f]{8} \[")  # of a line; nowhere inside one, whose JSON has no blanks


@dataclass(frozen=True, slots=True)
class Reading:
    """8x8 temperatures, row by row, and the thermistor's, in degrees Celsius, at one moment."""

    id: str
    at: Moment
    pixels_c: tuple[float, ...]
    thermistor_c: float


def to_line(reading: Reading) -> bytes:
    """One line: a checksum of the rest, so that a line which power loss has cut or filled is known, then JSON."""
    at = reading.at
    words = [reading.id, at.wall_s, at.monotonic_ns, at.boot_id, list(reading.pixels_c), reading.thermistor_c]
    text = json.dumps(words, separators=(",", ":")).encode()
    return b"%08x %s\n" % (zlib.crc32(text), text)


def from_line(line: bytes) -> Reading | None:
    """None where the line is not whole."""
    checksum, _, text = line.partition(b" ")
    try:
        if int(checksum, 16) != zlib.crc32(text):
            return None
        name, wall_s, monotonic_ns, boot_id, pixels, thermistor = json.loads(text)
    except ValueError:
        return None
    return Reading(name, Moment(wall_s, monotonic_ns, boot_id), tuple(pixels), thermistor)


def from_lines(data: bytes) -> list[Reading]:
    """The whole ones, also one that follows half a line without a break, as a full disk and a kill can leave it."""
    begins = [found.start() for found in BEGINNING.finditer(data)]
    lines = (data[begin:end].partition(b"\n")[0] for begin, end in pairwise([*begins, len(data)]))
    found = (from_line(line) or from_line(line[:-1]) for line in lines)  # the break itself may be what is spoilt
    return [reading for reading in found if reading is not None]


def number_in(data: bytes) -> int:
    """How many readings were written there, whole or not."""
    return max(len(BEGINNING.findall(data)), sum(1 for line in data.split(b"\n") if line))


def to_lines(readings: Iterable[Reading]) -> bytes:
    """As a file of the outbox holds them."""
    return b"".join(to_line(reading) for reading in readings)


def is_sound(pixels_c: Iterable[float], thermistor_c: float) -> bool:
    """Whether a sensor's answer can be one at all: 64 numbers, none of them beyond what the AMG88xx measures."""
    values = [*pixels_c, thermistor_c]
    return len(values) == PIXELS + 1 and all(math.isfinite(value) and -20 <= value <= 100 for value in values)
