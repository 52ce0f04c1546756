"""Marks and their history in SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, select, update

from attendance.adapters.sql.audit import name_of_user, with_user
from attendance.adapters.sql.connection import Database
from attendance.adapters.sql.rows import in_parts, known_ids, lock, mark_values, read, read_mark, values
from attendance.adapters.sql.tables import lectures, mark_changes, marks, students
from attendance.model import Mark, MarkChange
from attendance.rules.merging import change_of, changed_marks, decided, step, withdrawn_marks
from attendance.sentences import no_lecture, no_mark, no_student


class SqlMarks(Database):
    """The MarkStore without the log."""

    def save_machine_marks(self, lecture_id: str, marks: Sequence[Mark]) -> None:
        """All or nothing. Raises NotFound (lecture). Marks of students who were removed meanwhile are left out."""
        with self._writing() as connection:
            lock(connection, lectures, lecture_id, no_lecture())
            known = known_ids(connection, students, [mark.student_id for mark in marks])
            before = _marks_of(connection, lecture_id)
            after = {mark.student_id: mark for mark in marks if mark.student_id in known}
            _save_opinions(connection, lecture_id, before, after)

    def set_mark(self, mark: Mark) -> Mark:
        """Raises NotFound (lecture or student)."""
        if mark.set_by is None:
            raise ValueError("a person's mark says who set it")
        with self._writing() as connection:
            lock(connection, lectures, mark.lecture_id, no_lecture())
            lock(connection, students, mark.student_id, no_student(mark.student_id))
            old = _mark(connection, mark.lecture_id, mark.student_id)
            new = decided(old, mark) if old else mark
            _save(connection, old, new)
            _remember(connection, [change_of(old, new, by=mark.set_by, reason=mark.reason)])
            return new

    def clear_person_mark(self, lecture_id: str, student_id: str, by: str, at: datetime, reason: str) -> Mark:
        """Raises NotFound. A mark that is the machine's already stays as it is."""
        with self._writing() as connection:
            lock(connection, lectures, lecture_id, no_lecture())
            old = _mark(connection, lecture_id, student_id)
            if old is None:
                raise no_mark()
            if old.set_by is None:
                return old
            new = replace(old, status=old.machine_status, set_by=None, reason="", updated_at=at)
            _save(connection, old, new)
            _remember(connection, [change_of(old, new, by=by, reason=reason)])
            return new

    def marks(self, lecture_id: str) -> Sequence[Mark]:
        """Sorted by student id."""
        with self._looking() as connection:
            return list(_marks_of(connection, lecture_id).values())

    def mark_history(self, lecture_id: str, student_id: str) -> Sequence[MarkChange]:
        """Oldest first."""
        its = and_(mark_changes.c.lecture_id == lecture_id, mark_changes.c.student_id == student_id)
        query = with_user(mark_changes).where(its).order_by(mark_changes.c.at, mark_changes.c.id)
        with self._looking() as connection:
            return [
                replace(read(MarkChange, mark_changes, row), by_name=name_of_user(mark_changes, row))
                for row in connection.execute(query).all()
            ]


def _save_opinions(
    connection: Connection, lecture_id: str, before: Mapping[str, Mark], after: Mapping[str, Mark]
) -> None:
    """Write what differs in three statements: a class of hundreds is marked after every search."""
    changed = changed_marks(before, after)
    withdrawn = withdrawn_marks(before, after)
    _delete(connection, lecture_id, [*withdrawn, *(mark.student_id for mark in changed)])
    if changed:
        connection.execute(insert(marks), [mark_values(mark) for mark in changed])
    _remember(connection, [change for new in changed for change in step(before.get(new.student_id), new)])


def _delete(connection: Connection, lecture_id: str, student_ids: Sequence[str]) -> None:
    for some in in_parts(student_ids):
        theirs = and_(marks.c.lecture_id == lecture_id, marks.c.student_id.in_(some))
        connection.execute(delete(marks).where(theirs))


def _is(lecture_id: str, student_id: str) -> ColumnElement[bool]:
    return and_(marks.c.lecture_id == lecture_id, marks.c.student_id == student_id)


def _mark(connection: Connection, lecture_id: str, student_id: str) -> Mark | None:
    row = connection.execute(select(marks).where(_is(lecture_id, student_id))).one_or_none()
    return read_mark(row) if row else None


def _marks_of(connection: Connection, lecture_id: str) -> dict[str, Mark]:
    query = select(marks).where(marks.c.lecture_id == lecture_id).order_by(marks.c.student_id)
    return {mark.student_id: mark for mark in map(read_mark, connection.execute(query).all())}


def _save(connection: Connection, old: Mark | None, new: Mark) -> None:
    if old is None:
        connection.execute(insert(marks).values(mark_values(new)))
    else:
        connection.execute(update(marks).where(_is(new.lecture_id, new.student_id)).values(mark_values(new)))


def _remember(connection: Connection, changes: Sequence[MarkChange]) -> None:
    if changes:
        connection.execute(insert(mark_changes), [values(change, mark_changes) for change in changes])
