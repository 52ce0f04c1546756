"""Which check-ins and check-outs at kiosks are made, when they end by themselves, and what they say of a lecture."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from attendance.errors import InvalidInput
from attendance.model import (
    Course,
    DoorCheckIn,
    DoorMethod,
    KioskOutcome,
    Lecture,
    Mark,
    Method,
    PersonalPin,
    SensorField,
    Slot,
    Status,
)
from attendance.rules.door_check_ins import (
    OUT_ALREADY,
    check_out_taken_back,
    closed,
    day_ends,
    decide_check_in,
    decide_check_out,
    is_held_in,
    is_there,
    left_open,
    taken_back,
    with_door_check_ins,
)
from attendance.rules.merging import machine_steps
from attendance.rules.pins import LOCKED_FOR, after_right, after_wrong, clean_pin, is_locked
from attendance.rules.temperatures import of_face

NINE = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
"""In the morning, in Seoul."""
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
COURSE = Course("c1", "CS101", "Computing", "1", "Asia/Seoul", NINE)
LECTURE = Lecture("l1", "c1", NINE, NINE + 2 * HOUR, NINE)


def an_in(name: str = "i1", at: datetime = NINE, zone: str = "Asia/Seoul", **more: object) -> DoorCheckIn:
    return DoorCheckIn(name, "21", "k1", "Room 301", zone, at, DoorMethod.FACE, **more)  # type: ignore[arg-type]


def left(check_in: DoorCheckIn, at: datetime) -> DoorCheckIn:
    return replace(check_in, checked_out_at=at, out_method=DoorMethod.FACE)


def an_out(at: datetime) -> DoorCheckIn:
    return an_in("o", at, out_method=DoorMethod.PIN, out_device_id="k2", out_temperature_c=36.5)


def test_a_first_check_in_is_open():
    decided = decide_check_in([], an_in(), NINE)
    assert (decided.outcome, decided.about) == (KioskOutcome.CHECKED_IN, an_in())
    assert [(step.old, step.new) for step in decided.steps] == [(None, an_in())]


@pytest.mark.parametrize("there", [an_in(), left(an_in(), NINE + 2 * HOUR)])
def test_who_is_there_is_told_so(there: DoorCheckIn):
    decided = decide_check_in([there], an_in("i2", NINE + HOUR), NINE + HOUR)
    assert (decided.outcome, decided.about, decided.steps) == (KioskOutcome.ALREADY_IN, there, ())


def test_who_comes_back_after_a_check_out_gets_another():
    before, again = left(an_in(), NINE + HOUR), an_in("i2", NINE + 2 * HOUR)
    decided = decide_check_in([before], again, again.checked_in_at)
    assert [step.new for step in decided.steps] == [again]


def test_one_that_was_taken_back_stands_in_nobodys_way():
    gone = taken_back(an_in(picture_key="a picture"), NINE)
    assert (gone.picture_key, gone.is_open) == (None, False)
    assert decide_check_in([gone], an_in("i2"), NINE).outcome is KioskOutcome.CHECKED_IN
    assert decide_check_out([gone], NINE + HOUR, an_out(NINE + HOUR)).outcome is KioskOutcome.NOT_IN


def test_what_was_left_open_yesterday_is_closed_at_midnight():
    yesterday, new = an_in(at=NINE - 24 * HOUR), an_in("i2")
    decided = decide_check_in([yesterday], new, NINE)
    midnight = datetime(2026, 3, 1, 15, tzinfo=UTC)
    assert [step.new for step in decided.steps] == [closed(yesterday), new]
    assert (closed(yesterday).checked_out_at, closed(yesterday).closed_by_rule) == (midnight, True)


@pytest.mark.parametrize(
    ("zone", "at", "midnight"),
    [
        ("Asia/Seoul", datetime(2026, 3, 2, 14, 59, 59, tzinfo=UTC), datetime(2026, 3, 2, 15, tzinfo=UTC)),
        ("Asia/Seoul", datetime(2026, 3, 2, 15, tzinfo=UTC), datetime(2026, 3, 3, 15, tzinfo=UTC)),
        # Clocks in Berlin are put forward at 01:00 UTC on 29 March, and back at 01:00 UTC on 25 October.
        ("Europe/Berlin", datetime(2026, 3, 29, 0, 30, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 23, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2026, 10, 24, 22, tzinfo=UTC), datetime(2026, 10, 25, 23, tzinfo=UTC)),
        # In Cairo midnight itself was jumped over on 24 April 2026: the day begins at one.
        ("Africa/Cairo", datetime(2026, 4, 23, 10, tzinfo=UTC), datetime(2026, 4, 23, 22, tzinfo=UTC)),
    ],
)
def test_the_day_ends_at_midnight_of_the_schools_clock(zone: str, at: datetime, midnight: datetime):
    check_in = an_in(at=at, zone=zone)
    assert day_ends(check_in) == midnight
    assert is_there(check_in, midnight - MINUTE / 60)
    assert not is_there(check_in, midnight)
    assert left_open([check_in], midnight - MINUTE) == []
    assert [step.new for step in left_open([check_in], midnight)] == [closed(check_in)]


def test_a_check_out_ends_what_is_open():
    decided = decide_check_out([an_in()], NINE + HOUR, an_out(NINE + HOUR))
    (step,) = decided.steps
    assert decided.outcome is KioskOutcome.CHECKED_OUT
    assert (step.new.checked_out_at, step.new.out_method, step.new.out_device_id) == (NINE + HOUR, "pin", "k2")
    assert (step.new.out_temperature_c, step.new.method) == (36.5, DoorMethod.FACE)


def test_a_check_out_needs_a_check_in():
    decided = decide_check_out([], NINE, an_out(NINE))
    assert (decided.outcome, decided.reason, decided.steps) == (KioskOutcome.NOT_IN, "", ())
    before = left(an_in(), NINE + HOUR)
    again = decide_check_out([before], NINE + 2 * HOUR, an_out(NINE + 2 * HOUR))
    assert (again.outcome, again.reason, again.about) == (KioskOutcome.NOT_IN, OUT_ALREADY, before)
    of_yesterday = decide_check_out([left(an_in(at=NINE - 24 * HOUR), NINE - 20 * HOUR)], NINE, an_out(NINE))
    assert of_yesterday.reason == ""


def test_an_open_check_in_of_yesterday_is_not_ended_today():
    assert decide_check_out([an_in(at=NINE - 24 * HOUR)], NINE, an_out(NINE)).outcome is KioskOutcome.NOT_IN


def test_what_arrives_late_is_decided_as_if_it_were_then():
    """In at nine and out at ten without a network; the network is back after somebody came in again at eleven."""
    back = an_in("i2", NINE + 2 * HOUR)
    late = decide_check_in([back], an_in("i1"), NINE + 3 * HOUR)
    (step,) = late.steps
    assert (step.new.checked_out_at, step.new.closed_by_rule) == (back.checked_in_at, True)
    out = decide_check_out([back, step.new], NINE + HOUR, an_out(NINE + HOUR))
    (ended,) = out.steps
    assert (ended.new.id, ended.new.checked_out_at, ended.new.closed_by_rule) == ("i1", NINE + HOUR, False)


def test_what_arrives_a_day_late_does_not_stay_open():
    decided = decide_check_in([], an_in(), NINE + 24 * HOUR)
    assert decided.steps[0].new == closed(an_in())
    out = decide_check_out([closed(an_in())], NINE + HOUR, an_out(NINE + HOUR))
    assert out.steps[0].new.checked_out_at == NINE + HOUR


def test_a_check_out_that_is_taken_back_leaves_the_student_there():
    gone = left(an_in(), NINE + HOUR)
    assert check_out_taken_back(gone, [gone], NINE + HOUR) == an_in()
    back = an_in("i2", NINE + 2 * HOUR)
    again = check_out_taken_back(gone, [gone, back], NINE + 2 * HOUR)
    assert (again.checked_out_at, again.closed_by_rule) == (back.checked_in_at, True)
    assert check_out_taken_back(gone, [gone], NINE + 24 * HOUR) == closed(an_in())


def marks(
    *check_ins: DoorCheckIn, opinions: list[Mark] | None = None, is_over: bool = True, now: datetime | None = None
):
    at = now or NINE + 3 * HOUR
    return with_door_check_ins(opinions or [], check_ins, ["21", "22"], LECTURE, COURSE, at, is_over=is_over)


@pytest.mark.parametrize(
    ("check_in", "status", "left_early"),
    [
        (an_in(at=NINE - 5 * MINUTE), Status.PRESENT, False),
        (an_in(at=NINE + 10 * MINUTE), Status.PRESENT, False),
        (an_in(at=NINE + 11 * MINUTE), Status.LATE, False),
        (left(an_in(), NINE + 2 * HOUR), Status.PRESENT, False),
        (left(an_in(), NINE + 111 * MINUTE), Status.PRESENT, False),
        (left(an_in(), NINE + 100 * MINUTE), Status.PRESENT, True),
        (closed(an_in()), Status.PRESENT, False),
    ],
)
def test_who_was_there_is_marked(check_in: DoorCheckIn, status: Status, left_early: bool):
    (mark,) = marks(check_in)
    assert (mark.student_id, mark.status, mark.left_early) == ("21", status, left_early)
    assert mark.check_in is not None
    assert (mark.check_in.at, mark.check_in.method) == (check_in.checked_in_at, Method.KIOSK)


@pytest.mark.parametrize(
    "check_in",
    [
        left(an_in(at=NINE - HOUR), NINE),
        an_in(at=NINE + 2 * HOUR),
        taken_back(an_in(), NINE),
        replace(an_in(), student_id="99"),
        an_in(at=NINE - 24 * HOUR),
    ],
)
def test_who_was_there_at_another_time_is_not(check_in: DoorCheckIn):
    assert marks(check_in) == []


def test_of_several_the_first_in_and_the_last_out_count():
    first, second = left(an_in(), NINE + 30 * MINUTE), left(an_in("i2", NINE + HOUR), NINE + 2 * HOUR)
    (mark,) = marks(second, first)
    assert (mark.status, mark.left_early) == (Status.PRESENT, False)


def test_nobody_left_early_while_the_lecture_runs():
    (mark,) = marks(left(an_in(), NINE + 10 * MINUTE), is_over=False, now=NINE + 20 * MINUTE)
    assert not mark.left_early


def test_a_check_in_of_the_morning_says_nothing_of_a_lecture_that_has_not_begun():
    assert marks(an_in(at=NINE - 5 * HOUR), is_over=False, now=NINE - HOUR) == []
    assert len(marks(an_in(at=NINE - 5 * HOUR), is_over=False, now=NINE)) == 1


def test_it_stands_beside_what_faces_say():
    unseen = Mark("l1", "21", Status.ABSENT, Status.ABSENT, NINE)
    other = Mark("l1", "22", Status.ABSENT, Status.ABSENT, NINE)
    found = {mark.student_id: mark.status for mark in marks(an_in(), opinions=[unseen, other])}
    assert found == {"21": Status.PRESENT, "22": Status.ABSENT}


def test_a_mark_goes_with_a_check_in_that_was_taken_back_and_a_persons_stays():
    (mark,) = marks(an_in())
    assert [step.new for step in machine_steps({"21": mark}, [], is_over=False)] == [None]
    by_person = replace(mark, set_by="u1", reason="seen", status=Status.LATE)
    (step,) = machine_steps({"21": by_person}, [], is_over=False)
    assert step.new is not None
    assert (step.new.status, step.new.check_in) == (Status.LATE, None)


def test_a_lecture_is_held_where_the_timetable_says_at_that_time_or_else_at_all():
    here, there = (Slot(room, "c1", room, 0, "09:00", "11:00") for room in ("Room 301", "Hall"))
    assert is_held_in("room 301", [here], [here, there])
    assert not is_held_in("Room 301", [there], [here, there])
    assert is_held_in("Room 301", [], [here, there])
    assert not is_held_in("Room 301", [], [there])


@pytest.mark.parametrize(
    "pin", ["1234", "9876", "1111", "1212", "7788", "2004", "123", "123456789", "12a4", "٤٨٢٠", ""]
)
def test_pins_that_others_would_try_first_are_refused(pin: str):
    with pytest.raises(InvalidInput):
        clean_pin(pin, "21")


def test_a_pin_that_is_a_part_of_the_student_id_is_refused():
    with pytest.raises(InvalidInput):
        clean_pin("4820", "S-2026-4820")
    assert clean_pin(" 4820 ", "S-2026-4821") == "4820"
    assert clean_pin("73915", "21") == "73915"


def test_five_wrong_pins_in_a_quarter_of_an_hour_lock_it():
    pin = PersonalPin("21", "hash", NINE)
    for number in range(4):
        pin = after_wrong(pin, NINE + number * MINUTE)
        assert not is_locked(pin, NINE + number * MINUTE)
    locked = after_wrong(pin, NINE + 5 * MINUTE)
    assert is_locked(locked, NINE + 5 * MINUTE)
    assert not is_locked(locked, NINE + 5 * MINUTE + LOCKED_FOR)
    assert after_wrong(pin, NINE + LOCKED_FOR).wrong == 1
    assert after_right(locked) == PersonalPin("21", "hash", NINE)


def test_only_pixels_that_see_the_face_count():
    pixels = tuple(float(number) for number in range(64))
    whole = SensorField(0.0, 0.0, 1.0, 1.0)
    top_left = of_face(pixels, (0.0, 0.0, 0.25, 0.25), whole)
    assert top_left is not None
    assert [pixel for pixel in top_left if pixel > 0] == [1.0, 8.0, 9.0]
    assert of_face(pixels, (0.9, 0.9, 0.1, 0.1), SensorField(0.0, 0.0, 0.5, 0.5)) is None
    assert of_face(pixels, (0.0, 0.0, 1.0, 1.0), whole) == pixels
