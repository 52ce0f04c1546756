"""Taking the roll: whether a tap that was made earlier, perhaps without a network, may still set its mark."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from attendance.model import Mark, MarkChange, Status

LONGEST_AGE = timedelta(days=30)
_CLOCKS = timedelta(seconds=5)  # how a tap's moment may differ by how long it was on its way


@dataclass(frozen=True, slots=True)
class Tap:
    """One status for one student, tapped at a moment.

    `seen_at` is when the mark that the person saw had been changed last; None where they saw none.
    """

    id: str
    student_id: str
    status: Status
    at: datetime
    seen_at: datetime | None = None


class Answer(StrEnum):
    """What became of a tap."""

    SAVED = "saved"
    CONFLICT = "conflict"
    """Somebody else set the mark after this person had looked at it."""
    OLDER = "older"
    """The same person has set it later, perhaps on another device."""


def answer_to(tap: Tap, mark: Mark | None, history: Sequence[MarkChange], by: str) -> Answer:
    """What is to become of a tap, by the mark and its history, oldest first. One that is there already is saved."""
    if any(change.action == tap.id for change in history):
        return Answer.SAVED
    if mark is None or mark.set_by is None:
        return Answer.SAVED
    if mark.set_by != by:
        return Answer.SAVED if tap.seen_at is not None and mark.updated_at <= tap.seen_at else Answer.CONFLICT
    return Answer.OLDER if tap.at < mark.updated_at - _CLOCKS and tap.seen_at != mark.updated_at else Answer.SAVED


def tapped_at(at: datetime, now: datetime, changes: Collection[MarkChange]) -> datetime:
    """When the history says that it was: not after now, and not before what it followed."""
    earliest = max((change.at for change in changes), default=at)
    return min(now, max(at, earliest, now - LONGEST_AGE))
