"""The timetable of rooms: which course meets where and when, and which lecture a moment in a room belongs to."""

from __future__ import annotations

import re
from calendar import day_name
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import pytz

from attendance.changes import AddSlot, RemoveSlot
from attendance.committing import commit
from attendance.errors import InvalidInput
from attendance.model import AuditEntry, Course, Slot, new_id
from attendance.services import Services
from attendance.use_cases.devices.devices import clean_room
from attendance.wall_time import wall_moment

_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_DAYS_OF_A_WEEK = 7


@dataclass(frozen=True, slots=True)
class SlotRow:
    """A line of the timetable with its course."""

    slot: Slot
    course: Course


@dataclass(frozen=True, slots=True)
class Meeting:
    """One day's occurrence of a line of the timetable."""

    slot: Slot
    starts_at: datetime
    ends_at: datetime


def add_slot(
    services: Services,
    *,
    course_id: str,
    room: str,
    weekday: int,
    starts: str,
    ends: str,
    from_on: date | None = None,
    until_on: date | None = None,
    by: str | None,
) -> Slot:
    """A new line; `starts` and `ends` are `HH:MM` of one day. Raises NotFound (course), InvalidInput."""
    course = services.store.course(course_id)
    slot = Slot(new_id(), course_id, clean_room(room), weekday, starts, ends, from_on, until_on)
    _check(slot)
    for other in services.store.slots(room=slot.room):
        if _clash(slot, other):
            raise InvalidInput(
                "%(room)s is taken by %(course)s from %(starts)s to %(ends)s on that day.",
                room=slot.room,
                course=services.store.course(other.course_id).label,
                starts=other.starts,
                ends=other.ends,
                field="starts",
            )
    commit(services, AddSlot(slot), _entry(services, by, "timetable.added", slot, course))
    return slot


def remove_slot(services: Services, slot_id: str, *, by: str | None) -> None:
    """Lectures that were made by it stay. Raises NotFound."""
    slot = services.store.slot(slot_id)
    commit(
        services,
        RemoveSlot(slot_id),
        _entry(services, by, "timetable.removed", slot, services.store.course(slot.course_id)),
    )


def timetable_of_room(services: Services, room: str) -> Sequence[SlotRow]:
    """Sorted by weekday and start."""
    courses = {course.id: course for course in services.store.courses()}
    slots = services.store.slots(room=room)
    return [SlotRow(slot, courses[slot.course_id]) for slot in slots if slot.course_id in courses]


def meeting_in_room(services: Services, room: str, starts_at: datetime, ends_at: datetime) -> Meeting | None:
    """Of the meetings in a room the one that a recording from `starts_at` to `ends_at` shows most of.

    A snapshot's two moments are the same; a meeting's last moment is the next one's.
    """
    best: tuple[timedelta, Meeting] | None = None
    for row in timetable_of_room(services, room):
        for meeting in _meetings(row, starts_at, ends_at):
            shared = min(meeting.ends_at, ends_at) - max(meeting.starts_at, starts_at)
            is_on = meeting.starts_at <= starts_at < meeting.ends_at
            if (shared > timedelta() or is_on) and (best is None or shared > best[0]):
                best = shared, meeting
    return best[1] if best else None


def meets_during(slot: Slot, timezone: str, starts_at: datetime, ends_at: datetime) -> bool:
    """Whether a line of the timetable has a meeting that shares some of that time, on the clock of its course."""
    found = _meetings_of(slot, timezone, starts_at, ends_at)
    return any(one.starts_at < ends_at and one.ends_at > starts_at for one in found)


def _meetings(row: SlotRow, starts_at: datetime, ends_at: datetime) -> Iterator[Meeting]:
    return _meetings_of(row.slot, row.course.timezone, starts_at, ends_at)


def _meetings_of(slot: Slot, timezone: str, starts_at: datetime, ends_at: datetime) -> Iterator[Meeting]:
    """Of the days that the recording touches, as the course's calendar counts them."""
    zone = pytz.timezone(timezone)
    day = starts_at.astimezone(zone).date()
    while day <= ends_at.astimezone(zone).date():
        if _is_on(slot, day):
            yield _meeting(slot, day, timezone)
        day += timedelta(days=1)


def _is_on(slot: Slot, day: date) -> bool:
    begun = slot.from_on is None or slot.from_on <= day
    return day.weekday() == slot.weekday and begun and (slot.until_on is None or day <= slot.until_on)


def _meeting(slot: Slot, day: date, timezone: str) -> Meeting:
    """Where clocks are put back an hour comes twice: the meeting is from its first to its last."""
    starts, ends = (datetime.combine(day, time.fromisoformat(text)) for text in (slot.starts, slot.ends))
    return Meeting(slot, wall_moment(timezone, starts), wall_moment(timezone, ends, is_first=False))


def _check(slot: Slot) -> None:
    if slot.weekday not in range(_DAYS_OF_A_WEEK):
        raise InvalidInput("Choose a day of the week.", field="weekday")
    for text, field in ((slot.starts, "starts"), (slot.ends, "ends")):
        if not _TIME.fullmatch(text):
            raise InvalidInput("Give the time of day, such as 09:00.", field=field)
    if slot.ends <= slot.starts:
        raise InvalidInput("It must end after it starts, on the same day.", field="ends")
    if slot.from_on and slot.until_on and slot.until_on < slot.from_on:
        raise InvalidInput("The last day must not be before the first.", field="until_on")


def _clash(one: Slot, other: Slot) -> bool:
    """Whether two lines of a room meet on one day. Lines of courses in several time zones may meet all the same."""
    hours = one.starts < other.ends and other.starts < one.ends
    first = max(one.from_on or date.min, other.from_on or date.min)
    last = min(one.until_on or date.max, other.until_on or date.max)
    return one.weekday == other.weekday and hours and first <= last


def _entry(services: Services, by: str | None, action: str, slot: Slot, course: Course) -> AuditEntry:
    when = f"{slot.room}, {day_name[slot.weekday]} {slot.starts}-{slot.ends}"
    return AuditEntry(services.now(), by, action, course.label, when)
