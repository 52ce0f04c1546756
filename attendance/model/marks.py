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


class Method(StrEnum):
    """How a mark came to be; all of them count the same."""

    FACE = "face"
    SCREEN = "screen"
    CODE = "code"
    KIOSK = "kiosk"
    HAND = "hand"


@dataclass(frozen=True, slots=True)
class CheckIn:
    """A student said that they were there: when, how, and on which device, as a word that means nothing elsewhere."""

    at: datetime
    method: Method
    device: str = ""


@dataclass(frozen=True, slots=True)
class OwnStatus:
    """A status that a course added to those of the site: it counts as `base` does, unless it says otherwise.

    `points` (0 to 1) count in percentages, but not where the base counts in none. `attended` says that the student
    was there. `icon` and `tone` are one of rules/status_sets.py. A retired one is chosen no more; marks keep it.
    """

    id: str
    name: str
    letter: str
    base: Status
    points: float
    attended: bool
    icon: str
    tone: str
    retired: bool = False


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
    `left_early` is the search's remark, and so is `little_video`: nobody was seen, in too little video to be absent.
    `own_status` is the id of a status of the course, whose base is `status`; only a person says so.
    `check_in` is the first one of the student; it counts in `machine_status`.
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
    own_status: str | None = None
    little_video: bool = False
    check_in: CheckIn | None = None

    @property
    def method(self) -> Method | None:
        """How it came to be: a person's word goes before a check-in, and that before a face. None for nobody seen."""
        if self.set_by is not None:
            return Method.HAND
        if self.check_in is not None:
            return self.check_in.method
        return Method.FACE if self.evidence is not None else None

    @property
    def needs_another_way(self) -> bool:
        """Whether a person must find out, because a search had no photo to compare, or little video."""
        return self.set_by is None and self.status is Status.UNSURE and self.evidence is None


@dataclass(frozen=True, slots=True)
class MarkChange:
    """One entry of a mark's append-only history. `by` is None for the search. `by_name` is filled when read.

    `to_own` and `from_own` are ids of the course's own statuses, where it was or is one of them.
    `action` is what a person did at once, to this mark and perhaps to others; `undoes` the action that this one undid.
    """

    lecture_id: str
    student_id: str
    at: datetime
    to_status: Status
    from_status: Status | None = None
    by: str | None = None
    by_name: str = ""
    reason: str = ""
    to_own: str | None = None
    from_own: str | None = None
    action: str = ""
    undoes: str = ""


@dataclass(frozen=True, slots=True)
class BookMark:
    """As much of a mark as a book shows of each: a course has tens of thousands."""

    lecture_id: str
    student_id: str
    status: Status
    own_status: str | None = None
    left_early: bool = False
    by_person: bool = False


@dataclass(frozen=True, slots=True)
class MarkTotal:
    """How many marks of one status a course has in one part of a time, such as a week."""

    course_id: str
    part: int
    status: Status
    own_status: str | None
    number: int
