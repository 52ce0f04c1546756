"""Rows to dataclasses and back, and lists a page at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Column, ColumnElement, Connection, Row, Select, Table, false, func, select

from attendance.adapters.sql.tables import marks
from attendance.errors import NotFound
from attendance.model import CheckIn, Evidence, Mark, Page
from attendance.rules.texts import folded, searchable
from attendance.rules.versions import check_as_read

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    D = TypeVar("D", bound=DataclassInstance)
T = TypeVar("T")

_LONGEST_TEXT = 1400  # of any column that is searched
_WITHIN_MARKS: Sequence[tuple[str, type[Any], str]] = (
    ("evidence", Evidence, "recording_id"),
    ("check_in", CheckIn, "at"),
)
"""What a mark holds in columns of its own, and the field that is never empty where it is there."""
_FOUND_BY = {"students": ("id", "name"), "users": ("email", "name")}


def read(kind: type[D], table: Table, row: Row[Any]) -> D:
    """A row of the table, also inside a join, as its dataclass."""
    mapping = row._mapping
    return kind(**{name: mapping[column] for name, column in _stored(kind, table)})


@cache
def _stored(kind: type[DataclassInstance], table: Table) -> tuple[tuple[str, Column[Any]], ...]:
    """The fields of a dataclass that the table holds, with their columns."""
    return tuple((field.name, table.c[field.name]) for field in fields(kind) if field.name in table.c)


def values(item: DataclassInstance, table: Table) -> dict[str, Any]:
    """What the table holds of a dataclass, with the forms that it sorts and searches by."""
    stored = {name: getattr(item, name) for name, _ in _stored(type(item), table)}
    stored |= {f"{name}_folded": folded(stored[name]) for name in list(stored) if f"{name}_folded" in table.c}
    if table.name in _FOUND_BY:
        stored["found_by"] = found_by(*(stored[name] for name in _FOUND_BY[table.name]))
    return stored


def read_mark(row: Row[Any]) -> Mark:
    """A row of marks, also inside a join, with evidence and check-in where it has any."""
    mapping = row._mapping
    found = {field.name: mapping[marks.c[field.name]] for field in fields(Mark) if field.name in marks.c}
    for name, kind, always in _WITHIN_MARKS:
        if mapping[marks.c[f"{name}_{always}"]] is not None:
            found[name] = kind(**{field.name: mapping[marks.c[f"{name}_{field.name}"]] for field in fields(kind)})
    return Mark(**found)


def mark_values(mark: Mark) -> dict[str, Any]:
    """What the table of marks holds of a mark."""
    within = {
        f"{name}_{field.name}": getattr(getattr(mark, name), field.name, None)
        for name, kind, _ in _WITHIN_MARKS
        for field in fields(kind)
    }
    return values(mark, marks) | within


def read_all(connection: Connection, kind: type[D], table: Table, query: Select[Any]) -> list[D]:
    """All rows of a query, fetched at once.

    Between two rows that are fetched singly SQLite's driver lets other threads run Python, and under load one of them
    does: fifty rows then wait fifty times.
    """
    return [read(kind, table, row) for row in connection.execute(query).all()]


def one(connection: Connection, kind: type[D], table: Table, where: ColumnElement[bool], missing: NotFound) -> D:
    """The only row there is. Raises `missing` where there is none."""
    row = connection.execute(select(table).where(where)).one_or_none()
    if row is None:
        raise missing
    return read(kind, table, row)


def tally(connection: Connection, query: Select[Any]) -> Counter[Any]:
    """How many there are of each, of a query that groups and counts."""
    found: Counter[Any] = Counter()
    for each, number in connection.execute(query).all():
        found[each] = number
    return found


def lock(connection: Connection, table: Table, row_id: str, missing: NotFound) -> None:
    """Hold a row until the transaction ends, so that what hangs on it is changed by one at a time. Raises `missing`."""
    if connection.execute(select(table.c.id).where(table.c.id == row_id).with_for_update()).one_or_none() is None:
        raise missing


def lock_as_read(
    connection: Connection,
    table: Table,
    row_id: str,
    was: DataclassInstance | None,
    missing: NotFound,
    names: Collection[str] = (),
) -> None:
    """Hold a row likewise, where it still is as it was read. Raises `missing`, MovedOn."""
    row = connection.execute(select(table).where(table.c.id == row_id).with_for_update()).one_or_none()
    if row is None:
        raise missing
    if was is not None:
        check_as_read(read(type(was), table, row), was, names)


def known_ids(connection: Connection, table: Table, ids: Sequence[str]) -> set[str]:
    """Those of the ids that exist; their rows stay until the transaction ends."""
    found: set[str] = set()
    for some in in_parts(sorted(set(ids))):
        query = select(table.c.id).where(table.c.id.in_(some)).order_by(table.c.id)
        found.update(connection.scalars(query.with_for_update(read=True)).all())
    return found


def in_parts(items: Sequence[T], size: int = 500) -> Iterator[Sequence[T]]:
    """The items a part at a time: databases take only so many parameters at once."""
    return (items[start : start + size] for start in range(0, len(items), size))


def found_by(*words: str) -> str:
    """What a row is found by: its words, each on a line of its own, so that no text is found across two."""
    return "\n".join(map(searchable, words))


def contains(text: str, column: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether the text is part of one of the words in the column `found_by`, taken literally."""
    wanted = searchable(text)
    if len(wanted) > _LONGEST_TEXT:  # longer than all that is stored, and than a pattern may be
        return false()
    return column.contains(wanted, autoescape=True)


def page_of(
    connection: Connection, query: Select[Any], page: int, size: int, read_row: Callable[[Row[Any]], T]
) -> Page[T]:
    """One page of an ordered query, counted from 1; a page after the last is empty."""
    page, size = max(1, page), max(1, size)
    counting = query.with_only_columns(func.count(), maintain_column_froms=True).order_by(None)
    total = connection.scalar(counting) or 0
    first = (page - 1) * size
    rows = connection.execute(query.limit(size).offset(first)).all() if first < total else []
    return Page([read_row(row) for row in rows], page, size, total)
