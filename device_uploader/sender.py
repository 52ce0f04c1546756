"""What is sent in which order: snapshots, then clips, the newest first; and, on a road of their own, readings."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from time import monotonic
from typing import Any

from device_uploader.clock import format_time, parse_time
from device_uploader.errors import TOO_OLD, DeviceError, ItemRefused
from device_uploader.item import Item, sha256_of
from device_uploader.link import Link
from device_uploader.outbox import Outbox
from device_uploader.reading import Reading
from device_uploader.sending import Road, Stopped, send_by_tus, send_directly
from device_uploader.site import MOST_IDS

MOST_READINGS = 1000
READING_BYTES = 600  # of one on its way, about
EARLIEST_S = parse_time("2020-01-01T00:00:00Z")
ASK_AGAIN_S = 10.0
ME_AGAIN_S = 3600.0
FORGOTTEN_S = 3600.0
ATTEMPTS_FOR_A_WHOLE_FILE = 3
FILES = ("clip", "snapshot")
NOT_KEPT = ("no_lecture", TOO_OLD)  # people outside a lesson are nobody's business, nor is what nobody will ask for
log = logging.getLogger(__name__)


class FileSender:
    """Snapshots before clips, the newest first; one that fails again and again lets the others go first."""

    def __init__(self, outbox: Outbox, road: Road, link: Link, is_quiet: Callable[[], bool]) -> None:
        self._outbox, self._road, self._link, self._is_quiet = outbox, road, link, is_quiet
        self._road.should_yield = lambda item: self._is_quiet() or self._is_behind(item)
        self._failures: Counter[str] = Counter()
        self._refused_once: set[str] = set()
        self._handed_over: dict[str, float] = {}
        self._asked_s = self._me_s = -ME_AGAIN_S
        self._direct = False

    def step(self) -> bool:
        """Send or ask about one item; False where there is nothing to do. Raises DeviceError."""
        if self._handed_over and monotonic() - self._asked_s >= ASK_AGAIN_S:
            self._ask_what_became()
            return True
        item = self._next()
        if item is None or self._is_quiet():
            return False
        with self._outbox.holding(item) as here:
            if here:
                self._try(item)
        return True

    def _try(self, item: Item) -> None:
        try:
            self._send(item)
        except (DeviceError, OSError):
            self._failures[item.id] += 1
            raise

    def _next(self) -> Item | None:
        waiting = [one for one in self._outbox.waiting() if one.kind in FILES and one.id not in self._handed_over]
        return min(waiting, key=self._turn, default=None)

    def _turn(self, item: Item) -> tuple[int, bool, float]:
        return self._failures[item.id] // 2, item.kind == "clip", -item.started.wall_s

    def _is_behind(self, item: Item) -> bool:
        """Whether something more important came while this one is being sent."""
        first = self._next()
        return first is not None and first.kind == "snapshot" and item.kind == "clip"

    def _send(self, item: Item) -> None:
        path = self._outbox.data_path(item)
        if not path.exists() or path.stat().st_size != item.size:
            self._damaged(item)
            return
        send = send_directly if self._goes_direct() else send_by_tus
        try:
            outcome = send(self._road, item, path)
        except Stopped:
            return
        except ItemRefused as refused:
            self._refused(item, refused)
            return
        self._link.worked()
        if outcome == "whole":
            self._is_there(item)
        elif outcome == "handed over":
            self._handed_over[item.id] = monotonic()
        self._failures.pop(item.id, None)

    def _goes_direct(self) -> bool:
        if monotonic() - self._me_s >= ME_AGAIN_S:
            self._direct = self._road.site.me().get("uploads") == "direct"
            self._me_s = monotonic()
        return self._direct

    def _is_there(self, item: Item) -> None:
        log.info("Sent the %s of %s (%s bytes).", item.kind, format_time(item.started.wall_s), item.size)
        self._handed_over.pop(item.id, None)
        self._outbox.remove(item)

    def _ask_what_became(self) -> None:
        """Of those that the site has got but not looked at; forgotten ones are sent again."""
        items = {one.id: one for one in self._outbox.waiting()}
        ids = list(self._handed_over)[:MOST_IDS]
        whole, refused = self._road.site.became(ids)
        self._link.worked()
        self._asked_s = monotonic()
        for name in ids:
            item = items.get(name)
            if item is None or monotonic() - self._handed_over[name] > FORGOTTEN_S:
                self._handed_over.pop(name)
            if item is not None and name in whole:
                self._is_there(item)
            elif item is not None and name in refused:
                self._handed_over.pop(name, None)
                self._set_aside(item, ItemRefused(refused[name]))

    def _refused(self, item: Item, refused: ItemRefused) -> None:
        self._link.worked()
        if refused.code == "wrong_sha256":
            self._came_wrong(item, refused)
            return
        if refused.code != "bad_recording" and item.id not in self._refused_once:
            self._refused_once.add(item.id)  # asked again: a network that cuts headers short can spoil the words
            return
        self._refused_once.discard(item.id)
        self._set_aside(item, refused)

    def _set_aside(self, item: Item, refused: ItemRefused) -> None:
        log.warning("The site refused the %s %s: %s", item.kind, item.id, refused)
        self._outbox.refuse(item, str(refused), keep_data=refused.code not in NOT_KEPT)
        self._failures.pop(item.id, None)

    def _came_wrong(self, item: Item, refused: ItemRefused) -> None:
        """Other bytes came than were recorded: by the network, or because this disk has spoilt them."""
        if sha256_of(self._outbox.data_path(item)) != item.sha256:
            self._damaged(item)
            return
        self._failures[item.id] += 1
        if self._failures[item.id] >= ATTEMPTS_FOR_A_WHOLE_FILE:
            self._outbox.refuse(item, str(refused))

    def _damaged(self, item: Item) -> None:
        log.error("The disk has spoilt the %s %s: it cannot be sent.", item.kind, item.id)
        self._outbox.refuse(item, "The disk of the device has spoilt it.", counted=f"damaged_{item.kind}s")


def newest_batches(batches: list[Item]) -> list[Item]:
    """Of these, the oldest first, as many as go in one request, and one at least: after a week there are thousands."""
    taken: list[Item] = []
    for item in reversed(batches):
        if taken and sum(one.readings for one in taken) + item.readings > MOST_READINGS:
            break
        taken.append(item)
    return taken


class ReadingSender:
    """Batches of readings, the newest first. They do not wait for files, so that a slow clip starves nobody."""

    def __init__(self, outbox: Outbox, road: Road, link: Link) -> None:
        self._outbox, self._road, self._link = outbox, road, link

    def step(self) -> bool:
        """Send as many as go at once; False where there are none. Raises DeviceError."""
        batches = newest_batches([item for item in self._outbox.waiting() if item.kind == "readings"])
        with ExitStack() as stack:
            held = [item for item in batches if stack.enter_context(self._outbox.holding(item))]
            if held:
                self._send(held)
        return bool(held)

    def _send(self, items: list[Item]) -> None:
        readings = [one for item in items for one in self._outbox.readings_of(item)]
        timed = [one for one in readings if self._road.site_time.of(one.at) >= EARLIEST_S]
        refused = [one for one in readings if self._road.site_time.of(one.at) < EARLIEST_S]
        sentence = "This device did not know the time yet."
        for first in range(0, len(timed), MOST_READINGS):
            sentence = self._send_some(timed[first : first + MOST_READINGS], refused) or sentence
        self._link.worked()
        self._outbox.tally.add_loss("damaged_readings", sum(item.readings for item in items) - len(readings))
        if refused:
            log.warning("%s of %s readings were refused: %s", len(refused), len(readings), sentence)
            self._outbox.tally.add_loss("refused", len(refused))
        for item in items:
            self._outbox.remove(item)

    def _send_some(self, readings: list[Reading], refused: list[Reading]) -> str | None:
        """All of them, but for those that the site will not take: one bad reading must not cost the others."""
        words = [self._words(reading) for reading in readings]
        self._road.stop.wait(self._road.bandwidth.delay_s(READING_BYTES * len(words)))
        try:
            self._road.site.send_readings(words)
        except ItemRefused as wrong:
            meant = [reading for reading in readings if reading.id in wrong.ids]
            if meant:
                refused.extend(meant)
                rest = [reading for reading in readings if reading.id not in wrong.ids]
                return (rest and self._send_some(rest, refused)) or str(wrong)
            if len(readings) == 1:
                refused.append(readings[0])
                return str(wrong)
            middle = len(readings) // 2
            first = self._send_some(readings[:middle], refused)
            return self._send_some(readings[middle:], refused) or first
        return None

    def _words(self, reading: Reading) -> dict[str, Any]:
        return {
            "id": reading.id,
            "at": format_time(self._road.site_time.of(reading.at)),
            "pixels_c": list(reading.pixels_c),
            "thermistor_c": reading.thermistor_c,
        }
