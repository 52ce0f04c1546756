"""The lease on a search in DynamoDB, what searches saw, and what was spent on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from attendance.adapters.dynamodb import keys
from attendance.adapters.dynamodb.actions import NEW, STAYS, Action, check, put, setting, update
from attendance.adapters.dynamodb.keys import Key
from attendance.adapters.dynamodb.media_items import erase, lecture_id_of, media_of, recording_key
from attendance.adapters.dynamodb.table import MOST_IN_TRANSACTION, Table, TablePart, key_in
from attendance.adapters.dynamodb.values import Item, attribute, attributes, read, text
from attendance.errors import Conflict
from attendance.model import Recording, SearchStatus, Sighting, new_id
from attendance.sentences import moved_on, no_recording

_UNCLAIMED: dict[str, Any] = {"claimed_by": None, "claimed_until": None}
_ENDED: dict[str, Any] = {"ix": None, **_UNCLAIMED}
_OPEN = (
    f"{STAYS} AND (#status = :queued OR (#status = :searching AND "
    "(attribute_not_exists(#claimed_until) OR #claimed_until < :now)))"
)
_NOT_HELD = f"{STAYS} AND NOT (#status = :searching AND #claimed_until >= :now)"
_HELD = f"{STAYS} AND #claimed_by = :worker"
_MOST_REMEMBERED = 1000


class DynamoSearches(TablePart):
    """The SearchStore."""

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        self._held: dict[str, Key] = {}  # where the recordings lie whose leases are renewed again and again

    def _queue_search(self, recording_id: str, now: datetime) -> None:
        """Raises NotFound, Conflict."""
        key = recording_key(self.table, recording_id)
        fresh = {"status": SearchStatus.QUEUED, "attempts": 0, "error": None, "progress": 0.0, **_UNCLAIMED}
        expression, values = setting(fresh | {"ix": keys.WAITING})
        values |= {"searching": SearchStatus.SEARCHING, "now": now}
        if key is None or self.table.get(key) is None:
            raise no_recording()
        held = Conflict("This recording is being searched at this moment.")
        self.table.transact([update(key, expression, _NOT_HELD, held, **values)])

    def waiting_searches(self, now: datetime) -> Sequence[str]:
        """Oldest first."""
        items = self.table.get_many(self.table.found(keys.WAITING)).values()
        waiting = [one for one in (read(Recording, item) for item in items) if _is_open(one, now)]
        return [one.id for one in sorted(waiting, key=lambda one: (one.created_at, one.id))]

    def lectures_in_search(self) -> Set[str]:
        """By the index of recordings that wait."""
        items = self.table.get_many(self.table.found(keys.WAITING)).values()
        return {text(item, "lecture_id") for item in items if "ix" in item}

    def claim_search(self, recording_id: str, worker: str, now: datetime, until: datetime) -> Recording | None:
        """None where it is held, done, failed or gone."""
        key = recording_key(self.table, recording_id)
        if key is None:
            return None
        expression, values = setting(
            {
                "status": SearchStatus.SEARCHING,
                "claimed_by": worker,
                "claimed_until": until,
                "progress": 0.0,
                "ix": keys.WAITING,
                "error": None,
            }
        )
        values |= {"queued": SearchStatus.QUEUED, "searching": SearchStatus.SEARCHING, "now": now, "one": 1}
        item = self.table.update(key, f"{expression} ADD #attempts :one", _OPEN, **values)
        return read(Recording, item) if item else None

    def renew_claim(self, recording_id: str, worker: str, until: datetime, progress: float) -> bool:
        """False where the lease was lost. One request, once it is known where the recording lies."""
        key = self._held.get(recording_id) or recording_key(self.table, recording_id)
        changes = {"claimed_until": until, "progress": progress}
        if key is None or _change_held(self.table, key, worker, changes) is None:
            self._held.pop(recording_id, None)
            return False
        if len(self._held) >= _MOST_REMEMBERED:
            self._held.clear()
        self._held[recording_id] = key
        return True

    def release_claim(self, recording_id: str, worker: str, reason: str | None = None) -> None:
        """Back to queued, the attempt not counted."""
        key = recording_key(self.table, recording_id)
        if key is not None:
            expression, values = setting(
                {"status": SearchStatus.QUEUED, "progress": 0.0, "error": reason, "ix": keys.WAITING, **_UNCLAIMED}
            )
            fewer = f"{expression} ADD #attempts :fewer"
            self.table.update(key, fewer, _HELD, worker=worker, fewer=-1, **values)

    def save_sightings(
        self, recording_id: str, worker: str, sightings: Sequence[Sighting], engine: str, at: datetime
    ) -> bool:
        """False where the lease was lost.

        A sighting that names a student who was removed during the search is left out, and its picture erased.
        """
        lecture_id = lecture_id_of(self.table, recording_id)
        if lecture_id is None:
            return False
        place = SearchPlace(self.table, lecture_id, recording_id, worker)
        return save_sightings(place, sightings, {"engine": engine, "searched_at": at})

    def _finish_search(self, recording_id: str, worker: str) -> None:
        """Raises MovedOn where the lease was lost."""
        key = recording_key(self.table, recording_id)
        if key is None:
            raise moved_on()
        expression, values = setting({"status": SearchStatus.DONE, "progress": 1.0, **_ENDED})
        self.table.transact([update(key, expression, _HELD, moved_on(), worker=worker, **values)])

    def fail_search(self, recording_id: str, worker: str, sentence: str) -> bool:
        """False where the lease was lost."""
        key = recording_key(self.table, recording_id)
        failed = {"status": SearchStatus.FAILED, "error": sentence, **_ENDED}
        return key is not None and _change_held(self.table, key, worker, failed) is not None


def _is_open(recording: Recording, now: datetime) -> bool:
    lapsed = recording.claimed_until is None or recording.claimed_until < now
    return recording.status is SearchStatus.QUEUED or (recording.status is SearchStatus.SEARCHING and lapsed)


def _change_held(table: Table, key: Key, worker: str, changes: dict[str, Any]) -> Item | None:
    """The recording, changed if the worker still holds it."""
    expression, values = setting(changes)
    return table.update(key, expression, _HELD, worker=worker, **values)


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


class _OrderedAlready(Exception):
    """The same order was written before."""


class _TooMuch(Exception):
    """The month would come to more than it may."""


class DynamoSpending(TablePart):
    """The SpendingStore."""

    def order_search(self, month: str, token: str, seconds: float, most_seconds: float | None) -> bool:
        """False where the month would come to more."""
        new, condition, values = Decimal(repr(seconds)), "", {}
        if most_seconds is not None:
            left = Decimal(repr(most_seconds)) - new
            condition, values = "#seconds <= :left", {"left": left}
            if left >= 0:
                condition += " OR attribute_not_exists(#seconds)"
        order = {"month": attribute(month), "seconds": attribute(new)}
        adding = update(keys.month(month), "ADD #seconds :new", condition, _TooMuch(), new=new, **values)
        try:
            self.table.transact([put(keys.order(token), order, NEW, _OrderedAlready()), adding])
        except _OrderedAlready:
            return True
        except _TooMuch:
            return False
        return True

    def ordered_seconds(self, month: str) -> float:
        """0 where nothing was ordered."""
        item = self.table.get(keys.month(month))
        return float(item["seconds"]["N"]) if item else 0.0
