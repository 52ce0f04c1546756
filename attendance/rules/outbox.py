"""What of the outbox is done next, and when what failed is tried again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from attendance.errors import RollcallError, Sentence
from attendance.model import ERASE, WEBHOOK, OutboxItem
from attendance.rules.stored_sentences import to_text

LEASE = timedelta(minutes=5)
"""So long a handler may take; who was killed meanwhile is followed by somebody else."""
MOST_ATTEMPTS = 14
"""Then an event is given up, about two days after it happened. A deletion never is."""

_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=12)

FAULT = Sentence("A fault in the program. The details are in the log.")
"""What is shown of an error that is none of ours: its words may hold what nobody should read."""


def reason_of(failure: Exception) -> str:
    """Why it failed, as it is stored for admins."""
    return to_text(failure if isinstance(failure, RollcallError) else FAULT)


def service_of(item: OutboxItem) -> str:
    """Which service does it, so that one which asks for time holds up no other: of webhooks each is one of its own."""
    return " ".join([item.handler, *item.subject.split(" ")[:2]]) if item.handler == WEBHOOK else item.handler


def due(items: Iterable[OutboxItem], now: datetime) -> list[OutboxItem]:
    """Of one handler's items, in their order, the first of each subject, where it is due and not given up."""
    first: dict[str, OutboxItem] = {}
    for item in items:
        if item.due_at is not None:
            first.setdefault(item.subject, item)
    return [item for item in first.values() if item.due_at is not None and item.due_at <= now]


def postponed(item: OutboxItem, attempts: int, error: str, now: datetime) -> OutboxItem:
    """After its attempt number `attempts` failed: at once the first time, then with pauses that double."""
    doublings = min(attempts - 2, MOST_ATTEMPTS)
    pause = min(_FIRST_PAUSE * 2**doublings, _LONGEST_PAUSE) if attempts > 1 else timedelta()
    given_up = attempts >= MOST_ATTEMPTS and item.handler != ERASE
    return replace(item, attempts=attempts, error=error, due_at=None if given_up else now + pause)
