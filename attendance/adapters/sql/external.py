"""Ids that other systems gave, in SQL."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, Table, delete, insert, select

from attendance.adapters.sql.connection import Database
from attendance.adapters.sql.rows import in_parts, known_ids, read_all, values
from attendance.adapters.sql.tables import courses, external_ids, students, users
from attendance.model import ExternalId

_NAMED: tuple[tuple[str, Table], ...] = (("course_id", courses), ("student_id", students), ("user_id", users))


class SqlExternalIds(Database):
    """The ExternalIdStore."""

    def _save_external_ids(self, saved: Sequence[ExternalId], gone: Sequence[ExternalId]) -> None:
        """Those that name what is gone are passed over."""
        with self._writing() as connection:
            _forget(connection, [*gone, *saved])
            there = {name: known_ids(connection, table, _names(saved, name)) for name, table in _NAMED}
            rows = [
                values(one, external_ids)
                for one in {(one.source, one.kind, one.external_id): one for one in saved}.values()
                if all(getattr(one, name) is None or getattr(one, name) in known for name, known in there.items())
            ]
            if rows:
                connection.execute(insert(external_ids), rows)

    def external_ids(self, source: str) -> Sequence[ExternalId]:
        """By kind and id."""
        query = select(external_ids).where(external_ids.c.source == source)
        ordered = query.order_by(external_ids.c.kind, external_ids.c.external_id)
        with self._looking() as connection:
            return read_all(connection, ExternalId, external_ids, ordered)


def _names(saved: Sequence[ExternalId], name: str) -> list[str]:
    return [value for one in saved if (value := getattr(one, name)) is not None]


def _forget(connection: Connection, gone: Sequence[ExternalId]) -> None:
    groups: dict[tuple[str, str], list[str]] = {}
    for one in gone:
        groups.setdefault((one.source, one.kind), []).append(one.external_id)
    for (source, kind), ids in groups.items():
        its = (external_ids.c.source == source) & (external_ids.c.kind == kind)
        for some in in_parts(ids):
            connection.execute(delete(external_ids).where(its, external_ids.c.external_id.in_(some)))
