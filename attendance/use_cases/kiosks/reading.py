"""Check-ins as pages, files and programs show them: those of a day, and who is there now."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from attendance.errors import Phrase
from attendance.languages import SOURCE, catalogue
from attendance.model import DoorCheckIn, Role, Student, User
from attendance.rules.door_check_ins import is_there
from attendance.rules.paging import all_items
from attendance.rules.texts import contains, folded
from attendance.sentences import no_check_in
from attendance.services import Services
from attendance.use_cases.exports.audit import note_export
from attendance.use_cases.lectures.log import as_csv
from attendance.use_cases.site.reading import site
from attendance.wall_time import day_bounds, wall_time

_AT_ONCE = 500
_PAGE = 200
_HEADINGS = (
    Phrase("Student id"),
    Phrase("Name"),
    Phrase("Place"),
    Phrase("Date"),
    Phrase("Checked in"),
    Phrase("Temperature (°C)"),
    Phrase("Checked out"),
    Phrase("Temperature at check-out (°C)"),
    Phrase("Remark"),
)
_TAKEN_BACK, _NOBODY_ENDED = Phrase("taken back"), Phrase("ended with the day")


class Presence(StrEnum):
    """Which check-ins of a day are asked for."""

    ALL = "all"
    THERE = "there"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class CheckInFilter:
    """Which check-ins: of a day of the school; a place, words of a student's name or id, and whether they are there."""

    day: date
    room: str = ""
    text: str = ""
    presence: Presence = Presence.ALL


@dataclass(frozen=True, slots=True)
class ShownCheckIn:
    """A check-in with its student, and whether the student is there now."""

    check_in: DoorCheckIn
    student: Student
    is_there: bool


@dataclass(frozen=True, slots=True)
class DayOfCheckIns:
    """Those of a day that this person may see, newest first, the places of the day, and how many are there now."""

    items: Sequence[ShownCheckIn]
    rooms: Sequence[str]
    there: int


def today(services: Services) -> date:
    """Of the school."""
    return wall_time(site(services).timezone, services.now()).date()


def check_ins_of_day(services: Services, user: User, wanted: CheckInFilter) -> DayOfCheckIns:
    """Admins see all, teachers the students of their rosters, students themselves."""
    from_at, before_at = day_bounds(site(services).timezone, wanted.day)
    own = user.student_id if user.role is Role.STUDENT else None
    visible = _visible(services, user)
    found = [
        ShownCheckIn(one, visible[one.student_id], is_there(one, services.now()))
        for one in _between(services, from_at, before_at, own)
        if one.student_id in visible
    ]
    rooms = {folded(one.check_in.room): one.check_in.room for one in found}
    there = len({one.student.id for one in found if one.is_there})
    items = [one for one in found if _is_wanted(one, wanted)]
    return DayOfCheckIns(items, [rooms[name] for name in sorted(rooms)], there)


def check_ins_of_student(services: Services, student_id: str, *, limit: int) -> Sequence[DoorCheckIn]:
    """The newest that count."""
    from_at = day_bounds("UTC", date(2000, 1, 1))[0]
    found = services.store.door_check_ins(from_at=from_at, student_id=student_id, limit=limit)
    return [one for one in found if one.counts]


def one_check_in(services: Services, user: User, check_in_id: str) -> ShownCheckIn:
    """Raises NotFound, also where this person may not see it."""
    found = services.store.door_check_in(check_in_id)
    student = services.store.student(found.student_id)
    if not _may_see(services, user, student):
        raise no_check_in()
    return ShownCheckIn(found, student, is_there(found, services.now()))


def check_ins_as_csv(services: Services, user: User, wanted: CheckInFilter, language: str = SOURCE) -> bytes:
    """The same as a file, by the school's clock; the trail notes that it was taken along."""
    say = catalogue(language).gettext
    rows = [_row(one, say) for one in check_ins_of_day(services, user, wanted).items]
    note_export(services, [], "csv", by=user.id, what="check_ins")
    return as_csv([say(heading) for heading in _HEADINGS], rows)


def _row(one: ShownCheckIn, say: Callable[[str], str]) -> list[object]:
    check_in = one.check_in
    out = None if check_in.closed_by_rule else check_in.checked_out_at
    remark = _TAKEN_BACK if not check_in.counts else _NOBODY_ENDED if check_in.closed_by_rule else ""
    return [
        one.student.id,
        one.student.name,
        check_in.room,
        check_in.day,
        _clock(check_in.timezone, check_in.checked_in_at),
        _rounded(check_in.in_temperature_c),
        _clock(check_in.timezone, out),
        _rounded(check_in.out_temperature_c),
        say(remark) if remark else "",
    ]


def _clock(timezone: str, at: datetime | None) -> time | None:
    return None if at is None else wall_time(timezone, at).time().replace(microsecond=0)


def _rounded(temperature_c: float | None) -> float | None:
    return None if temperature_c is None else round(temperature_c, 1)


def _visible(services: Services, user: User) -> dict[str, Student]:
    if user.role is Role.STUDENT:
        return {user.student_id: services.store.student(user.student_id)} if user.student_id else {}
    teacher_id = user.id if user.role is Role.TEACHER else None
    students = all_items(lambda page: services.store.students(teacher_id=teacher_id, page=page, size=_PAGE))
    return {student.id: student for student in students}


def _may_see(services: Services, user: User, student: Student) -> bool:
    if user.role is Role.ADMIN:
        return True
    if user.role is Role.STUDENT:
        return user.student_id == student.id
    own = {course.id for course in services.store.courses(teacher_id=user.id)}
    return any(course.id in own for course in services.store.courses(student_id=student.id))


def _between(
    services: Services, from_at: datetime, before_at: datetime, student_id: str | None
) -> Iterator[DoorCheckIn]:
    before = None
    while True:
        part = services.store.door_check_ins(
            from_at=from_at, before_at=before_at, student_id=student_id, before=before, limit=_AT_ONCE
        )
        yield from part
        if len(part) < _AT_ONCE:
            return
        before = part[-1].place


def _is_wanted(one: ShownCheckIn, wanted: CheckInFilter) -> bool:
    if wanted.room and folded(one.check_in.room) != folded(wanted.room):
        return False
    if wanted.text and not contains(wanted.text, one.student.id, one.student.name):
        return False
    if wanted.presence is Presence.THERE:
        return one.is_there
    return wanted.presence is Presence.ALL or (one.check_in.counts and not one.is_there)
