"""Clips that were cut by a kill, power loss or a full disk are brought back up to there, as soon as there is room."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable

from device_uploader.clip_writer import recover
from device_uploader.errors import DiskFull
from device_uploader.outbox import Outbox, read_began

EVERY_S = 60.0
log = logging.getLogger(__name__)


class Recovery:
    """Looks at once and every minute: it takes a while for each, as every picture is decoded."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    def run(self, stop: threading.Event) -> None:
        """Until `stop`."""
        while not stop.is_set():
            self.look()
            stop.wait(EVERY_S)

    def look(self) -> None:
        """Once at each of them; those for which there is no room wait."""
        for item in self._outbox.cut_items():
            with self._outbox.holding(item) as here:
                if here:
                    recover_clips(self._outbox, [item.id])


def recover_clips(outbox: Outbox, clip_ids: Iterable[str]) -> None:
    """Each becomes an item, is counted as given up, or waits for room on a full disk."""
    for clip_id in clip_ids:
        try:
            _recover(outbox, clip_id)
        except (DiskFull, OSError) as full:
            log.warning("The clip %s, which was cut, waits for room on the disk: %s", clip_id, full)


def _recover(outbox: Outbox, clip_id: str) -> None:
    folder = outbox.making / clip_id
    data = folder / "data"
    if data.exists() and outbox.disk.free_bytes(folder) < data.stat().st_size:
        raise DiskFull("There is no room to bring it back.")
    try:
        read_began(folder)
        length_s = recover(data)
    except (OSError, ValueError):
        length_s = None
    if not length_s:  # a single picture is no clip
        log.warning("Nothing of the clip %s, which was cut, can be used.", clip_id)
        outbox.give_up_clip(clip_id)
    else:
        log.info("The clip %s was cut; its first %.0f seconds are kept.", clip_id, length_s)
        outbox.finish_clip(clip_id, length_s)
        outbox.tally.add("recovered_clips")
