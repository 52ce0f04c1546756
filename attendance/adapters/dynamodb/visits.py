"""Visits at doors in DynamoDB."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from heapq import merge
from itertools import islice

from attendance.adapters.dynamodb import keys
from attendance.adapters.dynamodb.actions import NEW, STAYS, THERE, Action, check, put
from attendance.adapters.dynamodb.alarm_items import adding_alarms
from attendance.adapters.dynamodb.table import TablePart, together
from attendance.adapters.dynamodb.values import Item, attributes, read, text
from attendance.adapters.dynamodb.visit_items import (
    placing,
    remove_visits,
    renewing,
    replacing,
    set_visit_vectors,
    stored_visits,
)
from attendance.changes import AddAlarms
from attendance.model import LastVisit, Verdict, Visit, VisitPlace
from attendance.sentences import no_device, no_student, no_visit, visit_taken

_LAST = "~"  # sorts behind every moment
_AT_ONCE = 100


class DynamoVisits(TablePart):
    """The VisitStore."""

    def _add_visits(self, new: Sequence[Visit], alarms: AddAlarms | None) -> None:
        """Raises NotFound, AlreadyExists, MovedOn."""
        self.table.again(partial(self._add, new, alarms))

    def _name_visit(self, old: Visit, new: Visit) -> None:
        """Raises NotFound, MovedOn."""
        self.table.again(partial(self._name, old, new))

    def _remove_visits(self, visit_ids: Sequence[str]) -> None:
        """Those that are gone are passed over."""
        remove_visits(self.table, visit_ids)

    def visit(self, visit_id: str) -> Visit:
        """Raises NotFound."""
        item = self.table.get(keys.visit(visit_id))
        if item is None:
            raise no_visit()
        return read(Visit, item)

    def visits(
        self,
        device_ids: Sequence[str],
        *,
        student_id: str | None = None,
        unnamed: bool = False,
        with_vector: bool = False,
        from_at: datetime | None = None,
        before: VisitPlace | None = None,
        limit: int = 50,
    ) -> Sequence[Visit]:
        """Newest first. Of a student the leads at all doors are read, until there are enough."""
        first = keys.moment(from_at) if from_at is not None else ""
        last = keys.visit_place(before.at, before.id) if before is not None else _LAST
        if student_id is not None:
            between = (keys.VISIT + first, keys.VISIT + last)
            parts = [self.table.query(keys.of_student(student_id), between=between, backwards=True)]
        else:
            partition = keys.vectors_of if with_vector else keys.unnamed_of if unnamed else keys.visits_of
            parts = [self._leads(partition(one), first, last, limit) for one in sorted(set(device_ids))]
        newest = merge(*parts, key=_place, reverse=True)
        leads = (lead for lead in newest if text(lead, "device_id") in device_ids and _place(lead) != last)
        wanted = (one for one in self._wanted(leads, unnamed, limit) if not with_vector or one.vector is not None)
        return list(islice(wanted, limit))

    def visits_by_id(self, visit_ids: Sequence[str]) -> Mapping[str, Visit]:
        """Those that exist."""
        return stored_visits(self.table, visit_ids)

    def last_visits(self, device_ids: Sequence[str]) -> Sequence[LastVisit]:
        """Newest first."""
        parts = together(lambda one: list(self.table.query(keys.people_of(one))), sorted(set(device_ids)))
        found = [read(LastVisit, lead) for part in parts for lead in part]
        return sorted(found, key=lambda visit: visit.place, reverse=True)

    def set_visit_vectors(self, vectors: Mapping[str, tuple[float, ...] | None], engine: str | None = None) -> None:
        """Those that are gone are passed over."""
        set_visit_vectors(self.table, vectors, engine)

    def _leads(self, partition: str, first: str, last: str, limit: int) -> Iterator[Item]:
        return self.table.query(partition, between=(first or "0", last), backwards=True, most=limit + 1)

    def _wanted(self, leads: Iterable[Item], unnamed: bool, limit: int) -> Iterator[Visit]:
        leads = iter(leads)
        while part := [text(lead, "visit_id") for lead in islice(leads, min(limit, _AT_ONCE))]:
            found = stored_visits(self.table, part)
            own = [found[visit_id] for visit_id in part if visit_id in found]
            yield from (visit for visit in own if not unnamed or visit.verdict is not Verdict.KNOWN)

    def _add(self, new: Sequence[Visit], alarms: AddAlarms | None) -> None:
        taken = visit_taken()
        door_ids = sorted({visit.device_id for visit in new} - {alarms.device_id if alarms is not None else None})
        there = [check(keys.device(one), THERE, no_device()) for one in door_ids]
        if alarms is not None:  # which checks its door itself
            there += adding_alarms(self.table, alarms.device_id, alarms.alarms, alarms.quiet)
        self.table.transact(
            [
                *there,
                *_checking_students(new),
                *(put(keys.visit(visit.id), attributes(visit), NEW, taken) for visit in new),
                *(action for visit in new for action in placing(visit)),
                *renewing(self.table, [], {visit.id: visit for visit in new}),
            ]
        )

    def _name(self, old: Visit, new: Visit) -> None:
        renewed = renewing(self.table, [old], {new.id: new})
        self.table.transact([*_checking_students([new]), *replacing(old, new), *renewed])


def _checking_students(visits: Sequence[Visit]) -> list[Action]:
    named = sorted({visit.student_id for visit in visits if visit.student_id is not None})
    return [check(keys.student(one), STAYS, no_student(one)) for one in named]


def _place(lead: Item) -> str:
    return text(lead, "sk").removeprefix(keys.VISIT)
