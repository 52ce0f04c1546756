"""What lists are made of: pages, lines of the attendance log and what is wanted of it, entries of the audit trail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from attendance.model.lectures import Lecture, SearchStatus
from attendance.model.marks import Mark, Status
from attendance.model.people import Course

T = TypeVar("T")


FORGOTTEN = "(removed)"
"""Stands where the audit trail, or the report of an import, named somebody who was removed."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One thing that a person did, for the audit trail. Never holds a secret or a face."""

    at: datetime
    by: str | None
    action: str
    subject: str
    detail: str = ""
    by_name: str = ""


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries of the audit trail are wanted; what is None or empty limits nothing.

    `by` is the id of a user, or empty for what nobody signed in did. `topic` is what an action begins with, such as
    `user`. `subject` is compared whole, without case.
    """

    by: str | None = None
    topic: str = ""
    subject: str = ""
    from_at: datetime | None = None
    before_at: datetime | None = None


ALL_ENTRIES = AuditFilter()


@dataclass(frozen=True, slots=True)
class LectureCounts:
    """What a list says of a lecture: its marks by status, its recordings by search, and sightings of strangers."""

    marks: Counter[Status] = field(default_factory=Counter)
    searches: Counter[SearchStatus] = field(default_factory=Counter)
    strangers: int = 0


@dataclass(frozen=True, slots=True)
class LogRow:
    """One line of the attendance log."""

    lecture: Lecture
    course: Course
    student_id: str
    student_name: str
    student_key: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which lines of the log are wanted. None means no limit; `course_ids` empty means none at all."""

    course_ids: Sequence[str] | None = None
    student_id: str | None = None
    text: str = ""  # part of a student's id or name
    statuses: Sequence[Status] = ()
    from_at: datetime | None = None
    before_at: datetime | None = None
    sort: str = "-time"  # one of rules/log.py's SORTS; a minus turns it round


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A part of a list. `number` counts from 1; `total` counts all items of the list."""

    items: Sequence[T]
    number: int
    size: int
    total: int

    @property
    def pages(self) -> int:
        """How many pages the list has, at least one."""
        return max(1, -(-self.total // self.size))
