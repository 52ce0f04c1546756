"""How many marks of each status each lecture has, in SQL: changed in the transaction that changes the marks."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, bindparam, func, insert, select, update

from attendance.adapters.sql.tables import mark_counts, marks
from attendance.model import Mark, Status

_Kind = tuple[Status, str]
_ONE = (
    mark_counts.c.lecture_id == bindparam("of"),
    mark_counts.c.status == bindparam("kind"),
    mark_counts.c.own_status == bindparam("own"),
)
_ADDING = update(mark_counts).where(*_ONE).values(number=mark_counts.c.number + bindparam("more"))


def count_changed(connection: Connection, lecture_id: str, steps: Iterable[tuple[Mark | None, Mark | None]]) -> None:
    """Marks of a lecture, whose row the transaction holds, were these before and are these now."""
    changed: Counter[_Kind] = Counter()
    for old, new in steps:
        changed.update(_kinds(new))
        changed.subtract(_kinds(old))
    for (status, own), number in sorted(changed.items()):
        if number and not _add(connection, lecture_id, status, own, number):
            row = {"lecture_id": lecture_id, "status": status, "own_status": own, "number": number}
            connection.execute(insert(mark_counts).values(row))


def count_without(connection: Connection, student_id: str) -> None:
    """All marks of a student, whose row the transaction holds, are about to go.

    What goes is taken off, and nothing counted anew: a class that is marked at this moment takes its own part off.
    """
    kinds = (marks.c.lecture_id, marks.c.status, func.coalesce(marks.c.own_status, ""))
    theirs = connection.execute(select(*kinds).where(marks.c.student_id == student_id).order_by(*kinds)).all()
    for lecture_id, status, own in theirs:
        _add(connection, lecture_id, status, own, -1)


def count_all(connection: Connection) -> None:
    """For whoever wrote marks into an empty table by the row, as benches do."""
    kinds = (marks.c.lecture_id, marks.c.status, func.coalesce(marks.c.own_status, ""))
    counted = select(*kinds, func.count()).group_by(*kinds)
    connection.execute(insert(mark_counts).from_select(["lecture_id", "status", "own_status", "number"], counted))


def counts_of(connection: Connection, lecture_ids: Sequence[str]) -> Mapping[str, Counter[Status]]:
    """By status alone; a lecture without marks has none."""
    found: defaultdict[str, Counter[Status]] = defaultdict(Counter)
    query = select(mark_counts.c.lecture_id, mark_counts.c.status, mark_counts.c.number)
    for lecture_id, status, number in connection.execute(query.where(mark_counts.c.lecture_id.in_(lecture_ids))).all():
        found[lecture_id][status] += number
    return found


def _kinds(mark: Mark | None) -> list[_Kind]:
    return [(mark.status, mark.own_status or "")] if mark is not None else []


def _add(connection: Connection, lecture_id: str, status: Status, own: str, number: int) -> bool:
    given = {"of": lecture_id, "kind": status, "own": own, "more": number}
    return bool(connection.execute(_ADDING, given).rowcount)
