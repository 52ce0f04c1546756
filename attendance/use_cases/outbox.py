"""Do what waits in the outbox, and show what could not be done."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import replace
from pkgutil import resolve_name

from attendance.errors import NotFound, RollcallError, ServiceBusy
from attendance.events import read
from attendance.model import ERASE, OutboxItem
from attendance.rules.outbox import LEASE, due, postponed, reason_of, service_of
from attendance.rules.stored_sentences import in_english
from attendance.services import Services
from attendance.use_cases.erasing import erase_soon

_AT_ONCE = 1000
_MOST_S = 20.0
"""So long a sweep is at one handler: searches, and what others wait for, go on in between."""

_log = logging.getLogger(__name__)


def drain(services: Services) -> int:
    """Hand every event that is due to its handler; how many were handled. What fails holds up nothing of others."""
    return sum(_drain(services, name) for name in services.handlers)


def follow_up(services: Services) -> None:
    """After a removal: what can be done at once is, also in files; what fails goes with a sweep."""
    for name, handler in services.handlers.items():
        if handler.at_once:
            _drain(services, name)
    erase_soon(services)


def troubled(services: Services) -> Sequence[OutboxItem]:
    """What failed at least once and still waits, or was given up."""
    names = [ERASE, *services.handlers]
    return [item for name in names for item in services.store.outbox(name, limit=_AT_ONCE) if item.error is not None]


def try_again(services: Services, handler: str, item_id: str) -> None:
    """At the next sweep, and as often as before. Raises NotFound where it is done."""
    for item in services.store.outbox(handler, limit=_AT_ONCE):
        if item.id == item_id:
            services.store.postpone_outbox(replace(item, attempts=0, due_at=services.now()))
            return
    raise NotFound("This is done already.")


def _drain(services: Services, name: str) -> int:
    handled, until_s = 0, time.monotonic() + _MOST_S
    while items := _due(services, name):
        before = handled
        for item in items:
            if time.monotonic() > until_s:
                return handled
            if _is_paused(services, service_of(item)):
                continue
            handled += _handle(services, item)
        if handled == before:  # somebody else is at it, or all of them fail
            break
    return handled


def _is_paused(services: Services, name: str) -> bool:
    now = services.now()
    return services.pauses.get(name, now) > now


def _due(services: Services, name: str) -> Sequence[OutboxItem]:
    """Also where more of them fail than are read at once."""
    limit = _AT_ONCE
    while not _is_paused(services, name):
        items = services.store.outbox(name, limit=limit)
        ready = due(items, services.now())
        if ready or len(items) < limit:
            return ready
        limit *= 4
    return ()


def _handle(services: Services, item: OutboxItem) -> bool:
    now = services.now()
    if not services.store.claim_outbox(item, now + LEASE):
        return False
    try:
        resolve_name(services.handlers[item.handler].function)(services, read(item.body))
    except Exception as failure:
        if isinstance(failure, ServiceBusy) and failure.retry_after is not None:
            # No fault of this item: it is not given up for it, and nothing else asks the service until then.
            until = services.pauses[service_of(item)] = services.now() + failure.retry_after
            services.store.postpone_outbox(replace(item, due_at=until, error=reason_of(failure)))
            return False
        error, fault = reason_of(failure), not isinstance(failure, RollcallError)
        _log.warning("%s of %s failed: %s", item.handler, item.subject, in_english(error), exc_info=fault)
        services.store.postpone_outbox(postponed(item, item.attempts + 1, error, services.now()))
        return False
    services.store.finish_outbox([item])
    return True
