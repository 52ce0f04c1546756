"""The room's timetable says which lecture a moment belongs to, on the course's clock, also when clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from attendance.errors import InvalidInput, NotFound
from attendance.model import Course
from attendance.use_cases.courses.courses import add_course
from attendance.use_cases.courses.timetable import add_slot, meeting_in_room, remove_slot, timetable_of_room
from tests.unit.in_memory import MemoryServices, services_in_memory

MONDAY, SUNDAY = 0, 6
MINUTE = timedelta(minutes=1)


@pytest.fixture
def services() -> MemoryServices:
    """Empty."""
    return services_in_memory()


def course(services: MemoryServices, timezone: str = "Asia/Seoul", code: str = "CS101") -> Course:
    return add_course(services, code=code, name="Computing", timezone=timezone, by=None)


def add(services: MemoryServices, course_id: str, **more: object):
    given = {"room": "R 101", "weekday": MONDAY, "starts": "09:00", "ends": "10:00"} | more
    return add_slot(services, course_id=course_id, by="admin", **given)


def times(services: MemoryServices, at: datetime, minutes: float = 0, room: str = "R 101"):
    found = meeting_in_room(services, room, at, at + minutes * MINUTE)
    return (found.starts_at, found.ends_at) if found else None


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def test_a_snapshot_belongs_to_the_meeting_that_is_on(services: MemoryServices) -> None:
    add(services, course(services).id)
    on = (utc(2026, 3, 2, 0), utc(2026, 3, 2, 1))  # 09:00 in Seoul
    assert times(services, utc(2026, 3, 2, 0)) == on
    assert times(services, utc(2026, 3, 2, 0, 59, 59)) == on
    assert times(services, utc(2026, 3, 2, 1)) is None
    assert times(services, utc(2026, 3, 1, 23, 59, 59)) is None
    assert times(services, utc(2026, 3, 3, 0)) is None


def test_the_last_moment_of_a_meeting_is_the_next_ones(services: MemoryServices) -> None:
    first, second = course(services), course(services, code="CS102")
    add(services, first.id)
    add(services, second.id, starts="10:00", ends="11:00")
    found = meeting_in_room(services, "R 101", utc(2026, 3, 2, 1), utc(2026, 3, 2, 1))
    assert found is not None
    assert found.slot.course_id == second.id


def test_a_clip_belongs_to_the_meeting_that_it_shows_most_of(services: MemoryServices) -> None:
    one = course(services)
    add(services, one.id)
    add(services, one.id, starts="10:00", ends="11:00")
    nine, ten = utc(2026, 3, 2, 0), utc(2026, 3, 2, 1)
    assert times(services, nine - 9 * MINUTE, 10) == (nine, ten)
    assert times(services, ten - 4 * MINUTE, 10) == (ten, ten + 60 * MINUTE)
    assert times(services, ten - 6 * MINUTE, 10) == (nine, ten)
    assert times(services, nine - 10 * MINUTE, 10) is None


def test_rooms_are_told_apart_without_case(services: MemoryServices) -> None:
    add(services, course(services).id, room="Room É")
    assert times(services, utc(2026, 3, 2, 0), room="room é")
    assert times(services, utc(2026, 3, 2, 0), room="room e") is None


def test_a_line_counts_from_its_first_to_its_last_day(services: MemoryServices) -> None:
    add(services, course(services).id, from_on=date(2026, 3, 9), until_on=date(2026, 3, 16))
    found = [times(services, utc(2026, 3, day, 0)) is not None for day in (2, 9, 16, 23)]
    assert found == [False, True, True, False]


def test_each_course_has_its_own_clock(services: MemoryServices) -> None:
    add(services, course(services, "America/New_York").id, weekday=SUNDAY, starts="19:30", ends="20:30")
    assert times(services, utc(2026, 3, 2, 0, 45)) == (utc(2026, 3, 2, 0, 30), utc(2026, 3, 2, 1, 30))


def test_a_meeting_keeps_its_wall_time_when_clocks_change(services: MemoryServices) -> None:
    add(services, course(services, "Europe/Berlin").id)
    assert times(services, utc(2026, 3, 23, 8, 30)) == (utc(2026, 3, 23, 8), utc(2026, 3, 23, 9))
    assert times(services, utc(2026, 3, 30, 7, 30)) == (utc(2026, 3, 30, 7), utc(2026, 3, 30, 8))


def test_where_clocks_are_put_back_a_meeting_lasts_an_hour_longer(services: MemoryServices) -> None:
    add(services, course(services, "Europe/Berlin").id, weekday=SUNDAY, starts="02:15", ends="02:45")
    assert times(services, utc(2026, 10, 25, 1, 0)) == (utc(2026, 10, 25, 0, 15), utc(2026, 10, 25, 1, 45))


def test_where_clocks_are_put_forward_a_meeting_in_the_gap_is_after_it(services: MemoryServices) -> None:
    add(services, course(services, "Europe/Berlin").id, weekday=SUNDAY, starts="02:15", ends="02:45")
    assert times(services, utc(2026, 3, 29, 1, 20)) == (utc(2026, 3, 29, 1, 15), utc(2026, 3, 29, 1, 45))


@pytest.mark.parametrize(
    "wrong",
    [
        {"weekday": 7},
        {"weekday": -1},
        {"starts": "9:00"},
        {"starts": "24:00"},
        {"ends": "09:60"},
        {"ends": "09:00"},
        {"ends": "08:00"},
        {"room": " "},
        {"from_on": date(2026, 3, 2), "until_on": date(2026, 3, 1)},
    ],
)
def test_a_line_that_cannot_be_is_refused(services: MemoryServices, wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        add(services, course(services).id, **wrong)
    assert timetable_of_room(services, "R 101") == []


def test_a_room_is_given_to_one_course_at_a_time(services: MemoryServices) -> None:
    one, other = course(services), course(services, code="CS102")
    add(services, one.id, until_on=date(2026, 6, 30))
    with pytest.raises(InvalidInput, match="R 101 is taken by CS101 from 09:00 to 10:00"):
        add(services, other.id, starts="09:59", ends="11:00")
    add(services, other.id, starts="10:00", ends="11:00")
    add(services, other.id, weekday=1)
    add(services, other.id, room="R 2")
    add(services, other.id, from_on=date(2026, 7, 1))


def test_lines_are_listed_with_their_courses_and_removed(services: MemoryServices) -> None:
    one = course(services)
    slot = add(services, one.id)
    assert [(row.slot, row.course) for row in timetable_of_room(services, "r 101")] == [(slot, one)]
    remove_slot(services, slot.id, by="admin")
    assert timetable_of_room(services, "R 101") == []
    with pytest.raises(NotFound):
        remove_slot(services, slot.id, by="admin")
    removed, added = services.store.audit().items[:2]
    assert (removed.action, added.action) == ("timetable.removed", "timetable.added")
    assert (added.subject, added.detail) == (one.label, "R 101, Monday 09:00-10:00")
