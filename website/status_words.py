"""Statuses on pages: of marks, as `attendance/rules/statuses.py` says, and of searches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from flask import Flask
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from attendance.errors import Phrase
from attendance.model import SearchStatus, Status
from attendance.rules.statuses import MEANINGS


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
    """Make `badge_of`, `status_counts` and the test `attended` known to templates."""
    app.jinja_env.globals |= {"badge_of": badge_of, "status_counts": status_counts}
    app.jinja_env.tests["attended"] = attended


def badge_of(status: Status | SearchStatus | None) -> Badge:
    """Of a mark or a search; None: not searched yet. Only this word is translated: a page of the log has fifty."""
    if status is None:
        return _NONE
    if isinstance(status, SearchStatus):
        return _OF_SEARCHES[status]
    return _badge(status, MEANINGS[status].word)


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
