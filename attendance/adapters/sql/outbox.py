"""The outbox in SQL: events that wait for their handlers, and deletions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    String,
    and_,
    delete,
    insert,
    literal,
    select,
    union,
    update,
)

from attendance.adapters.sql.connection import Database
from attendance.adapters.sql.rows import in_parts, read, values
from attendance.adapters.sql.tables import faces, lectures, marks, outbox, recordings, renewed_faces, sightings
from attendance.media_keys import COPY
from attendance.model import ERASE, OutboxItem

_BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)
_DELETION = {"handler": ERASE, "body": "", "created_at": _BEFORE_ALL, "due_at": _BEFORE_ALL, "attempts": 0}


class SqlOutbox(Database):
    """The OutboxStore."""

    def outbox(self, handler: str, *, limit: int = 1000) -> Sequence[OutboxItem]:
        """The oldest first."""
        query = select(outbox).where(outbox.c.handler == handler).order_by(outbox.c.id).limit(limit)
        with self._looking() as connection:
            return [_item(row) for row in connection.execute(query).all()]

    def claim_outbox(self, item: OutboxItem, until: datetime) -> bool:
        """False where somebody else has it, or it is done."""
        as_read = and_(outbox.c.id == int(item.id), outbox.c.attempts == item.attempts)
        taking = update(outbox).where(as_read).values(due_at=until, attempts=item.attempts + 1)
        with self._writing() as connection:
            return connection.execute(taking).rowcount == 1

    def postpone_outbox(self, item: OutboxItem) -> None:
        """Nothing happens where it is done."""
        new = {"due_at": item.due_at, "attempts": item.attempts, "error": item.error}
        with self._writing() as connection:
            connection.execute(update(outbox).where(outbox.c.id == int(item.id)).values(new))

    def finish_outbox(self, items: Sequence[OutboxItem]) -> None:
        """They are done. Of a deletion that stands here twice, both are."""
        keys = sorted({item.subject for item in items if item.handler == ERASE})
        ids = [int(item.id) for item in items if item.handler != ERASE]
        # What is left of an event in the file may name a person; of a deletion it is a key that means nothing.
        with self._removing() if ids else self._writing() as connection:
            for some in in_parts(keys):
                connection.execute(delete(outbox).where(outbox.c.handler == ERASE, outbox.c.subject.in_(some)))
            for numbers in in_parts(ids):
                connection.execute(delete(outbox).where(outbox.c.id.in_(numbers)))

    def _add_to_outbox(self, items: Sequence[OutboxItem]) -> None:
        rows = [{name: value for name, value in values(item, outbox).items() if name != "id"} for item in items]
        if rows:
            with self._writing() as connection:
                connection.execute(insert(outbox), rows)


def erase_keys(connection: Connection, keys: Iterable[str | None]) -> None:
    """Remember these media keys, in the transaction in which their rows go, until their files are gone too."""
    rows = [{"subject": key, **_DELETION} for key in sorted({key for key in keys if key is not None})]
    if rows:
        connection.execute(insert(outbox), rows)


def erase_found(connection: Connection, *queries: Select[Any]) -> None:
    """Remember the keys that these queries of one column find."""
    key = union(*queries).subquery().c[0]
    found = select(key, *(literal(value, outbox.c[name].type) for name, value in _DELETION.items()))
    connection.execute(insert(outbox).from_select(["subject", *_DELETION], found.where(key.is_not(None))))


def erase_lecture_media(connection: Connection, where: ColumnElement[bool]) -> None:
    """All media of the lectures that meet the condition."""
    gone = select(lectures.c.id).where(where)
    filmed = select(recordings.c.id).where(recordings.c.lecture_id.in_(gone))
    erase_found(
        connection,
        select(recordings.c.media_key).where(recordings.c.lecture_id.in_(gone)),
        select(sightings.c.picture_key).where(sightings.c.recording_id.in_(filmed)),
        select(marks.c.evidence_picture_key).where(marks.c.lecture_id.in_(gone)),
    )


def erase_face_media(connection: Connection, where: ColumnElement[bool]) -> None:
    """Photos and thumbnails of the faces that meet the condition, and what a face service holds of them."""
    renewals = renewed_faces.c.face_id.in_(select(faces.c.id).where(where))
    erase_found(
        connection,
        select(faces.c.photo_key).where(where),
        select(faces.c.thumbnail_key).where(where),
        select(literal(COPY, String()).concat(faces.c.external_id)).where(where),
        select(literal(COPY, String()).concat(renewed_faces.c.external_id)).where(renewals),
    )


def _item(row: Row[Any]) -> OutboxItem:
    item = read(OutboxItem, outbox, row)
    return replace(item, id=str(item.id))
