"""The lectures of a term: days of the week between two dates, without days off, on the clock of the course."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from attendance.errors import InvalidInput
from attendance.model import Lecture
from attendance.wall_time import wall_moment

MOST_DAYS = 400
_FIRST_YEAR, _LAST_YEAR = 2000, 2100
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Term:
    """When a course meets: `weekdays` count from Monday as 0."""

    weekdays: frozenset[int]
    starts: time
    ends: time
    first_on: date
    last_on: date
    days_off: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class Planned:
    """One lecture of the plan. `is_there`: the course has it already; `overlaps`: another one at that time."""

    starts_at: datetime
    ends_at: datetime
    is_there: bool = False
    overlaps: Lecture | None = None

    @property
    def is_new(self) -> bool:
        """Whether it can be added."""
        return not self.is_there and self.overlaps is None


def planned_lectures(term: Term, timezone: str, existing: Collection[Lecture]) -> list[Planned]:
    """All of the term, by what the course's clock shows on each day. Raises InvalidInput."""
    _check(term)
    moments = [lecture_times(timezone, day, term.starts, term.ends) for day in _days(term)]
    return [_beside(starts_at, ends_at, existing) for starts_at, ends_at in moments]


def lecture_times(timezone: str, day: date, starts: time, ends: time) -> tuple[datetime, datetime]:
    """Start and end in UTC; an end that is not after the start is of the next day. Where clocks are put back an hour
    comes twice: the lecture is from its first to its last. Raises InvalidInput.
    """
    check_year(day.year)
    last = day if ends > starts else day + timedelta(days=1)
    starts_at = wall_moment(timezone, datetime.combine(day, starts))
    return starts_at, wall_moment(timezone, datetime.combine(last, ends), is_first=False)


def check_year(year: int) -> None:
    """Raises InvalidInput for one in which nobody takes attendance; some of them no zone can count in."""
    if not _FIRST_YEAR <= year < _LAST_YEAR:
        raise InvalidInput("Check the year of the lecture.", field="date")


def overlapping(lectures: Iterable[Lecture], starts_at: datetime, ends_at: datetime) -> Lecture | None:
    """The first of these lectures that is on at the same time."""
    on = [one for one in lectures if one.starts_at < ends_at and starts_at < one.ends_at]
    return min(on, key=lambda one: one.starts_at, default=None)


def days_in(words: str) -> frozenset[date]:
    """Days off as people list them: dates, and spans such as `2026-10-05..2026-10-09`. Raises InvalidInput."""
    found: set[date] = set()
    for word in words.replace(",", " ").replace(";", " ").split():
        first, _, last = word.partition("..")
        begins, ends = _day(first), _day(last or first)
        if not timedelta() <= ends - begins <= timedelta(days=MOST_DAYS):
            raise InvalidInput("%(word)s does not end after it begins.", word=word, field="days_off")
        found.update(begins + timedelta(days=number) for number in range((ends - begins).days + 1))
    return frozenset(found)


def _day(word: str) -> date:
    try:
        if _DATE.fullmatch(word):
            return date.fromisoformat(word)
    except ValueError:
        pass
    raise InvalidInput("%(word)s is no date; write days off such as 2026-10-05.", word=word, field="days_off")


def _check(term: Term) -> None:
    if not term.weekdays:
        raise InvalidInput("Choose a day of the week.", field="weekdays")
    if term.last_on < term.first_on:
        raise InvalidInput("The last day must not be before the first.", field="last_on")
    if term.last_on - term.first_on > timedelta(days=MOST_DAYS):
        raise InvalidInput("A term can have %(most)s days at most.", most=MOST_DAYS, field="last_on")
    if term.starts == term.ends:
        raise InvalidInput("The lecture must end after it starts.", field="ends")


def _days(term: Term) -> Iterator[date]:
    for number in range((term.last_on - term.first_on).days + 1):
        day = term.first_on + timedelta(days=number)
        if day.weekday() in term.weekdays and day not in term.days_off:
            yield day


def _beside(starts_at: datetime, ends_at: datetime, existing: Collection[Lecture]) -> Planned:
    is_there = any(one.starts_at == starts_at for one in existing)
    return Planned(starts_at, ends_at, is_there, None if is_there else overlapping(existing, starts_at, ends_at))
