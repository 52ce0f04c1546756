"""Lectures, their recordings, and who was seen in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from attendance.model.uploads import Sender


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
class Lecture:
    """One meeting of a course.

    While students may check in by themselves, `check_in_key` signs the codes on the teacher's screen; `check_in_code`
    is the one that does not change, where the teacher wants it.
    """

    id: str
    course_id: str
    starts_at: datetime
    ends_at: datetime
    created_at: datetime
    title: str = ""
    check_in_key: str = ""
    check_in_code: str = ""

    @property
    def takes_check_ins(self) -> bool:
        """Whether a teacher let students check in by themselves."""
        return bool(self.check_in_key)


@dataclass(frozen=True, slots=True)
class Recording:
    """A video or a snapshot of a lecture, with its media key and how far its search is.

    `claimed_by` and `claimed_until` are the lease of the worker that searches it; `attempts` counts searches
    begun since it was last queued, so that a recording that kills its worker ends as failed. `created_by` is the
    sender as it is stored.
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
    def sender(self) -> Sender:
        """Who sent it."""
        return Sender.from_stored(self.created_by)

    @property
    def device_id(self) -> str | None:
        """The device that sent it; None where a person did."""
        return self.sender.device_id


@dataclass(frozen=True, slots=True)
class Sighting:
    """One person seen in one recording, from first to last second.

    `student_id` is None for an unknown. `margin` is how much nearer the student is than the next best on the
    roster, in points of similarity (100 where nobody else is enrolled). `good_frames` counts the frames whose
    faces were compared and agree. `appearances_s` holds first and last second of each appearance, one after the
    other, where the search told them apart. `flat` says that the face moves as a picture of a face does; an engine
    that does not ask says False. `quality` (0 to 1) is that of the best picture, and `place` the face's box in it:
    left, top, right and bottom as parts of the frame. `vector` is kept of unknowns alone, where an admin wants that.
    `named_by` is who named the face, where a person did; it is not stored here, see rules/unknowns.py.
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
    quality: float | None = None
    place: tuple[float, ...] | None = None
    vector: tuple[float, ...] | None = None
    named_by: str | None = None

    @property
    def appearances(self) -> Sequence[tuple[float, float]]:
        """First and last second of each; one over the whole time where no more is known."""
        known = self.appearances_s or (self.first_s, self.last_s)
        return list(zip(known[::2], known[1::2], strict=True))


@dataclass(frozen=True, slots=True)
class Thresholds:
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
