"""Live lectures: where one is held, its meeting link, what people write there, and who a meeting service saw."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Place(StrEnum):
    """Where a lecture is held."""

    ROOM = "room"
    REMOTE = "remote"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class OldCode:
    """A code that was the meeting's until then."""

    code: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Meeting:
    """Where a course is held, or one lecture of it; what a lecture does not say is as its course says.

    `number` is the id that people type to join, `passcode` what they type after it. `changed_at` is when link, id or
    code was changed last, and `event_id` the event that told of it. `is_closed`: nobody but teachers writes there.
    """

    course_id: str
    lecture_id: str | None = None
    place: Place | None = None
    room: str = ""
    url: str = ""
    number: str = ""
    passcode: str = ""
    old_codes: tuple[OldCode, ...] = ()
    changed_at: datetime | None = None
    event_id: str = ""
    is_closed: bool = False

    @property
    def id(self) -> str:
        """Of the lecture, else of the course: each has one at most."""
        return self.lecture_id or self.course_id

    @property
    def has_link(self) -> bool:
        """Whether there is anything by which to join."""
        return bool(self.url or self.number)


@dataclass(frozen=True, slots=True)
class Post:
    """What somebody wrote to a course, or to one lecture of it.

    `by` is the account; `student_id` is that of a student, with whom it goes. `answers` is the post that it answers,
    `mentions` are the accounts that it names. `version` is that of the course when it was written or changed last; the
    store counts it.
    """

    id: str
    course_id: str
    by: str
    at: datetime
    words: str
    lecture_id: str | None = None
    student_id: str | None = None
    is_announcement: bool = False
    answers: str | None = None
    is_pinned: bool = False
    is_hidden: bool = False
    mentions: frozenset[str] = frozenset()
    version: int = 0


@dataclass(frozen=True, slots=True)
class LiveVersion:
    """How often the posts and meetings of a course were changed.

    `floor` is the number at which something was erased last: who knows less has to read all of it anew.
    """

    number: int = 0
    floor: int = 0


class Passage(StrEnum):
    """What a meeting service saw a participant do."""

    JOINED = "joined"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Witness:
    """A meeting service says that a student joined or left: it stands beside the mark, and is none."""

    id: str
    lecture_id: str
    student_id: str
    passage: Passage
    at: datetime
