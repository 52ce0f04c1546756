"""What a student asks about marks: an objection to one, or an excuse in advance; and what was answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class AppealKind(StrEnum):
    """What is asked."""

    OBJECTION = "objection"
    EXCUSE = "excuse"


class AppealState(StrEnum):
    """Whether it was answered, and how."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Appeal:
    """One of a student, in one course. `by` is the account that wrote it, `words` its reason.

    An objection is to the mark in `lecture_id`; an excuse is for the lectures from `first_day` to `last_day` on the
    course's clock. `file_key` is what was sent with it, until it is erased.
    """

    id: str
    kind: AppealKind
    course_id: str
    student_id: str
    by: str
    at: datetime
    words: str
    lecture_id: str | None = None
    first_day: date | None = None
    last_day: date | None = None
    file_key: str | None = None
    state: AppealState = AppealState.OPEN
    answered_by: str | None = None
    answered_at: datetime | None = None
    answer: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self.state is AppealState.OPEN

    @property
    def is_accepted(self) -> bool:
        """Whether it was answered with yes."""
        return self.state is AppealState.ACCEPTED

    def covers(self, day: date) -> bool:
        """Whether it is an excuse for this day."""
        if self.first_day is None or self.last_day is None:
            return False
        return self.first_day <= day <= self.last_day
