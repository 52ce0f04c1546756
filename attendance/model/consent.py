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
    """One consent to one purpose, in a student's record. Only its withdrawal is ever added; it goes with the student.

    What nobody wrote down is None or empty. `text_version` is that of the text which was agreed to. `recorded_by` and
    `withdrawn_by` are ids of users, or None where it was a command.
    """

    purpose: Purpose
    given_on: date
    recorded_at: datetime | None = None
    recorded_by: str | None = None
    given_by: GivenBy | None = None
    manner: Manner | None = None
    note: str = ""
    text_version: str = ""
    withdrawn_at: datetime | None = None
    withdrawn_by: str | None = None

    @property
    def stands(self) -> bool:
        """Whether it has not been taken back."""
        return self.withdrawn_at is None
