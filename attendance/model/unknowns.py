"""People whom no search could name: what a person said of them, and where face vectors of them may be kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class OwnerKind(StrEnum):
    """What unknown people are gathered for."""

    COURSE = "course"
    DEVICE = "device"


@dataclass(frozen=True, slots=True)
class Owner:
    """A course or a device, by id."""

    kind: OwnerKind
    id: str

    @classmethod
    def course(cls, course_id: str) -> Owner:
        """Its unknown people are gathered over recordings."""
        return cls(OwnerKind.COURSE, course_id)

    @classmethod
    def door(cls, device_id: str) -> Owner:
        """Its unknown people are gathered over visits."""
        return cls(OwnerKind.DEVICE, device_id)


@dataclass(frozen=True, slots=True)
class UnknownsSwitch:
    """Whether an admin lets the vectors of unknown people be kept for an owner, since when, and who said so."""

    owner: Owner
    on: bool
    at: datetime
    by: str | None


class DecisionKind(StrEnum):
    """What a person says of sightings."""

    NAMED = "named"
    """They are of this student."""
    NOT_STUDENT = "not-student"
    """They are not of this student, whatever a search says."""
    IGNORED = "ignored"
    """They are nobody of ours."""
    TOGETHER = "together"
    """They are of one person."""
    APART = "apart"
    """They are of another person than `others`."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A sighting that a person spoke of, and where it was, so that a later search of its recording finds it again.

    `place` is the face's box in its best picture: left, top, right and bottom as parts of the frame. Of a visit at a
    door, which nobody searches again, only `sighting_id` is filled: it is the visit's id.
    """

    lecture_id: str
    recording_id: str
    sighting_id: str
    first_s: float
    last_s: float
    picture_s: float | None = None
    place: tuple[float, ...] | None = None


@dataclass(frozen=True, slots=True)
class UnknownDecision:
    """What a person said of sightings of a course, or of visits at a door. It stays until it is undone, whatever later
    searches group.

    `course_id` or `device_id` says whose they are. `student_id` is for what names somebody; `face_id` is the photo that
    was kept with it.
    """

    id: str
    course_id: str | None
    kind: DecisionKind
    at: datetime
    by: str | None
    seen: tuple[Spot, ...]
    others: tuple[Spot, ...] = ()
    student_id: str | None = None
    face_id: str | None = None
    device_id: str | None = None

    @property
    def owner(self) -> Owner:
        """For whom these unknown people are gathered."""
        return Owner.door(self.device_id) if self.device_id is not None else Owner.course(self.course_id or "")
