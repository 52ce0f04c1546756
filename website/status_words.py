"""Statuses on pages: of marks, as `attendance/rules/statuses.py` says, and of searches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from flask import Flask
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from attendance.errors import Phrase
from attendance.model import Course, OwnStatus, SearchStatus, Status
from attendance.rules.statuses import MEANINGS, Scored, own_status_of


class Badge(NamedTuple):
    """The word is translated where it is shown."""

    name: str
    icon: str
    tone: str
    word: str


_OF_SEARCHES = {
    SearchStatus.QUEUED: Badge("queued", "hourglass-split", "", _l("Waiting")),
    SearchStatus.SEARCHING: Badge("searching", "arrow-repeat", "searching", _l("Searching")),
    SearchStatus.DONE: Badge("done", "check-circle-fill", "good", _l("Searched")),
    SearchStatus.FAILED: Badge("failed", "exclamation-triangle-fill", "bad", _l("Failed")),
}
_NONE = Badge("none", "dash-circle", "none", _l("Not searched yet"))


def init_app(app: Flask) -> None:
    """Make badges, letters and counts of statuses, and the test `attended`, known to templates."""
    app.jinja_env.globals |= {
        "badge_of": badge_of,
        "badge_of_mark": badge_of_mark,
        "badge_of_own": badge_of_own,
        "letter_of": letter_of,
        "own_status": own_status,
        "print_legend": print_legend,
        "status_counts": status_counts,
        "word_of": word_of,
    }
    app.jinja_env.tests["attended"] = attended


def badge_of(status: Status | SearchStatus | None) -> Badge:
    """Of a mark or a search; None: not searched yet. Only this word is translated: a page of the log has fifty."""
    if status is None:
        return _NONE
    if isinstance(status, SearchStatus):
        return _OF_SEARCHES[status]
    return _badge(status, MEANINGS[status].word)


def badge_of_mark(mark: Scored, course: Course) -> Badge:
    """Of a mark that may carry one of the course's own statuses, which say their name themselves."""
    own = own_status_of(mark, course)
    return badge_of(mark.status) if own is None else badge_of_own(own)


def badge_of_own(own: OwnStatus) -> Badge:
    """A course's own status."""
    return Badge("own", own.icon, own.tone, own.name)


def own_status(course: Course, status_id: str | None) -> OwnStatus | None:
    """By its id, also a retired one; of the history."""
    return next((one for one in course.statuses if one.id == status_id), None)


def letter_of(mark: Scored, course: Course) -> str:
    """What stands in a grid."""
    own = own_status_of(mark, course)
    return gettext(MEANINGS[mark.status].letter) if own is None else own.letter


def status_counts(numbers: Mapping[Status, int]) -> list[tuple[int, Badge]]:
    """How many there are of each status that there is, what waits for a person first."""
    found = sorted((status for status in Status if numbers.get(status)), key=lambda one: MEANINGS[one].by_person)
    return [(numbers[one], _badge(one, MEANINGS[one].counted)) for one in found]


def words_of_statuses() -> dict[Status, str]:
    """Each in a word."""
    return {status: gettext(meaning.word) for status, meaning in MEANINGS.items()}


def attended(status: Status) -> bool:
    """Whether the student was there."""
    return MEANINGS[status].attended


def _badge(status: Status, word: Phrase) -> Badge:
    return Badge(status.value, MEANINGS[status].icon, MEANINGS[status].tone, gettext(word))


def print_legend() -> list[tuple[Status, str, str]]:
    """Each status with its letter and its word."""
    return [(status, gettext(meaning.letter), gettext(meaning.word)) for status, meaning in MEANINGS.items()]


def word_of(mark: Scored, course: Course) -> str:
    """The same in a word."""
    own = own_status_of(mark, course)
    return own.name if own is not None else gettext(MEANINGS[mark.status].word)
