"""Sends stays, the newest first: who is at the door now is shown before who came while the network was away."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from device_uploader.clock import format_time
from device_uploader.errors import ItemRefused
from device_uploader.item import Item, sha256_of
from device_uploader.link import Link
from device_uploader.outbox import Outbox
from device_uploader.sending import Road

ATTEMPTS_FOR_WHOLE_BYTES = 3
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """What the site said of one person of a stay."""

    verdict: str
    name: str | None


class StaySender:
    """`on_known` is told what the site said of a stay, by its id."""

    def __init__(
        self,
        outbox: Outbox,
        road: Road,
        link: Link,
        on_known: Callable[[str, list[KnownPerson]], None] | None = None,
    ) -> None:
        self._outbox, self._road, self._link, self._on_known = outbox, road, link, on_known
        self._damaged: Counter[str] = Counter()

    def step(self) -> bool:
        """Send one; False where there is none. Raises DeviceError, OSError."""
        waiting = [item for item in self._outbox.waiting() if item.kind == "visit"]
        if not waiting:
            return False
        item = waiting[-1]
        with self._outbox.holding(item) as here:
            if here:
                self._send(item)
        return True

    def _send(self, item: Item) -> None:
        words = self._words(item)
        if words is None:
            log.error("The disk has spoilt the visit %s: it cannot be sent.", item.id)
            self._outbox.refuse(
                item, "The disk of the device has spoilt it.", keep_data=False, counted="damaged_visits"
            )
            return
        self._road.stop.wait(self._road.bandwidth.delay_s(item.size))
        try:
            visits = self._road.site.send_stay(words)
        except ItemRefused as refused:
            self._refused(item, refused)
            return
        self._link.worked()
        log.info("Sent the visit of %s: %s.", words["at"], in_words(visits))
        self._outbox.remove(item)
        if self._on_known is not None:
            self._on_known(item.id, [KnownPerson(str(one.get("verdict")), one.get("name")) for one in visits])

    def _words(self, item: Item) -> dict[str, Any] | None:
        """None where the disk has spoilt it."""
        path = self._outbox.data_path(item)
        if not path.exists() or sha256_of(path) != item.sha256:
            return None
        began_s = self._road.site_time.of(item.started)
        times = {"at": format_time(began_s), "until": format_time(began_s + item.duration_s)}
        return {"id": item.id, **times, **json.loads(path.read_bytes())}

    def _refused(self, item: Item, refused: ItemRefused) -> None:
        """Pictures of people that the site will never take are not stored here either."""
        self._link.worked()
        self._damaged[item.id] += 1
        if refused.code == "wrong_sha256" and self._damaged[item.id] < ATTEMPTS_FOR_WHOLE_BYTES:
            return  # they were spoilt on the way
        log.warning("The site refused the visit %s: %s", item.id, refused)
        self._damaged.pop(item.id, None)
        self._outbox.refuse(item, str(refused), keep_data=False)


def in_words(visits: list[dict[str, Any]]) -> str:
    """For the log, which names nobody."""
    said = Counter(str(one.get("verdict")) for one in visits)
    return ", ".join(f"{count} {verdict}" for verdict, count in sorted(said.items())) or "nobody is in the pictures"
