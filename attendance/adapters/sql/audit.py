"""The audit trail and the list of what is still to be erased, in SQL."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Table, func, insert, or_, select, update

from attendance.adapters.sql.connection import Database
from attendance.adapters.sql.rows import in_parts, page_of, read, values
from attendance.adapters.sql.tables import (
    appeals,
    audit,
    check_ins,
    door_registrations,
    faces,
    marks,
    outbox,
    recordings,
    sightings,
    users,
    visits,
)
from attendance.model import ALL_ENTRIES, ERASE, AuditEntry, AuditFilter, Page
from attendance.rules.audit import subject_key, topic_of
from attendance.rules.texts import without_names
from attendance.sentences import REMOVED_USER

_MEDIA_KEYS = (
    faces.c.photo_key,
    faces.c.thumbnail_key,
    recordings.c.media_key,
    sightings.c.picture_key,
    marks.c.evidence_picture_key,
    visits.c.picture_key,
    appeals.c.file_key,
    check_ins.c.picture_key,
    check_ins.c.out_picture_key,
    door_registrations.c.picture_key,
)


class SqlAudit(Database):
    """The AuditStore."""

    def _add_audit(self, entry: AuditEntry) -> None:
        """Append-only, but for `_forget_names`."""
        with self._writing() as connection:
            found_by = {"topic": topic_of(entry), "subject_key": subject_key(entry.subject)}
            connection.execute(insert(audit).values(values(entry, audit) | found_by))

    def audit(self, wanted: AuditFilter = ALL_ENTRIES, *, page: int = 1, size: int = 50) -> Page[AuditEntry]:
        """Newest first."""
        query = with_user(audit).where(*_limits(wanted)).order_by(audit.c.at.desc(), audit.c.id.desc())
        with self._reading() as connection:
            return page_of(
                connection,
                query,
                page,
                size,
                lambda row: replace(read(AuditEntry, audit, row), by_name=name_of_user(audit, row)),
            )

    def _forget_names(self, names: Collection[str]) -> None:
        """Of somebody who is removed."""
        texts = (audit.c.subject, audit.c.detail)
        said = or_(*(column.contains(name, autoescape=True) for column in texts for name in sorted(names)))
        with self._removing() as connection:
            for row in connection.execute(select(audit).where(said).with_for_update()).all():
                before = read(AuditEntry, audit, row)
                after = without_names(before, names)
                if after != before:
                    new = {
                        "subject": after.subject,
                        "detail": after.detail,
                        "subject_key": subject_key(after.subject),
                    }
                    connection.execute(update(audit).where(audit.c.id == row.id).values(new))

    def pending_erasures(self, limit: int = 1000) -> Sequence[str]:
        """The longest pending first."""
        deletions = select(outbox.c.subject).where(outbox.c.handler == ERASE).group_by(outbox.c.subject)
        query = deletions.order_by(func.min(outbox.c.id)).limit(limit)
        with self._looking() as connection:
            return connection.scalars(query).all()

    def unclaimed(self, keys: Sequence[str]) -> Sequence[str]:
        """In the order given."""
        with self._reading() as connection:
            named = {
                key
                for some in in_parts(sorted(set(keys)))
                for column in _MEDIA_KEYS
                for key in connection.scalars(select(column).where(column.in_(some))).all()
            }
        return [key for key in keys if key not in named]


def _limits(wanted: AuditFilter) -> Iterator[ColumnElement[bool]]:
    """Each is of an indexed column."""
    if wanted.by is not None:
        yield audit.c.by == wanted.by if wanted.by else audit.c.by.is_(None)
    if wanted.topic:
        yield audit.c.topic == wanted.topic
    if wanted.subject:
        yield audit.c.subject_key == subject_key(wanted.subject)
    if wanted.from_at is not None:
        yield audit.c.at >= wanted.from_at
    if wanted.before_at is not None:
        yield audit.c.at < wanted.before_at


def with_user(table: Table) -> Select[Any]:
    """The entries of a table with the users that its column `by` names, where they still exist."""
    joined = table.outerjoin(users, users.c.id == table.c.by)
    return select(table, users.c.name, users.c.email).select_from(joined)


def name_of_user(table: Table, row: Row[Any]) -> str:
    """Name or email; empty where nobody did it."""
    entry = row._mapping
    if entry[table.c.by] is None:
        return ""
    return entry[users.c.name] or entry[users.c.email] or REMOVED_USER
