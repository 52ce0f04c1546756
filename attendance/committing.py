"""How a use case commits: a change, what the audit trail says of it, and events, which become work for handlers."""

from __future__ import annotations

from collections.abc import Iterator

from attendance.changes import Part
from attendance.events import Event, written
from attendance.model import OutboxItem
from attendance.services import Services


def commit(services: Services, *parts: Part | Event) -> None:
    """All or nothing. Raises what the change says that refuses it."""
    services.store.commit(*_parts(services, parts))


def _parts(services: Services, parts: tuple[Part | Event, ...]) -> Iterator[Part]:
    for part in parts:
        if isinstance(part, Event):
            yield from _work(services, part)
        else:
            yield part


def _work(services: Services, event: Event) -> Iterator[OutboxItem]:
    """One item a handler of such events; of an event that nobody handles nothing is stored."""
    for name, handler in services.handlers.items():
        if isinstance(event, handler.kinds):
            yield OutboxItem(name, event.subject, written(event), event.at, event.at)
