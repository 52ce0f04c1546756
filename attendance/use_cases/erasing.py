"""Delete the files whose rows are gone or never came, so that nobody's picture outlives a removal or a crash."""

from __future__ import annotations

import logging
import random
from collections.abc import Sequence
from datetime import timedelta

from attendance.errors import RollcallError
from attendance.media_keys import COPY
from attendance.model import Face, new_id
from attendance.services import Services

ORPHAN_AFTER = timedelta(days=1)

_BATCH = 1000
_ENOUGH_FAILURES = 20
"""In a row: whatever should delete does not answer at all, and each try may take half a minute."""

_log = logging.getLogger(__name__)


def erase_soon(services: Services) -> None:
    """Now as far as possible; what fails goes with a sweep, as the rows that named it are gone already."""
    try:
        erase_pending(services)
    except RollcallError as later:
        _log.warning("What was removed is erased later: %s", later.sentence)


def erase_pending(services: Services) -> int:
    """Delete what removals wrote down: files, and copies that the face engine keeps; how many.

    What cannot be deleted now holds up nothing else. Raises ServiceUnavailable and the like once the others are gone.
    """
    count = 0
    stuck: dict[str, Exception] = {}
    while keys := [key for key in services.store.pending_erasures(_BATCH + len(stuck)) if key not in stuck]:
        try:
            _delete(services, keys)
            count += len(keys)
        except Exception:
            failed = _delete_each(services, keys)
            count += len(keys) - len(failed)
            stuck |= failed
    for reason in stuck.values():
        raise reason
    return count


def erase_orphans(services: Services) -> int:
    """Delete files that a killed process stored and no row ever named; how many. Young ones may still get their row."""
    old = list(services.media.keys(stored_before=services.now() - ORPHAN_AFTER))
    orphans = services.store.unclaimed(old)
    services.media.delete(orphans)
    return len(orphans)


def _delete(services: Services, keys: Sequence[str]) -> None:
    copies = [key for key in keys if key.startswith(COPY)]
    if copies:
        services.faces.remove([_copy(services, key.removeprefix(COPY)) for key in copies])
    services.media.delete([key for key in keys if not key.startswith(COPY)])
    services.store.erased(keys)


def _delete_each(services: Services, keys: Sequence[str]) -> dict[str, Exception]:
    """Those that could not be deleted, and why. In any order, so that another call begins with others."""
    failed: dict[str, Exception] = {}
    in_a_row = 0
    for key in random.sample(keys, len(keys)):
        try:
            _delete(services, [key])
            in_a_row = 0
        except Exception as reason:
            failed[key] = reason
            in_a_row += 1
            if in_a_row >= _ENOUGH_FAILURES:
                raise
    return failed


def _copy(services: Services, external_id: str) -> Face:
    """What the engine is told to forget by."""
    return Face(new_id(), "", services.faces.name, "", "", 0.0, services.now(), external_id=external_id)
