"""Marks, what they rest on, and their history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Status(StrEnum):
    """What a mark says."""

    PRESENT = "present"
    LATE = "late"
    ABSENT = "absent"
    EXCUSED = "excused"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a mark rests on: the best sighting, and first and last moment over all recordings of the lecture.

    `named_by` is who named the face, where no search did; the similarity then says nothing.
    """

    recording_id: str
    sighting_id: str
    similarity: float
    frames: int
    first_s: float
    last_s: float
    first_seen_at: datetime
    last_seen_at: datetime
    picture_key: str | None
    picture_s: float | None
    named_by: str | None = None

    @property
    def likeness(self) -> float | None:
        """The similarity, where it is what the mark rests on."""
        return self.similarity if self.named_by is None else None


@dataclass(frozen=True, slots=True)
class Mark:
    """One student in one lecture. `set_by` is the user who set it, or None where the search did.

    `machine_status` is what the search says, also when a person decided otherwise.
    `left_early` is the search's remark.
    """

    lecture_id: str
    student_id: str
    status: Status
    machine_status: Status
    updated_at: datetime
    left_early: bool = False
    evidence: Evidence | None = None
    set_by: str | None = None
    reason: str = ""

    @property
    def needs_another_way(self) -> bool:
        """Whether a person must find out, because a search had no photo of the student to compare."""
        return self.set_by is None and self.status is Status.UNSURE and self.evidence is None


@dataclass(frozen=True, slots=True)
class MarkChange:
    """One entry of a mark's append-only history. `by` is None for the search. `by_name` is filled when read."""

    lecture_id: str
    student_id: str
    at: datetime
    to_status: Status
    from_status: Status | None = None
    by: str | None = None
    by_name: str = ""
    reason: str = ""
