"""The first page: today's lectures, what waits, who is at risk, which devices are silent, and how weeks go.

It reads sums, never all marks: SQL counts them from an index, DynamoDB has counted them with each lecture.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from attendance.model import Course, Device, Lecture, MarkTotal, Page, Status, User
from attendance.rules.statuses import points_of
from attendance.services import Services
from attendance.use_cases.courses.risks import RiskCard, risk_cards
from attendance.use_cases.lectures.review import count_waiting
from attendance.wall_time import day_bounds, wall_time

WEEKS = 12
_MOST_RISKS = 8


@dataclass(frozen=True, slots=True)
class Share:
    """Points of the marks that count, and how many wait for a person."""

    points: float = 0.0
    counted: int = 0
    unsure: int = 0

    @property
    def part(self) -> float | None:
        """0 to 1; None where no mark counts."""
        return self.points / self.counted if self.counted else None


@dataclass(frozen=True, slots=True)
class Week:
    """One week, by its Monday."""

    monday: date
    share: Share


@dataclass(frozen=True, slots=True)
class CourseLine:
    """One course over the weeks that are shown."""

    course: Course
    share: Share


@dataclass(frozen=True, slots=True)
class TeacherLine:
    """All courses of a teacher together; None is courses without one."""

    teacher: User | None
    courses: int
    share: Share


@dataclass(frozen=True, slots=True)
class Dashboard:
    """What the page shows; `silent` and `teachers` are for admins alone. `waiting` is of all times, as in the queue."""

    today: Sequence[tuple[Lecture, Course]]
    waiting: int
    share: Share
    weeks: Sequence[Week]
    courses: Sequence[CourseLine]
    teachers: Sequence[TeacherLine]
    risks: Page[RiskCard]
    silent: Sequence[Device]


def read_dashboard(services: Services, courses: Sequence[Course], zone: str, *, everywhere: bool = False) -> Dashboard:
    """Of these courses; `everywhere` says that they are all, which needs no list of their ids."""
    now, by_id = services.now(), {course.id: course for course in courses}
    ids = None if everywhere else list(by_id)
    mondays = _mondays(wall_time(zone, now).date())
    bounds = [*(day_bounds(zone, monday)[0] for monday in mondays), now]
    totals = services.store.mark_totals(bounds, course_ids=ids, without=services.store.lectures_in_search())
    counted = [one for one in totals if one.course_id in by_id]
    of_weeks, of_courses = _sums(counted, by_id, lambda one: one.part, lambda one: one.course_id)
    begins, ends = day_bounds(zone, wall_time(zone, now).date())
    held = services.store.lectures_between(begins, ends, course_ids=ids)
    lines = [CourseLine(course, of_courses.get(course.id, Share())) for course in courses]
    return Dashboard(
        today=[(one, by_id[one.course_id]) for one in held if one.course_id in by_id],
        waiting=count_waiting(services, ids),
        share=_together(of_weeks.values()),
        weeks=[Week(monday, of_weeks.get(number, Share())) for number, monday in enumerate(mondays)],
        courses=lines,
        teachers=_teachers(services, lines) if everywhere else (),
        risks=risk_cards(services, courses, everywhere=everywhere, size=_MOST_RISKS),
        silent=[device for device in services.store.devices() if device.silent_since] if everywhere else (),
    )


def lectures_of_today(services: Services, courses: Sequence[Course], zone: str) -> list[tuple[Lecture, Course]]:
    """Of these courses, the first to start first."""
    by_id = {course.id: course for course in courses}
    begins, ends = day_bounds(zone, wall_time(zone, services.now()).date())
    held = services.store.lectures_between(begins, ends, course_ids=list(by_id))
    return [(one, by_id[one.course_id]) for one in held]


def _mondays(today: date) -> list[date]:
    this = today - timedelta(days=today.weekday())
    return [this - timedelta(weeks=ago) for ago in range(WEEKS - 1, -1, -1)]


def _sums(
    totals: Iterable[MarkTotal], courses: Mapping[str, Course], *keys: Callable[[MarkTotal], object]
) -> list[dict[object, Share]]:
    """The totals by each of the keys. What a status is worth is asked once a course: there are many totals."""
    worth: dict[tuple[str, Status, str | None], float | None] = {}
    sums: list[defaultdict[object, list[float]]] = [defaultdict(lambda: [0.0, 0, 0]) for _ in keys]
    for one in totals:
        kind = one.course_id, one.status, one.own_status
        if kind not in worth:
            worth[kind] = points_of(one, courses[one.course_id])
        points, is_unsure = worth[kind], one.status is Status.UNSURE
        for key, found in zip(keys, sums, strict=True):
            share = found[key(one)]
            if points is not None:
                share[0] += points * one.number
                share[1] += one.number
            if is_unsure:
                share[2] += one.number
    return [{name: Share(one[0], int(one[1]), int(one[2])) for name, one in found.items()} for found in sums]


def _together(shares: Iterable[Share]) -> Share:
    found = list(shares)
    return Share(sum(one.points for one in found), sum(one.counted for one in found), sum(one.unsure for one in found))


def _teachers(services: Services, lines: Sequence[CourseLine]) -> list[TeacherLine]:
    """Sorted by name; courses without a teacher come last, as one line."""
    by_course = services.store.teachers_of([line.course.id for line in lines])
    shares: defaultdict[str, list[Share]] = defaultdict(list)
    people: dict[str, User] = {}
    for line in lines:
        for teacher in by_course.get(line.course.id, ()):
            people[teacher.id] = teacher
            shares[teacher.id].append(line.share)
    taught = sorted(people.values(), key=lambda user: (user.name or user.email, user.id))
    found = [TeacherLine(user, len(shares[user.id]), _together(shares[user.id])) for user in taught]
    alone = [line.share for line in lines if not by_course.get(line.course.id)]
    return [*found, TeacherLine(None, len(alone), _together(alone))] if alone else found
