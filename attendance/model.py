"""The words of attendance as dataclasses; see the glossary in docs/architecture.md.

Times are timezone-aware UTC datetimes. Seconds with the ending `_s` count from a recording's first frame.
Similarities run from 0 to 100. All classes are frozen: a change makes a new one with `dataclasses.replace`.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum


def new_id() -> str:
    """A 32-character id that nobody can guess, safe in addresses, keys and file names."""
    return secrets.token_hex(16)


class Role(StrEnum):
    """What a user may do."""

    ADMIN = "admin"
    TEACHER = "teacher"
    STUDENT = "student"


class Status(StrEnum):
    """What a mark says."""

    PRESENT = "present"
    LATE = "late"
    ABSENT = "absent"
    EXCUSED = "excused"
    UNSURE = "unsure"


class SearchStatus(StrEnum):
    """How far the search of a recording is."""

    QUEUED = "queued"
    SEARCHING = "searching"
    DONE = "done"
    FAILED = "failed"


class RecordingKind(StrEnum):
    """What a recording is made of."""

    VIDEO = "video"
    SNAPSHOT = "snapshot"


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who can log in. `student_id` links the account of a student to the student."""

    id: str
    email: str
    name: str
    role: Role
    password_hash: str
    created_at: datetime
    student_id: str | None = None
    timezone: str | None = None
    session_key: str = field(default_factory=new_id)  # replaced with the password, so that older sessions end


@dataclass(frozen=True, slots=True)
class Session:
    """One login of a user in one browser. `ends_at` moves with visits, as far as a login may last; see rules.py."""

    id: str
    user_id: str
    created_at: datetime
    seen_at: datetime
    ends_at: datetime
    browser: str = ""  # as it names itself
    address: str = ""


@dataclass(frozen=True, slots=True)
class Course:
    """What is taught (`code`, `name`) to which class (`section`); `code` and `section` together are unique."""

    id: str
    code: str
    name: str
    section: str
    timezone: str
    created_at: datetime
    late_after_minutes: int = 10
    left_early_minutes: int = 10

    @property
    def label(self) -> str:
        """Code and section as people write them."""
        return f"{self.code} ({self.section})" if self.section else self.code


@dataclass(frozen=True, slots=True)
class Student:
    """Somebody who can be marked. `id` is the school's own; `key` is ours, for addresses and media keys."""

    id: str
    key: str
    name: str
    created_at: datetime
    consent_on: date | None = None


@dataclass(frozen=True, slots=True)
class Face:
    """One enrolled face of a student. `vector` is None where a service keeps it under `external_id`.

    `passed_over_by` is an engine that cannot use the photo, where somebody decided to go on without it.
    """

    id: str
    student_id: str
    engine: str
    photo_key: str
    thumbnail_key: str
    quality: float
    created_at: datetime
    vector: tuple[float, ...] | None = None
    external_id: str | None = None
    passed_over_by: str | None = None

    def is_outdated(self, engine: str) -> bool:
        """Whether this engine cannot compare it yet, but may be able to once it is enrolled anew."""
        return engine not in (self.engine, self.passed_over_by)


@dataclass(frozen=True, slots=True)
class EngineCount:
    """How many photos an engine has enrolled: in use, and anew beside those that are in use."""

    engine: str
    faces: int
    renewed: int


@dataclass(frozen=True, slots=True)
class Lecture:
    """One meeting of a course."""

    id: str
    course_id: str
    starts_at: datetime
    ends_at: datetime
    created_at: datetime
    title: str = ""


DEVICE = "device:"
"""`created_by` of a recording that a device sent begins so, and the user of its upload; the device's id follows."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A video or a snapshot of a lecture, with its media key and how far its search is.

    `claimed_by` and `claimed_until` are the lease of the worker that searches it; `attempts` counts searches
    begun since it was last queued, so that a recording that kills its worker ends as failed.
    """

    id: str
    lecture_id: str
    kind: RecordingKind
    media_key: str
    original_name: str
    started_at: datetime
    duration_s: float
    size_bytes: int
    created_at: datetime
    width: int = 0
    height: int = 0
    codec: str = ""
    created_by: str | None = None
    status: SearchStatus = SearchStatus.QUEUED
    progress: float = 0.0
    error: str | None = None
    attempts: int = 0
    claimed_by: str | None = None
    claimed_until: datetime | None = None
    searched_at: datetime | None = None
    engine: str | None = None

    @property
    def ended_at(self) -> datetime:
        """The moment of its last frame."""
        return self.started_at + timedelta(seconds=self.duration_s)

    @property
    def device_id(self) -> str | None:
        """The device that sent it; None where a person did."""
        by = self.created_by or ""
        return by.removeprefix(DEVICE) if by.startswith(DEVICE) else None


@dataclass(frozen=True, slots=True)
class Sighting:
    """One person seen in one recording, from first to last second.

    `student_id` is None for an unknown. `margin` is how much nearer the student is than the next best on the
    roster, in points of similarity (100 where nobody else is enrolled). `good_frames` counts the frames whose
    faces were compared and agree. `appearances_s` holds first and last second of each appearance, one after the
    other, where the search told them apart. `flat` says that the face moves as a picture of a face does; an engine
    that does not ask says False.
    """

    id: str
    recording_id: str
    student_id: str | None
    first_s: float
    last_s: float
    frames: int
    good_frames: int
    similarity: float | None
    margin: float | None
    picture_key: str | None
    picture_s: float | None
    number: int = 0  # unknowns of one recording are numbered from 1, so that people can speak of them
    appearances_s: tuple[float, ...] | None = None
    flat: bool = False

    @property
    def appearances(self) -> Sequence[tuple[float, float]]:
        """First and last second of each; one over the whole time where no more is known."""
        known = self.appearances_s or (self.first_s, self.last_s)
        return list(zip(known[::2], known[1::2], strict=True))


@dataclass(frozen=True, slots=True)
class MatchLines:
    """Where a match becomes sure, in points of similarity.

    Below `review` it is nobody; from `accept` on, with `margin` to the runner-up and enough good frames, it is
    the student; anything between waits for a person. `accept_small` is the threshold from which on the engine may be
    sure of a small face, in which strangers are less alike; None where it is the same.
    """

    review: float
    accept: float
    margin: float
    least_good_frames: int = 3
    accept_small: float | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a mark rests on: the best sighting, and first and last moment over all recordings of the lecture."""

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
