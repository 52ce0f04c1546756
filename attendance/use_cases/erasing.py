"""Delete the files whose rows are gone or never came, so that nobody's picture outlives a removal or a crash."""

from __future__ import annotations

import logging
import random
from collections.abc import Collection, Sequence
from datetime import timedelta

from attendance.errors import RollcallError
from attendance.media_keys import COPY
from attendance.model import ERASE, Face, OutboxItem, new_id
from attendance.rules.outbox import due, postponed, reason_of
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
    """Delete what removals wrote down and is due: files, and copies that the face engine holds; how many.

    What cannot be deleted now holds up nothing else. Raises ServiceUnavailable and the like once the others are gone.
    """
    count = 0
    failed: dict[str, Exception] = {}
    while items := _due(services, passed_over=failed):
        try:
            _delete(services, items)
            count += len(items)
        except Exception:
            reasons = _delete_each(services, items)
            count += len(items) - len(reasons)
            failed |= reasons
    for reason in failed.values():
        raise reason
    return count


def _due(services: Services, passed_over: Collection[str]) -> list[OutboxItem]:
    waiting = services.store.outbox(ERASE, limit=_BATCH + len(passed_over))
    return [item for item in due(waiting, services.now()) if item.subject not in passed_over]


def erase_orphans(services: Services) -> int:
    """Delete files that a killed process stored and no row ever named; how many. Young ones may still get their row."""
    old = list(services.media.keys(stored_before=services.now() - ORPHAN_AFTER))
    logo = services.store.site_settings().get("logo_key")  # the one before is an orphan
    orphans = services.store.unclaimed([key for key in old if key != logo])
    services.media.delete(orphans)
    return len(orphans)


def _delete(services: Services, items: Sequence[OutboxItem]) -> None:
    keys = [item.subject for item in items]
    copies = [key for key in keys if key.startswith(COPY)]
    if copies:
        services.faces.remove([_copy(services, key.removeprefix(COPY)) for key in copies])
    services.media.delete([key for key in keys if not key.startswith(COPY)])
    services.store.finish_outbox(items)


def _delete_each(services: Services, items: Sequence[OutboxItem]) -> dict[str, Exception]:
    """Those that could not be deleted, and why. In any order, so that another call begins with others."""
    failed: dict[str, Exception] = {}
    in_a_row = 0
    for item in random.sample(items, len(items)):
        try:
            _delete(services, [item])
            in_a_row = 0
        except Exception as reason:
            failed[item.subject] = reason
            services.store.postpone_outbox(postponed(item, item.attempts + 1, reason_of(reason), services.now()))
            in_a_row += 1
            if in_a_row >= _ENOUGH_FAILURES:
                raise
    return failed


def _copy(services: Services, external_id: str) -> Face:
    """What the engine is told to forget by."""
    return Face(new_id(), "", services.faces.name, "", "", 0.0, services.now(), external_id=external_id)
