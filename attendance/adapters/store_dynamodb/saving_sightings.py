"""The sightings of a search take the place of those before by one conditional change of the recording's item.

Each search's sightings have keys of their own. They are written first, and nobody reads them until the recording names
their search; then the pictures of those before are written down as erasures, and their items deleted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from attendance.adapters import store_dynamodb_keys as keys
from attendance.adapters.store_dynamodb.actions import STAYS, Action, check, put, setting, update
from attendance.adapters.store_dynamodb.erasing import erase, media_of
from attendance.adapters.store_dynamodb.table import MOST_IN_TRANSACTION, Table, key_in
from attendance.adapters.store_dynamodb.values import attribute, attributes, read, text
from attendance.adapters.store_dynamodb_keys import Key
from attendance.model import Sighting, new_id

_HELD = f"{STAYS} AND #claimed_by = :worker"
_AT_ONCE = (MOST_IN_TRANSACTION - 1) // 3


@dataclass(frozen=True, slots=True)
class SearchPlace:
    """A recording that this worker searches."""

    table: Table
    lecture_id: str
    recording_id: str
    worker: str

    @property
    def key(self) -> Key:
        """Of the recording's item."""
        return keys.recording(self.lecture_id, self.recording_id)


class _LeaseLost(Exception):
    """Another worker searches the recording, or it is gone."""


def save_sightings(place: SearchPlace, sightings: Sequence[Sighting], found: Mapping[str, Any]) -> bool:
    """False where the lease was lost. `found` is what else the recording says of the search."""

    def save() -> bool:
        kept = _of_students_left(place.table, sightings)
        search = new_id()
        try:
            _write(place, search, kept, found)
        except _LeaseLost:
            return False
        _clear_up(place, search, sightings, kept)
        return True

    return place.table.again(save)


def _of_students_left(table: Table, sightings: Sequence[Sighting]) -> list[Sighting]:
    named = {seen.student_id for seen in sightings if seen.student_id is not None}
    students = table.get_many(map(keys.student, named)).values()
    left = {text(item, "id") for item in students if "removing" not in item}
    return [seen for seen in sightings if seen.student_id is None or seen.student_id in left]


def _write(place: SearchPlace, search: str, kept: Sequence[Sighting], found: Mapping[str, Any]) -> None:
    """The new sightings, a part at a time, the last together with the change that makes all of them count."""
    parts = [kept[start : start + _AT_ONCE] for start in range(0, len(kept), _AT_ONCE)] or [[]]
    for part in parts[:-1]:
        held = check(place.key, _HELD, _LeaseLost(), worker=place.worker)
        place.table.transact([held, *_storing(place, search, part)])
    expression, values = setting({**found, "search": search})
    switch = update(place.key, expression, _HELD, _LeaseLost(), worker=place.worker, **values)
    place.table.transact([switch, *_storing(place, search, parts[-1])])


def _storing(place: SearchPlace, search: str, part: Sequence[Sighting]) -> list[Action]:
    """Store these, with what leads to them from their students, who must stay."""
    where = {"lecture_id": attribute(place.lecture_id), "recording_id": attribute(place.recording_id)}
    actions: dict[Key, Action] = {}
    for seen in part:
        index = {"search": attribute(search), "ix": attribute(keys.sighting_index(seen.id))}
        key = keys.seen(place.lecture_id, place.recording_id, search, seen.id)
        actions[key] = put(key, attributes(seen) | where | index)
        if seen.student_id is not None:
            student, lead = keys.student(seen.student_id), _lead(place, seen.student_id)
            actions[student] = check(student)
            actions[lead] = put(lead, where)
    return list(actions.values())


def _clear_up(place: SearchPlace, search: str, new: Sequence[Sighting], kept: Sequence[Sighting]) -> None:
    """Sightings that count no more go, also of searches that died while they wrote theirs."""
    partition = keys.of_lecture(place.lecture_id)
    seen = place.table.query(partition, keys.seen_in(place.recording_id))
    old = [item for item in seen if text(item, "search") != search]
    if old and not _is_held(place):  # some may be of whoever searches by now, and clears up then
        old = []
    pictures = {key for item in old for key in media_of(item)} | {one.picture_key for one in new if one.picture_key}
    erase(place.table, pictures - {seen.picture_key for seen in kept})
    gone = {read(Sighting, item).student_id for item in old} - {seen.student_id for seen in kept} - {None}
    leads = [_lead(place, student_id) for student_id in gone if student_id is not None]
    place.table.delete_many([*map(key_in, old), *leads])


def _is_held(place: SearchPlace) -> bool:
    """Asked after the sightings were read: nobody else can have written any of them then but before this search."""
    item = place.table.get(place.key)
    return item is not None and item.get("claimed_by") == attribute(place.worker)


def _lead(place: SearchPlace, student_id: str) -> Key:
    return keys.student_seen(student_id, place.lecture_id, place.recording_id)
