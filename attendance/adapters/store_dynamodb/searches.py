"""The lease on a recording's search in DynamoDB: every step is one conditional update of the recording's item."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from attendance.adapters import store_dynamodb_keys as keys
from attendance.adapters.store_dynamodb.actions import STAYS, setting
from attendance.adapters.store_dynamodb.recordings import lecture_id_of, recording_key
from attendance.adapters.store_dynamodb.saving_sightings import SearchPlace, save_sightings
from attendance.adapters.store_dynamodb.table import Table, TablePart
from attendance.adapters.store_dynamodb.values import Item, read
from attendance.adapters.store_dynamodb_keys import Key
from attendance.adapters.store_sentences import no_recording
from attendance.errors import Conflict
from attendance.model import Recording, SearchStatus, Sighting

_UNCLAIMED: dict[str, Any] = {"claimed_by": None, "claimed_until": None}
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

    def queue_search(self, recording_id: str, now: datetime) -> None:
        """Raises NotFound, Conflict."""
        key = recording_key(self.table, recording_id)
        fresh = {"status": SearchStatus.QUEUED, "attempts": 0, "error": None, "progress": 0.0, **_UNCLAIMED}
        expression, values = setting(fresh | {"ix": keys.WAITING})
        values |= {"searching": SearchStatus.SEARCHING, "now": now}
        if key is None or self.table.update(key, expression, _NOT_HELD, **values) is None:
            if key is None or self.table.get(key) is None:
                raise no_recording()
            raise Conflict("This recording is being searched at this moment.")

    def waiting_searches(self, now: datetime) -> Sequence[str]:
        """Oldest first."""
        items = self.table.get_many(self.table.found(keys.WAITING)).values()
        waiting = [one for one in (read(Recording, item) for item in items) if _is_open(one, now)]
        return [one.id for one in sorted(waiting, key=lambda one: (one.created_at, one.id))]

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

    def finish_search(self, recording_id: str, worker: str) -> bool:
        """False where the lease was lost."""
        return self._end(recording_id, worker, {"status": SearchStatus.DONE, "progress": 1.0})

    def fail_search(self, recording_id: str, worker: str, sentence: str) -> bool:
        """False where the lease was lost."""
        return self._end(recording_id, worker, {"status": SearchStatus.FAILED, "error": sentence})

    def _end(self, recording_id: str, worker: str, changes: dict[str, Any]) -> bool:
        key = recording_key(self.table, recording_id)
        ended = changes | {"ix": None, **_UNCLAIMED}
        return key is not None and _change_held(self.table, key, worker, ended) is not None


def _is_open(recording: Recording, now: datetime) -> bool:
    lapsed = recording.claimed_until is None or recording.claimed_until < now
    return recording.status is SearchStatus.QUEUED or (recording.status is SearchStatus.SEARCHING and lapsed)


def _change_held(table: Table, key: Key, worker: str, changes: dict[str, Any]) -> Item | None:
    """The recording, changed if the worker still holds it."""
    expression, values = setting(changes)
    return table.update(key, expression, _HELD, worker=worker, **values)
