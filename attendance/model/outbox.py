"""What waits to be done because of what happened."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from attendance.model.ids import new_id

ERASE = "erase"
"""The handler of deletions: the subject is a media key, or what begins with COPY and is for the face engine."""


@dataclass(frozen=True, slots=True)
class OutboxItem:
    """One event for one handler, or one deletion; it waits until it is done.

    Items of one handler and one subject are done in the order in which they came. `due_at` is when it is tried next:
    None where it was given up and waits for an admin. `error` is the stored sentence that says why the last attempt
    failed.
    """

    handler: str
    subject: str
    body: str
    created_at: datetime
    due_at: datetime | None
    attempts: int = 0
    error: str | None = None
    id: str = field(default_factory=new_id)
