"""Stays at a door: from when somebody comes until they leave, as one item of pictures and what the sensor saw."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import cv2

from device_uploader.errors import SourceFailed
from device_uploader.item import Item, Moment, new_id
from device_uploader.outbox import Outbox
from device_uploader.reading import Reading
from device_uploader.settings import DoorTable
from device_uploader.sharpness import Grey, Sharpest, small_grey
from device_uploader.sources import Frame
from device_uploader.times import local_time

LONGEST_SIDE_PX = 1920
MOST_BYTES = 1_900_000  # of one picture; the site takes two million
QUALITIES = (92, 80, 60)
READING_NEAR_S = 2.0


@dataclass(slots=True)
class OpenStay:
    """Somebody is there."""

    id: str
    began: Moment
    sharpest: Sharpest
    reading: Reading | None


class Stays:
    """Told of every picture and of every reading, from two threads, it puts one item a stay into the outbox."""

    def __init__(self, outbox: Outbox, door: DoorTable, on_told: Callable[[str], None] | None = None) -> None:
        self._outbox, self._door, self._on_told = outbox, door, on_told
        self._lock = threading.Lock()
        self._open: OpenStay | None = None
        self._empty: Grey | None = None
        self._newest: Reading | None = None
        self._ended_ns: int | None = None
        self._is_told = False  # they are still there, and their stay was sent

    def measured(self, reading: Reading) -> None:
        """The hottest of a stay goes with it."""
        with self._lock:
            self._newest = reading
            stay = self._open
            if stay is not None and (stay.reading is None or max(reading.pixels_c) > max(stay.reading.pixels_c)):
                stay.reading = reading

    def see(self, frame: Frame, at: Moment, is_there: bool) -> None:
        """One more picture, and whether somebody is there by motion or by warmth. Raises SourceFailed, OSError."""
        if not is_there:
            self._empty = small_grey(frame)
            self._end(at)
            self._is_told = False
            return
        if self._open is None and not self._is_told and self._may_begin(at):
            self._begin(at)
        stay = self._open
        if stay is None:
            return
        stay.sharpest.see(frame, at.monotonic_ns / 1e9)
        if lasted_s(stay.began, at) >= self._door.longest_s:
            self._end(at)
            self._is_told = True

    def close(self, at: Moment) -> None:
        """The stay that is open is sent as far as it came."""
        self._end(at)

    def _may_begin(self, at: Moment) -> bool:
        return self._ended_ns is None or (at.monotonic_ns - self._ended_ns) / 1e9 >= self._door.pause_s

    def _begin(self, at: Moment) -> None:
        with self._lock:
            newest = self._newest
            is_fresh = newest is not None and lasted_s(newest.at, at) <= READING_NEAR_S
            self._open = OpenStay(
                new_id(), at, Sharpest(self._door.pictures, self._empty), newest if is_fresh else None
            )

    def _end(self, at: Moment) -> None:
        with self._lock:
            stay, self._open = self._open, None
        if stay is None:
            return
        self._ended_ns = at.monotonic_ns
        pictures = [encoded(frame) for frame in stay.sharpest.best()]
        name = f"{local_time(stay.began.wall_s):%Y%m%d-%H%M%S}.json"
        item = Item(stay.id, "visit", stay.began, lasted_s(stay.began, at), "", 0, name)
        try:
            self._outbox.add(item, stay_data(pictures, stay.reading))
        except OSError:
            self._outbox.tally.add_loss("dropped_visits")
            raise
        if self._on_told is not None:
            self._on_told(stay.id)


def lasted_s(began: Moment, at: Moment) -> float:
    """Seconds between two moments of one boot."""
    return (at.monotonic_ns - began.monotonic_ns) / 1e9


def encoded(frame: Frame) -> bytes:
    """A JPEG that the site takes. Raises SourceFailed."""
    longest = max(frame.shape[:2])
    if longest > LONGEST_SIDE_PX:
        scale = LONGEST_SIDE_PX / longest
        size = round(frame.shape[1] * scale), round(frame.shape[0] * scale)
        frame = cv2.resize(frame, size, interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
    for quality in QUALITIES:
        whole, picture = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, quality])
        if whole and picture.nbytes <= MOST_BYTES:
            return picture.tobytes()
    raise SourceFailed("The camera gave a picture that is no picture.")


def stay_data(pictures: Sequence[bytes], reading: Reading | None) -> bytes:
    """What the outbox holds of a stay, in the words of the site's API."""
    words: dict[str, Any] = {
        "pictures": [
            {"jpeg": base64.b64encode(one).decode(), "sha256": hashlib.sha256(one).hexdigest()} for one in pictures
        ]
    }
    if reading is not None:
        words["reading"] = {"pixels_c": list(reading.pixels_c), "thermistor_c": reading.thermistor_c}
    return json.dumps(words).encode()
