"""How a use case commits: a change, what the audit trail says of it, and events, which become work for handlers."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import wraps
from typing import ParamSpec, TypeVar

from attendance.changes import Part
from attendance.errors import MovedOn, RollcallError
from attendance.events import Event, written
from attendance.model import OutboxItem
from attendance.services import Services

P = ParamSpec("P")
T = TypeVar("T")

_ATTEMPTS = 10

_log = logging.getLogger(__name__)


def read_again(use_case: Callable[P, T]) -> Callable[P, T]:
    """A use case that begins anew where somebody else changed meanwhile what it has read."""

    @wraps(use_case)
    def again(*args: P.args, **kwargs: P.kwargs) -> T:
        for _ in range(_ATTEMPTS - 1):
            try:
                return use_case(*args, **kwargs)
            except MovedOn:
                continue
        return use_case(*args, **kwargs)

    return again


def commit(services: Services, *parts: Part | Event) -> None:
    """All or nothing. Raises what the change says that refuses it."""
    work = list(_work(services, [part for part in parts if isinstance(part, Event)]))
    services.store.commit(*(part for part in parts if not isinstance(part, Event)), *work)
    if any(not services.handlers[item.handler].at_once for item in work):
        _hint(services)


def _hint(services: Services) -> None:
    """The next sweep finds it anyway."""
    try:
        services.jobs.enqueue_sweep()
    except RollcallError as unanswered:
        _log.warning("What has happened is followed up later: %s", unanswered.sentence)


def _work(services: Services, events: Sequence[Event]) -> Iterator[OutboxItem]:
    """One item a handler of such events, in their order; of an event that nobody handles nothing is stored."""
    now = services.now()
    for number, event in enumerate(events):
        at = now + timedelta(microseconds=number)
        for name, handler in services.handlers.items():
            if handler.wants(event):
                yield OutboxItem(name, event.subject, written(event), at, now)
