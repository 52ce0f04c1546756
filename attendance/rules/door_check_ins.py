"""Check-ins and check-outs at kiosks: which a student may make, when they end by themselves, and what they say of a
lecture. Pure and repeatable: what a kiosk sends late, after a day without a network, is decided as if it were then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from attendance.changes import CheckInStep
from attendance.model import CheckIn, Course, DoorCheckIn, KioskOutcome, Lecture, Mark, Method, Slot
from attendance.rules.check_ins import check_in_window, with_check_in
from attendance.rules.texts import folded
from attendance.wall_time import day_bounds

LONGEST = timedelta(hours=26)
"""No check-in outlasts its day, which has 25 hours where clocks are put back; an hour more for zones that change."""

OUT_ALREADY = "out_already"
"""Why somebody who checked out before, and did not come back, cannot check out again."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What becomes of a command: its outcome, the check-in that it is about, and the steps that it takes."""

    outcome: KioskOutcome
    about: DoorCheckIn | None = None
    steps: Sequence[CheckInStep] = ()
    reason: str = ""


def day_ends(check_in: DoorCheckIn) -> datetime:
    """Midnight of the school's clock after the check-in, also on days of 23 or 25 hours."""
    return day_bounds(check_in.timezone, check_in.day)[1]


def ends(check_in: DoorCheckIn) -> datetime:
    """When the student left, or the latest moment until which one that is open can last."""
    return check_in.checked_out_at or day_ends(check_in)


def is_there(check_in: DoorCheckIn, now: datetime) -> bool:
    """Whether the student is there as far as anybody knows: what was left open ends with the school's day."""
    return check_in.is_open and check_in.checked_in_at <= now < day_ends(check_in)


def decide_check_in(own: Iterable[DoorCheckIn], new: DoorCheckIn, now: datetime) -> Decided:
    """`own` are the student's of LONGEST before it and of later, `new` is the one that would be added.

    Who is in already is told so. Who comes back after a check-out gets another one. One that was left open on a day
    before is closed with that day. One from before another of its day, which arrives late, ends where that begins.
    """
    at, counted = new.checked_in_at, _by_time(own)
    there = next((one for one in reversed(counted) if one.checked_in_at <= at < ends(one)), None)
    if there is not None:
        return Decided(KioskOutcome.ALREADY_IN, there)
    left_open = [one for one in counted if one.is_open and day_ends(one) <= at]
    steps = [CheckInStep(one, closed(one)) for one in left_open]
    later = next((one for one in counted if one.checked_in_at > at and one.day == new.day), None)
    if later is not None:
        new = replace(new, checked_out_at=later.checked_in_at, closed_by_rule=True)
    elif day_ends(new) <= now or any(one.is_open and one not in left_open for one in counted):
        new = closed(new)
    return Decided(KioskOutcome.CHECKED_IN, new, [*steps, CheckInStep(None, new)])


def decide_check_out(own: Iterable[DoorCheckIn], at: datetime, out: DoorCheckIn) -> Decided:
    """A check-out ends what is open at that moment, or what ended by rule after it; `out` holds what is noted of it."""
    counted = _by_time(own)
    for one in reversed(counted):
        may_end = one.checked_out_at is None or one.closed_by_rule
        if may_end and one.checked_in_at <= at <= ends(one):
            left = replace(
                one,
                checked_out_at=at,
                out_method=out.out_method,
                out_device_id=out.out_device_id,
                out_temperature_c=out.out_temperature_c,
                out_similarity=out.out_similarity,
                out_picture_key=out.out_picture_key,
                closed_by_rule=False,
            )
            return Decided(KioskOutcome.CHECKED_OUT, left, [CheckInStep(one, left)])
    before = next((one for one in reversed(counted) if one.checked_in_at <= at < day_ends(one)), None)
    if before is not None:
        return Decided(KioskOutcome.NOT_IN, before, reason=OUT_ALREADY)
    return Decided(KioskOutcome.NOT_IN)


def closed(check_in: DoorCheckIn) -> DoorCheckIn:
    """As it is once its day is over and nobody checked out."""
    return replace(check_in, checked_out_at=day_ends(check_in), closed_by_rule=True)


def left_open(check_ins: Iterable[DoorCheckIn], now: datetime) -> list[CheckInStep]:
    """What closes those whose day is over."""
    return [CheckInStep(one, closed(one)) for one in check_ins if one.is_open and day_ends(one) <= now]


def taken_back(check_in: DoorCheckIn, now: datetime) -> DoorCheckIn:
    """It was somebody else: it counts for nothing, and the pictures are not the student's."""
    return replace(check_in, taken_back_at=now, picture_key=None, out_picture_key=None)


def check_out_taken_back(check_in: DoorCheckIn, own: Iterable[DoorCheckIn], now: datetime) -> DoorCheckIn:
    """It was somebody else who left: the student is there on, unless the day is over or they came in again."""
    again = replace(
        check_in,
        checked_out_at=None,
        out_method=None,
        out_device_id=None,
        out_temperature_c=None,
        out_similarity=None,
        out_picture_key=None,
    )
    after = [one for one in _by_time(own) if one.checked_in_at > check_in.checked_in_at and one.day == check_in.day]
    if after:
        return replace(again, checked_out_at=after[0].checked_in_at, closed_by_rule=True)
    return closed(again) if day_ends(again) <= now else again


def is_held_in(room: str, meets: Sequence[Slot], slots: Sequence[Slot]) -> bool:
    """Whether a lecture is held in a room: by the lines of the course's timetable at that time, else by all of them."""
    return any(folded(slot.room) == folded(room) for slot in meets or slots)


def with_door_check_ins(
    opinions: Iterable[Mark],
    check_ins: Iterable[DoorCheckIn],
    student_ids: Sequence[str],
    lecture: Lecture,
    course: Course,
    now: datetime,
    *,
    is_over: bool,
) -> list[Mark]:
    """Opinions of faces on a lecture, with those of these students who were in its place while it was held.

    A check-in counts from the moment on from which the course takes any. Where the last one ended by a check-out before
    the end, the student left early; one at the end says that they stayed, whatever a camera missed.
    """
    found = {opinion.student_id: opinion for opinion in opinions}
    if now < check_in_window(lecture, course)[0]:
        return list(found.values())
    by_student: Mapping[str, list[DoorCheckIn]] = _overlapping(check_ins, lecture)
    for student_id in student_ids:
        own = by_student.get(student_id)
        if not own:
            continue
        check_in = CheckIn(own[0].checked_in_at, Method.KIOSK)
        mark = with_check_in(found.get(student_id), student_id, check_in, lecture, course, now)
        left_early = _left_early(own, mark, lecture, course)
        if left_early is not None:
            mark = replace(mark, left_early=left_early and is_over)
        found[student_id] = mark
    return list(found.values())


def overlaps(check_in: DoorCheckIn, lecture: Lecture) -> bool:
    """Whether the student was in the place while the lecture was held."""
    return check_in.counts and check_in.checked_in_at < lecture.ends_at and ends(check_in) > lecture.starts_at


def _overlapping(check_ins: Iterable[DoorCheckIn], lecture: Lecture) -> dict[str, list[DoorCheckIn]]:
    found: dict[str, list[DoorCheckIn]] = defaultdict(list)
    for one in _by_time(check_ins):
        if overlaps(one, lecture):
            found[one.student_id].append(one)
    return found


def _left_early(own: Sequence[DoorCheckIn], mark: Mark, lecture: Lecture, course: Course) -> bool | None:
    """None where nobody checked out, so that it says nothing of it."""
    last = max(own, key=ends)
    if last.checked_out_at is None or last.closed_by_rule:
        return None
    seen = mark.evidence.last_seen_at if mark.evidence is not None else last.checked_out_at
    return max(last.checked_out_at, seen) + timedelta(minutes=course.left_early_minutes) < lecture.ends_at


def _by_time(check_ins: Iterable[DoorCheckIn]) -> list[DoorCheckIn]:
    return sorted((one for one in check_ins if one.counts), key=lambda one: one.place)
