"""What there is to know of each status of a mark: how it is shown, who sets it, and how it counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from attendance.errors import InvalidInput, Phrase
from attendance.model import Course, OwnStatus, Status
from attendance.rules.texts import searchable


class Scored(Protocol):
    """What of a mark says how it counts: a whole mark, or as much as a book reads."""

    @property
    def status(self) -> Status: ...

    @property
    def own_status(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class StatusMeaning:
    """How a status is shown and counted; pages, files, charts and rules read it here.

    `word` stands alone and `counted` behind a number; both are translated. `letter` stands in grids. `icon` is one of
    the site's icons and `tone` one of its colours: good, warn, bad, calm or doubt.
    `attended` says that the student was there; `of_share` that the lecture counts in the share of those attended;
    `by_person` that a person may decide so.
    """

    word: Phrase
    counted: Phrase
    letter: Phrase
    icon: str
    tone: str
    attended: bool
    of_share: bool = True
    by_person: bool = True


MEANINGS: Mapping[Status, StatusMeaning] = {
    Status.PRESENT: StatusMeaning(
        Phrase("Present"), Phrase("present"), Phrase("P"), "check-circle-fill", "good", attended=True
    ),
    Status.LATE: StatusMeaning(Phrase("Late"), Phrase("late"), Phrase("L"), "clock-fill", "warn", attended=True),
    Status.ABSENT: StatusMeaning(
        Phrase("Absent"), Phrase("absent"), Phrase("A"), "x-circle-fill", "bad", attended=False
    ),
    Status.EXCUSED: StatusMeaning(
        Phrase("Excused"), Phrase("excused"), Phrase("E"), "envelope-check-fill", "calm", attended=False, of_share=False
    ),
    Status.UNSURE: StatusMeaning(
        Phrase("Unsure"),
        Phrase("unsure"),
        Phrase("?"),
        "question-circle-fill",
        "doubt",
        attended=False,
        of_share=False,
        by_person=False,
    ),
}

ATTENDED = tuple(status for status in Status if MEANINGS[status].attended)
OF_SHARE = tuple(status for status in Status if MEANINGS[status].of_share)
BY_PERSON = tuple(status for status in Status if MEANINGS[status].by_person)
NOT_THERE = tuple(status for status in BY_PERSON if status not in ATTENDED)
"""A person decided that the student was not there."""


TONES = ("good", "warn", "bad", "calm", "doubt")
"""The site's colours of statuses."""
ICONS = (
    "check-circle-fill",
    "clock-fill",
    "x-circle-fill",
    "envelope-check-fill",
    "camera-video",
    "door-open",
    "person-check-fill",
    "thermometer-half",
)
"""The site's icons that a course may choose for its own statuses."""


def points_of(mark: Scored, course: Course) -> float | None:
    """What a mark counts in percentages, 0 to 1; None where it counts in none."""
    if not MEANINGS[mark.status].of_share:
        return None
    own = own_status_of(mark, course)
    if own is not None:
        return own.points
    if mark.status is Status.LATE:
        return course.late_points
    return 1.0 if MEANINGS[mark.status].attended else 0.0


def has_attended(mark: Scored, course: Course) -> bool:
    """Whether the mark says that the student was there."""
    own = own_status_of(mark, course)
    return own.attended if own is not None else MEANINGS[mark.status].attended


def own_status_of(mark: Scored, course: Course) -> OwnStatus | None:
    """The course's own status that a mark carries; None where it carries none, or the course knows it no more."""
    return next((one for one in course.statuses if one.id == mark.own_status), None) if mark.own_status else None


def usable_status(course: Course, status_id: str) -> OwnStatus:
    """One of the course's own that may be chosen. Raises InvalidInput."""
    for one in course.statuses:
        if one.id == status_id and not one.retired:
            return one
    raise InvalidInput("This course has no such status.", field="status")


def status_in_words(course: Course, words: str) -> tuple[Status, str | None]:
    """What a person's list or program calls a status: a word of the site, or a course's own by name, letter or id.

    The second is the id of the course's own. Raises InvalidInput.
    """
    wanted = searchable(words)
    for own in course.statuses:
        if not own.retired and wanted in (searchable(own.name), searchable(own.letter), searchable(own.id)):
            return own.base, own.id
    for status in BY_PERSON:
        if wanted in (searchable(status.value), searchable(MEANINGS[status].word)):
            return status, None
    raise InvalidInput("%(words)s is no status of this course.", words=words, field="status")


def share_attended(counts: Mapping[Status, int]) -> float | None:
    """Attended of those that count, 0 to 1; None where none does."""
    of_all = sum(counts[status] for status in OF_SHARE)
    return sum(counts[status] for status in OF_SHARE if status in ATTENDED) / of_all if of_all else None
