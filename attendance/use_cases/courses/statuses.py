"""A course's own statuses, and what counts in its percentages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from attendance.changes import SaveCourse
from attendance.committing import commit, read_again
from attendance.errors import InvalidInput, NotFound, Phrase
from attendance.model import AuditEntry, Course, OwnStatus, Status, new_id
from attendance.rules.statuses import BY_PERSON, ICONS, MEANINGS, TONES
from attendance.rules.texts import searchable
from attendance.services import Services
from attendance.use_cases.names import clean_name

MOST_STATUSES = 20
MOST_LETTERS = 2
MOST_STATUS_CHARACTERS = 40


@read_again
def save_status(
    services: Services,
    course_id: str,
    *,
    status_id: str | None = None,
    name: str,
    letter: str,
    base: Status,
    points: float,
    attended: bool,
    icon: str,
    tone: str,
    by: str | None,
) -> OwnStatus:
    """Add a status, or change the one with this id; marks that carry it are shown and counted so from now on.

    Raises InvalidInput, NotFound.
    """
    course = services.store.course(course_id)
    one = OwnStatus(
        status_id or new_id(),
        clean_name(name, Phrase("The name of the status")),
        letter.strip(),
        base,
        points,
        attended,
        icon,
        tone,
    )
    _check(course, one)
    if status_id is None:
        after = (*course.statuses, one)
    else:
        _own(course, status_id)
        after = tuple(one if was.id == status_id else was for was in course.statuses)
    _save(services, course, replace(course, statuses=after), "course.status_saved", one.name, by)
    return one


@read_again
def retire_status(services: Services, course_id: str, status_id: str, *, retired: bool = True, by: str | None) -> None:
    """Nobody chooses it any more, and marks keep it; or people may again. Raises InvalidInput, NotFound."""
    course = services.store.course(course_id)
    own = replace(_own(course, status_id), retired=retired)
    if not retired:
        _check(course, own)
    after = tuple(own if was.id == status_id else was for was in course.statuses)
    action = "course.status_retired" if retired else "course.status_saved"
    _save(services, course, replace(course, statuses=after), action, own.name, by)


@read_again
def set_counting(
    services: Services, course_id: str, *, late_points: float, least_video_percent: int, by: str | None
) -> Course:
    """What being late counts, and how much video an absence needs. Raises InvalidInput, NotFound."""
    course = services.store.course(course_id)
    changed = replace(
        course, late_points=_points(late_points, "late_points"), least_video_percent=_percent(least_video_percent)
    )
    _save(services, course, changed, "course.changed", "", by)
    return changed


def _save(services: Services, course: Course, changed: Course, action: str, detail: str, by: str | None) -> None:
    if changed != course:
        entry = AuditEntry(services.now(), by, action, course.label, detail)
        commit(services, SaveCourse(changed, course), entry)


def _check(course: Course, one: OwnStatus) -> None:
    _points(one.points, "points")
    refusals: list[tuple[bool, InvalidInput]] = [
        (
            len(one.name) > MOST_STATUS_CHARACTERS,
            InvalidInput("The name can have %(most)s characters at most.", most=MOST_STATUS_CHARACTERS, field="name"),
        ),
        (
            not 0 < len(one.letter) <= MOST_LETTERS,
            InvalidInput("Give one or two letters that stand in the book.", field="letter"),
        ),
        (one.base not in BY_PERSON, InvalidInput("Choose the status that it counts as.", field="base")),
        (one.icon not in ICONS or one.tone not in TONES, InvalidInput("Choose a sign and a colour.", field="icon")),
        (
            len(course.statuses) >= MOST_STATUSES and one.id not in {was.id for was in course.statuses},
            InvalidInput("A course can have %(most)s statuses of its own at most.", most=MOST_STATUSES, field="name"),
        ),
    ]
    for is_wrong, refusal in refusals:
        if is_wrong:
            raise refusal
    _check_taken(course, one, lambda other: other.name, "name")
    _check_taken(course, one, lambda other: other.letter, "letter")


def _check_taken(course: Course, one: OwnStatus, words: Callable[[OwnStatus], str], field: str) -> None:
    """Two that are in use must be told apart, also from those of the site."""
    taken = {searchable(words(other)) for other in course.statuses if other.id != one.id and not other.retired}
    if field == "name":
        taken |= {searchable(MEANINGS[status].word) for status in Status}
    else:
        taken |= {searchable(MEANINGS[status].letter) for status in Status}
    if searchable(words(one)) in taken:
        raise InvalidInput("Another status has this already: %(words)s", words=words(one), field=field)


def _own(course: Course, status_id: str) -> OwnStatus:
    for one in course.statuses:
        if one.id == status_id:
            return one
    raise NotFound("This course has no such status.")


def _points(points: float, field: str) -> float:
    if not 0 <= points <= 1:
        raise InvalidInput("Points are a number from 0 to 1.", field=field)
    return float(points)


def _percent(percent: int) -> int:
    if not 0 <= percent <= 100:
        raise InvalidInput("A percentage is a whole number from 0 to 100.", field="least_video_percent")
    return percent
