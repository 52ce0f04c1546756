"""Visits as pages and programs show them: the wall of people, one person's visits, and those of nobody known."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from attendance.errors import NotFound
from attendance.model import Device, Page, Student, User, Visit, VisitPlace
from attendance.rules.paging import page_of
from attendance.rules.visits import may_see, stored_from
from attendance.sentences import no_visit
from attendance.services import Services
from attendance.use_cases.doors.doors import doors_of

UNNAMED_ON_WALL = 24
"""At most, of the last day: the page of unknowns has all."""

_LAST_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ShownVisit:
    """A visit with its door, and the student that it shows or may show."""

    visit: Visit
    door: Device
    student: Student | None


@dataclass(frozen=True, slots=True)
class VisitPage:
    """Some visits by time; `older` is where the next page begins, None where there is none."""

    items: Sequence[ShownVisit]
    older: VisitPlace | None


@dataclass(frozen=True, slots=True)
class Wall:
    """Everybody by the last visit, with the newest of nobody known between them. `mark` changes when it does."""

    page: Page[ShownVisit]
    mark: str


def wall(services: Services, user: User, *, page: int = 1, size: int = 48) -> Wall:
    """At the doors that this person may see, newest first."""
    doors = _by_id(doors_of(services, user))
    people: dict[str, VisitPlace] = {}
    for last in services.store.last_visits(list(doors)):
        people.setdefault(last.student_id, last.place)  # who was at several doors is shown at the last
    since = services.now() - _LAST_DAY
    unnamed = services.store.visits(list(doors), unnamed=True, from_at=since, limit=UNNAMED_ON_WALL)
    places = sorted([*people.values(), *(visit.place for visit in unnamed)], reverse=True)
    shown = page_of(places, page, size)
    stored = services.store.visits_by_id([place.id for place in shown.items])
    items = _shown(services, doors, [stored[place.id] for place in shown.items if place.id in stored])
    return Wall(Page(items, shown.number, shown.size, shown.total), mark_of(items))


def mark_of(items: Iterable[ShownVisit]) -> str:
    """A short text that is another where one of these is."""
    said = "\n".join(f"{one.visit} {one.door.name} {one.student.name if one.student else ''}" for one in items)
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def newest_visits(
    services: Services,
    user: User,
    *,
    unnamed: bool = False,
    student_id: str | None = None,
    before: VisitPlace | None = None,
    limit: int = 48,
) -> VisitPage:
    """At the doors that this person may see, of the days for which visits are stored."""
    doors = _by_id(doors_of(services, user))
    found = services.store.visits(
        list(doors),
        student_id=student_id,
        unnamed=unnamed,
        from_at=stored_from(services.now(), services.settings.visit_days),
        before=before,
        limit=limit + 1,
    )
    items = _shown(services, doors, found[:limit])
    return VisitPage(items, found[limit - 1].place if len(found) > limit else None)


def one_visit(services: Services, user: User, visit_id: str) -> ShownVisit:
    """Raises NotFound, also where this person may not see it."""
    visit = services.store.visit(visit_id)
    door = services.store.device(visit.device_id)
    if not may_see(user, door):
        raise no_visit()
    (shown,) = _shown(services, {door.id: door}, [visit])
    return shown


def _by_id(doors: Iterable[Device]) -> dict[str, Device]:
    return {door.id: door for door in doors}


def _shown(services: Services, doors: dict[str, Device], visits: Iterable[Visit]) -> list[ShownVisit]:
    students: dict[str, Student | None] = {}
    for visit in visits:
        if visit.student_id is not None and visit.student_id not in students:
            students[visit.student_id] = _student(services, visit.student_id)
    return [ShownVisit(visit, doors[visit.device_id], students.get(visit.student_id or "")) for visit in visits]


def _student(services: Services, student_id: str) -> Student | None:
    """None where somebody removes them at this moment."""
    try:
        return services.store.student(student_id)
    except NotFound:
        return None
