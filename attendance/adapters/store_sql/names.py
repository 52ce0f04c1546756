"""Who did it, by name, for the entries of history and audit."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, Select, Table, select

from attendance.adapters.store_sentences import REMOVED_USER
from attendance.adapters.store_sql.tables import users


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
