"""Marks and their history in SQL."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, String, and_, case, delete, func, insert, select, type_coerce

from attendance.adapters.sql.audit import name_of_user, with_user
from attendance.adapters.sql.connection import Database
from attendance.adapters.sql.mark_counts import count_changed
from attendance.adapters.sql.rows import in_parts, known_ids, lock, mark_values, read, read_mark, values
from attendance.adapters.sql.tables import lectures, mark_changes, mark_counts, marks, students
from attendance.changes import MarkStep
from attendance.model import BookMark, Mark, MarkChange, MarkTotal, Status
from attendance.sentences import moved_on, no_lecture, no_student

_OF_BOOKS = (marks.c.lecture_id, marks.c.student_id, marks.c.status, marks.c.own_status, marks.c.left_early)


class SqlMarks(Database):
    """The MarkStore without the log."""

    def _save_marks(self, lecture_id: str, steps: Sequence[MarkStep]) -> None:
        """In four statements, because a class of hundreds is marked after every search."""
        with self._writing() as connection:
            lock(connection, lectures, lecture_id, no_lecture())
            known = known_ids(connection, students, [step.student_id for step in steps])
            for step in steps:
                if step.is_by_a_person and step.student_id not in known:
                    raise no_student(step.student_id)
            steps = [step for step in steps if step.student_id in known]
            now = _marks_of(connection, lecture_id)
            if any(now.get(step.student_id) != step.old for step in steps):
                raise moved_on()
            _delete(connection, lecture_id, [step.student_id for step in steps])
            new = [mark_values(step.new) for step in steps if step.new is not None]
            if new:
                connection.execute(insert(marks), new)
            count_changed(connection, lecture_id, [(step.old, step.new) for step in steps])
            _remember(connection, [change for step in steps for change in step.changes])

    def marks(self, lecture_id: str) -> Sequence[Mark]:
        """Sorted by student id."""
        with self._looking() as connection:
            return list(_marks_of(connection, lecture_id).values())

    def course_marks(self, course_id: str) -> Sequence[BookMark]:
        """Sorted by lecture id and student id."""
        query = select(*_OF_BOOKS, marks.c.set_by.is_not(None).label("by_person")).join(lectures)
        query = query.where(lectures.c.course_id == course_id).order_by(marks.c.lecture_id, marks.c.student_id)
        with self._looking() as connection:
            return [BookMark(*row) for row in connection.execute(query).all()]

    def mark_changes(self, lecture_id: str) -> Sequence[MarkChange]:
        """Of all marks of a lecture, oldest first."""
        return self._history(mark_changes.c.lecture_id == lecture_id)

    def mark_totals(
        self, bounds: Sequence[datetime], *, course_ids: Sequence[str] | None = None, without: Collection[str] = ()
    ) -> Sequence[MarkTotal]:
        """Of what each lecture counted; the marks themselves are not read."""
        starts, counted = lectures.c.starts_at, mark_counts.c
        wanted = [starts >= bounds[0], starts < bounds[-1], lectures.c.ends_at <= bounds[-1], counted.number > 0]
        if course_ids is not None:
            wanted.append(lectures.c.course_id.in_(course_ids))
        if without:
            wanted.append(lectures.c.id.not_in(without))
        part = case(*((starts < after, number) for number, after in enumerate(bounds[1:])), else_=len(bounds) - 2)
        keys = (
            lectures.c.course_id,
            part.label("part"),
            type_coerce(counted.status, String).label("status"),
            counted.own_status,
        )
        query = select(*keys, func.sum(counted.number)).select_from(mark_counts.join(lectures)).where(*wanted)
        query = query.group_by(*keys)
        with self._looking() as connection:
            rows = connection.execute(query).all()
        return [MarkTotal(course, at, Status(status), own or None, int(n)) for course, at, status, own, n in rows]

    def mark_history(self, lecture_id: str, student_id: str) -> Sequence[MarkChange]:
        """Oldest first."""
        return self._history(and_(mark_changes.c.lecture_id == lecture_id, mark_changes.c.student_id == student_id))

    def _history(self, its: ColumnElement[bool]) -> Sequence[MarkChange]:
        query = with_user(mark_changes).where(its).order_by(mark_changes.c.at, mark_changes.c.id)
        with self._looking() as connection:
            return [
                replace(read(MarkChange, mark_changes, row), by_name=name_of_user(mark_changes, row))
                for row in connection.execute(query).all()
            ]


def _delete(connection: Connection, lecture_id: str, student_ids: Sequence[str]) -> None:
    for some in in_parts(student_ids):
        theirs = and_(marks.c.lecture_id == lecture_id, marks.c.student_id.in_(some))
        connection.execute(delete(marks).where(theirs))


def _marks_of(connection: Connection, lecture_id: str) -> dict[str, Mark]:
    query = select(marks).where(marks.c.lecture_id == lecture_id).order_by(marks.c.student_id)
    return {mark.student_id: mark for mark in map(read_mark, connection.execute(query).all())}


def _remember(connection: Connection, changes: Sequence[MarkChange]) -> None:
    if changes:
        connection.execute(insert(mark_changes), [values(change, mark_changes) for change in changes])
