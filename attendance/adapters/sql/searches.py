"""The lease on a search in SQL, and what was spent on searches."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, or_, select, update

from attendance.adapters.sql.connection import Database
from attendance.adapters.sql.outbox import erase_keys
from attendance.adapters.sql.rows import known_ids, lock, one, values
from attendance.adapters.sql.tables import recordings, search_months, search_orders, sightings, students
from attendance.errors import AlreadyExists, Conflict
from attendance.model import Recording, SearchStatus, Sighting
from attendance.sentences import moved_on, no_recording

_UNCLAIMED: dict[str, Any] = {"claimed_by": None, "claimed_until": None}


def _open_to_claims(now: datetime) -> ColumnElement[bool]:
    lapsed = or_(recordings.c.claimed_until < now, recordings.c.claimed_until.is_(None))
    return or_(
        recordings.c.status == SearchStatus.QUEUED,
        and_(recordings.c.status == SearchStatus.SEARCHING, lapsed),
    )


def _change_held(connection: Connection, recording_id: str, worker: str, **changes: Any) -> bool:
    """Change the recording if the worker still holds it, and say whether it did."""
    held = and_(recordings.c.id == recording_id, recordings.c.claimed_by == worker)
    return connection.execute(update(recordings).where(held).values(**changes)).rowcount == 1


class SqlSearches(Database):
    """The SearchStore."""

    def _queue_search(self, recording_id: str, now: datetime) -> None:
        """Raises NotFound, Conflict."""
        finished = recordings.c.status.in_([SearchStatus.DONE, SearchStatus.FAILED])
        free = and_(recordings.c.id == recording_id, or_(finished, _open_to_claims(now)))
        fresh = {"status": SearchStatus.QUEUED, "attempts": 0, "error": None, "progress": 0.0, **_UNCLAIMED}
        with self._writing() as connection:
            lock(connection, recordings, recording_id, no_recording())
            if not connection.execute(update(recordings).where(free).values(fresh)).rowcount:
                raise Conflict("This recording is being searched at this moment.")

    def waiting_searches(self, now: datetime) -> Sequence[str]:
        """Oldest first."""
        query = select(recordings.c.id).where(_open_to_claims(now))
        with self._looking() as connection:
            return connection.scalars(query.order_by(recordings.c.created_at, recordings.c.id)).all()

    def claim_search(self, recording_id: str, worker: str, now: datetime, until: datetime) -> Recording | None:
        """None where it is held, done, failed or gone."""
        its = recordings.c.id == recording_id
        claiming = update(recordings).where(its, _open_to_claims(now))
        claiming = claiming.values(
            status=SearchStatus.SEARCHING,
            claimed_by=worker,
            claimed_until=until,
            attempts=recordings.c.attempts + 1,
            progress=0.0,
            error=None,
        )
        with self._writing() as connection:
            if connection.execute(claiming).rowcount != 1:
                return None
            return one(connection, Recording, recordings, its, no_recording())

    def renew_claim(self, recording_id: str, worker: str, until: datetime, progress: float) -> bool:
        """False where the lease was lost."""
        with self._writing() as connection:
            return _change_held(connection, recording_id, worker, claimed_until=until, progress=progress)

    def release_claim(self, recording_id: str, worker: str, reason: str | None = None) -> None:
        """Back to queued, the attempt not counted."""
        attempts = recordings.c.attempts - 1
        queued = {"status": SearchStatus.QUEUED, "attempts": attempts, "progress": 0.0, "error": reason, **_UNCLAIMED}
        with self._writing() as connection:
            _change_held(connection, recording_id, worker, **queued)

    def save_sightings(
        self, recording_id: str, worker: str, sightings: Sequence[Sighting], engine: str, at: datetime
    ) -> bool:
        """False where the lease was lost.

        A sighting that names a student who was removed during the search is left out, and its picture erased.
        """
        with self._writing() as connection:
            if not _change_held(connection, recording_id, worker, engine=engine, searched_at=at):
                return False
            _replace_sightings(connection, recording_id, sightings)
            return True

    def _finish_search(self, recording_id: str, worker: str) -> None:
        """Raises MovedOn where the lease was lost."""
        done = {"status": SearchStatus.DONE, "progress": 1.0, **_UNCLAIMED}
        with self._writing() as connection:
            if not _change_held(connection, recording_id, worker, **done):
                raise moved_on()

    def fail_search(self, recording_id: str, worker: str, sentence: str) -> bool:
        """False where the lease was lost."""
        failed = {"status": SearchStatus.FAILED, "error": sentence, **_UNCLAIMED}
        with self._writing() as connection:
            return _change_held(connection, recording_id, worker, **failed)


def _replace_sightings(connection: Connection, recording_id: str, new: Sequence[Sighting]) -> None:
    students_left = known_ids(connection, students, [seen.student_id for seen in new if seen.student_id is not None])
    kept = [seen for seen in new if seen.student_id is None or seen.student_id in students_left]
    of_recording = sightings.c.recording_id == recording_id
    pictures = set(connection.scalars(select(sightings.c.picture_key).where(of_recording)).all())
    pictures |= {seen.picture_key for seen in new}
    erase_keys(connection, pictures - {seen.picture_key for seen in kept})
    connection.execute(delete(sightings).where(of_recording))
    if kept:
        connection.execute(insert(sightings), [values(seen, sightings) for seen in kept])


class SqlSpending(Database):
    """The SpendingStore."""

    def order_search(self, month: str, token: str, seconds: float, most_seconds: float | None) -> bool:
        """False where the month would come to more."""
        with suppress(AlreadyExists), self._writing() as connection:
            connection.execute(insert(search_months).values(month=month, seconds=0.0))
        adding = update(search_months).where(search_months.c.month == month)
        if most_seconds is not None:
            adding = adding.where(search_months.c.seconds + seconds <= most_seconds)
        try:
            with self._writing() as connection:
                if connection.scalar(select(search_orders.c.token).where(search_orders.c.token == token)) is not None:
                    return True
                if not connection.execute(adding.values(seconds=search_months.c.seconds + seconds)).rowcount:
                    return False
                connection.execute(insert(search_orders).values(token=token, month=month, seconds=seconds))
        except AlreadyExists:  # the same order was written by another process just now, and this one is undone
            pass
        return True

    def ordered_seconds(self, month: str) -> float:
        """0 where nothing was ordered."""
        query = select(search_months.c.seconds).where(search_months.c.month == month)
        with self._looking() as connection:
            return connection.scalar(query) or 0.0
