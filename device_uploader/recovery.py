"""After a kill or power loss: clips that were being written are brought back up to where they were cut."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from device_uploader.clip_writer import recover
from device_uploader.errors import DiskFull
from device_uploader.outbox import Outbox, read_began

log = logging.getLogger(__name__)


def recover_clips(outbox: Outbox, clip_ids: Iterable[str]) -> None:
    """Each becomes an item or is counted as given up. It takes a while: every picture is decoded."""
    for clip_id in clip_ids:
        try:
            _recover(outbox, clip_id)
        except (DiskFull, OSError) as full:
            log.error("The clip %s, which was cut, waits for the next start: %s", clip_id, full)


def _recover(outbox: Outbox, clip_id: str) -> None:
    folder = outbox.making / clip_id
    try:
        read_began(folder)
        length_s = recover(folder / "data")
    except (OSError, ValueError):
        length_s = None
    if length_s is None:
        log.warning("Nothing of the clip %s, which was cut, can be used.", clip_id)
        outbox.give_up_clip(clip_id)
    else:
        log.info("The clip %s was cut; its first %.0f seconds are kept.", clip_id, length_s)
        outbox.tally.add("recovered_clips")
        outbox.finish_clip(clip_id, length_s)
