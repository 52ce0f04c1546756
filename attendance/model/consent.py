"""Consent: what a student, or a guardian for them, agreed to, and when that was taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Purpose(StrEnum):
    """What somebody's face, or what is known from it, may be used for."""

    FACE = "face"  # photos and face vectors, so that searches know the student
    EVIDENCE = "evidence"  # pictures of the face, cut out of recordings, beside marks
    UNKNOWN = "unknown"  # vectors of those whom nothing names yet
    WEBCAM = "webcam"  # presence from elsewhere, by the student's own camera
    VISITS = "visits"  # visits at a door


class GivenBy(StrEnum):
    """Who agreed."""

    STUDENT = "student"
    GUARDIAN = "guardian"


class Manner(StrEnum):
    """How it was given."""

    PAPER = "paper"
    ONLINE = "online"
    SPOKEN = "spoken"


@dataclass(frozen=True, slots=True)
class Consent:
    """One consent to one purpose. It is never changed or deleted but by its withdrawal, and goes with the student.

    `given_by`, `manner` and `text_version` are None or empty where nobody wrote them down, as before there were
    records. `recorded_by` and `withdrawn_by` are ids of users, or None where it was a command.
    """

    id: str
    student_id: str
    purpose: Purpose
    given_on: date
    recorded_at: datetime
    recorded_by: str | None = None
    given_by: GivenBy | None = None
    manner: Manner | None = None
    note: str = ""
    text_version: str = ""  # of the text that was agreed to
    withdrawn_at: datetime | None = None
    withdrawn_by: str | None = None

    @property
    def stands(self) -> bool:
        """Whether it has not been taken back."""
        return self.withdrawn_at is None
