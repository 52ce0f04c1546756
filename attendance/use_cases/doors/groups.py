"""The unknown people of a door, each with the best pictures, and who each of them may be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

from attendance.model import Device, Owner, Sighting, Student, UnknownDecision, User, Visit
from attendance.rules.unknowns import rulings
from attendance.rules.visits import as_sighting, may_see, stay_of, stored_from
from attendance.sentences import no_visit
from attendance.services import Services
from attendance.use_cases.doors.consenting import agreeing
from attendance.use_cases.unknowns.groups import MOST_CANDIDATES, UnknownGroup, grouped, no_group
from attendance.use_cases.unknowns.vectors import visits_with_vector

MOST_VISITS = 600
"""Of nobody known, the newest: all are on the page of unknown and unsure visits."""

_PAGE = 200


@dataclass(frozen=True, slots=True)
class SeenAtDoor:
    """One visit of somebody unknown, as pages of unknown people show it."""

    visit: Visit
    sighting: Sighting

    @property
    def at(self) -> datetime:
        """When it began."""
        return self.visit.at

    @property
    def occasion(self) -> date:
        """The day."""
        return self.visit.at.date()


DoorGroup = UnknownGroup[SeenAtDoor]


def groups(services: Services, door: Device) -> list[DoorGroup]:
    """All of a door: those whom nobody named before the others, and whoever was seen last first.

    Where no vectors are kept, a group is one person of one stay, unless somebody put several together. Whom a search
    knows, or perhaps knows, has no group: that visit is decided by itself.
    """
    decisions = services.store.unknown_decisions(Owner.door(door.id))
    visits = _visits(services, door, decisions)
    seen = {visit.id: SeenAtDoor(visit, as_sighting(visit)) for visit in visits.values()}
    comparable = [seen[one.id].sighting for one in visits.values() if one.vector_engine == services.faces.name]
    return grouped(services, seen, decisions, comparable, {stay_of(one): one.at for one in visits.values()})


def group_of(services: Services, user: User, visit_id: str) -> tuple[Device, DoorGroup]:
    """The group of a visit, and its door. Raises NotFound, also where this person may not see the door's visits."""
    visit = services.store.visit(visit_id)
    door = services.store.device(visit.device_id)
    if not may_see(user, door):
        raise no_visit()
    for group in groups(services, door):
        if any(one.visit.id == visit_id for one in group.seen):
            return door, group
    raise no_group()


def who_it_may_be(services: Services, text: str = "") -> list[Student]:
    """Of those who agreed to be known at doors."""
    return list(islice(agreeing(services, text.strip()), MOST_CANDIDATES))


def _visits(services: Services, door: Device, decisions: Sequence[UnknownDecision]) -> Mapping[str, Visit]:
    """The newest of nobody known, those whose faces can be compared, and those that people spoke of."""
    since, before = stored_from(services.now(), services.settings.visit_days), None
    found: dict[str, Visit] = {}
    while len(found) < MOST_VISITS:
        part = services.store.visits([door.id], unnamed=True, from_at=since, before=before, limit=_PAGE)
        found |= {visit.id: visit for visit in part if visit.student_id is None}
        if len(part) < _PAGE:
            break
        before = part[-1].place
    found |= {visit.id: visit for visit in islice(visits_with_vector(services, door.id), MOST_VISITS)}
    missing = [one for one in rulings(decisions) if one not in found]
    return {**found, **services.store.visits_by_id(missing)}
