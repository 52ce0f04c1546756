"""The items of a visit: itself, what leads to it by time and by student, and which is a student's newest at a door."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from attendance.adapters.dynamodb import keys
from attendance.adapters.dynamodb.actions import NEW, THERE, Action, Changed, as_stored, delete, put
from attendance.adapters.dynamodb.keys import Key
from attendance.adapters.dynamodb.media_items import erasing, media_of
from attendance.adapters.dynamodb.table import Table
from attendance.adapters.dynamodb.values import Item, attribute, attributes, read, text
from attendance.changes import MOST_VISITS
from attendance.errors import MovedOn
from attendance.model import LastVisit, Verdict, Visit
from attendance.sentences import moved_on

_AS_READ = "#visit_id = :visit_id"

Place = tuple[str, str]  # door and student


def stored_visits(table: Table, visit_ids: Iterable[str]) -> dict[str, Visit]:
    """Those that exist, by id."""
    items = table.get_many(map(keys.visit, visit_ids))
    return {text(item, "id"): read(Visit, item) for item in items.values()}


def leads_of(visit: Visit) -> dict[Key, Item]:
    """What leads to it."""
    place = keys.visit_place(visit.at, visit.id)
    lead = {"visit_id": attribute(visit.id), "device_id": attribute(visit.device_id)}
    if visit.picture_key is not None:
        lead["picture_key"] = attribute(visit.picture_key)
    found = {(keys.visits_of(visit.device_id), place): lead}
    if visit.verdict is not Verdict.KNOWN:
        found[keys.unnamed_of(visit.device_id), place] = lead
    if visit.vector is not None:
        found[keys.vectors_of(visit.device_id), place] = lead
    if visit.student_id is not None:
        found[keys.student_visit(visit.student_id, place)] = lead
    return found


def placing(visit: Visit) -> list[Action]:
    """What leads to a new visit."""
    return [put(key, lead) for key, lead in leads_of(visit).items()]


def replacing(old: Visit, new: Visit) -> list[Action]:
    """The visit with what leads to it, in the place of the one that was read."""
    before, after = leads_of(old), leads_of(new)
    unchanged, values = as_stored(old)
    return [
        put(keys.visit(new.id), attributes(new), f"{THERE} AND {unchanged}", moved_on(), **values),
        *(delete(key) for key in before if key not in after),
        *(put(key, lead) for key, lead in after.items() if key not in before),
    ]


def remove_visits(table: Table, visit_ids: Sequence[str]) -> None:
    """At most so many as one removal may have. Those that are gone are passed over."""
    table.again(partial(_remove, table, visit_ids))


def remove_visits_of_door(table: Table, device_id: str) -> None:
    """All of them."""
    found = [text(lead, "visit_id") for lead in table.query(keys.visits_of(device_id), only=("visit_id",))]
    for first in range(0, len(found), MOST_VISITS):
        remove_visits(table, found[first : first + MOST_VISITS])


def set_visit_vectors(table: Table, vectors: Mapping[str, tuple[float, ...] | None], engine: str | None) -> None:
    """Keep or forget (None) these; visits that are gone are passed over."""
    for visit_id, vector in vectors.items():
        table.again(partial(_set_vector, table, visit_id, vector, engine if vector is not None else None))


def _set_vector(table: Table, visit_id: str, vector: tuple[float, ...] | None, engine: str | None) -> None:
    old = stored_visits(table, [visit_id]).get(visit_id)
    if old is None or (old.vector, old.vector_engine) == (vector, engine):
        return
    try:
        table.transact(replacing(old, replace(old, vector=vector, vector_engine=engine)))
    except MovedOn as moved:  # somebody named it meanwhile
        raise Changed from moved


def _remove(table: Table, visit_ids: Sequence[str]) -> None:
    gone = list(stored_visits(table, visit_ids).values())
    if not gone:
        return
    media = {key for visit in gone for key in media_of(attributes(visit))}
    deletions = [delete(key) for visit in gone for key in (keys.visit(visit.id), *leads_of(visit))]
    table.transact([*erasing(media), *deletions, *renewing(table, gone, {visit.id: None for visit in gone})])


def renewing(table: Table, changed: Iterable[Visit], will_be: Mapping[str, Visit | None]) -> list[Action]:
    """Makes the newest visit of each student at each door that what it is once these are as they will be.

    `will_be` has the new visit by its id, None where it goes. Refused, and read again, where another was faster.
    """
    changed = [*changed, *(visit for visit in will_be.values() if visit is not None)]
    places = {(visit.device_id, visit.student_id) for visit in changed if visit.student_id is not None}
    return [action for place in sorted(places) for action in _renewing(table, place, will_be)]


def _renewing(table: Table, place: Place, will_be: Mapping[str, Visit | None]) -> list[Action]:
    key, (device_id, student_id) = keys.last_visit(*place), place
    stored = table.get(key)
    before = text(stored, "visit_id") if stored else None
    own = [
        visit
        for visit in will_be.values()
        if visit is not None
        and visit.verdict is Verdict.KNOWN
        and (visit.device_id, visit.student_id) == (device_id, student_id)
    ]
    if before is None or before in will_be:
        own += _known(table, place, will_be)
    else:
        own += stored_visits(table, [before]).values()
    newest = max(own, key=lambda visit: visit.place, default=None)
    if before is not None and newest is not None and newest.id == before:
        return []
    unchanged: dict[str, Any] = {"visit_id": before} if before is not None else {}
    condition = _AS_READ if before is not None else NEW
    if newest is None:
        return [delete(key, condition, **unchanged)] if before is not None else []
    lead = LastVisit(device_id, student_id, newest.id, newest.at)
    return [put(key, attributes(lead), condition, **unchanged)]


def _known(table: Table, place: Place, passed_over: Mapping[str, Visit | None]) -> list[Visit]:
    """The newest stored visit of a student at a door beside these."""
    device_id, student_id = place
    for lead in table.query(keys.of_student(student_id), keys.VISIT, backwards=True):
        if text(lead, "device_id") != device_id or text(lead, "visit_id") in passed_over:
            continue
        found = stored_visits(table, [text(lead, "visit_id")])
        known = [visit for visit in found.values() if visit.verdict is Verdict.KNOWN]
        if known:
            return known
    return []
