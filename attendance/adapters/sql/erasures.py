"""Media whose rows are gone, remembered in the same transaction until their files are gone too."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, String, insert, literal, select, union

from attendance.adapters.sql.tables import (
    erasures,
    faces,
    lectures,
    marks,
    recordings,
    renewed_faces,
    sightings,
)
from attendance.media_keys import COPY


def erase_keys(connection: Connection, keys: Iterable[str | None]) -> None:
    """Remember these keys."""
    rows = [{"key": key} for key in sorted({key for key in keys if key is not None})]
    if rows:
        connection.execute(insert(erasures), rows)


def erase_found(connection: Connection, *queries: Select[Any]) -> None:
    """Remember the keys that these queries of one column find."""
    found = union(*queries).subquery()
    key = found.c[0]
    connection.execute(insert(erasures).from_select(["key"], select(key).where(key.is_not(None))))


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
    """Photos and thumbnails of the faces that meet the condition, and what a face service keeps of them."""
    renewals = renewed_faces.c.face_id.in_(select(faces.c.id).where(where))
    erase_found(
        connection,
        select(faces.c.photo_key).where(where),
        select(faces.c.thumbnail_key).where(where),
        select(literal(COPY, String()).concat(faces.c.external_id)).where(where),
        select(literal(COPY, String()).concat(renewed_faces.c.external_id)).where(renewals),
    )
