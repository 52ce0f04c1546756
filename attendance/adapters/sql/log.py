"""The attendance log in SQL: filtered, sorted and cut into pages by the database."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, case, func, select

from attendance.adapters.sql.connection import Database
from attendance.adapters.sql.rows import contains, page_of, read, read_mark, tally
from attendance.adapters.sql.tables import courses, lectures, marks, students
from attendance.model import Course, Lecture, LogFilter, LogRow, Page, Status
from attendance.rules.log import STATUS_ORDER, sort_order

_JOINED = marks.join(lectures).join(courses).join(students, students.c.id == marks.c.student_id)
_STUDENT = (students.c.name.label("student_name"), students.c.key.label("student_key"))
_SORTS: dict[str, tuple[ColumnElement[Any], ...]] = {
    "time": (lectures.c.starts_at,),
    "student": (students.c.name_folded, students.c.id),
    "status": (case(STATUS_ORDER, value=marks.c.status),),
    "course": (courses.c.code, courses.c.section),
    "similarity": (marks.c.evidence_similarity,),
}
_TIES = (lectures.c.starts_at, courses.c.code, courses.c.section, marks.c.student_id, lectures.c.id)


class SqlLog(Database):
    """The log of the MarkStore."""

    def log(self, wanted: LogFilter, *, page: int = 1, size: int = 50) -> Page[LogRow]:
        """Raises InvalidInput where it cannot be sorted so. Rows without a similarity come last when sorted by it."""
        query = select(marks, lectures, courses, *_STUDENT).select_from(_JOINED).where(*_conditions(wanted))
        with self._reading() as connection:
            return page_of(connection, _sorted(query, wanted.sort), page, size, _log_row)

    def log_totals(self, wanted: LogFilter) -> Counter[Status]:
        """By status."""
        query = select(marks.c.status, func.count()).select_from(_JOINED).where(*_conditions(wanted))
        with self._looking() as connection:
            return tally(connection, query.group_by(marks.c.status))


def _conditions(wanted: LogFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.course_ids is not None:
        conditions.append(lectures.c.course_id.in_(wanted.course_ids))
    if wanted.student_id is not None:
        conditions.append(marks.c.student_id == wanted.student_id)
    if wanted.text.strip():
        conditions.append(contains(wanted.text, students.c.found_by))
    if wanted.statuses:
        conditions.append(marks.c.status.in_(wanted.statuses))
    if wanted.from_at is not None:
        conditions.append(lectures.c.starts_at >= wanted.from_at)
    if wanted.before_at is not None:
        conditions.append(lectures.c.starts_at < wanted.before_at)
    return conditions


def _sorted(query: Select[Any], sort: str) -> Select[Any]:
    column, turned = sort_order(sort)
    if column == "similarity":
        query = query.order_by(case((marks.c.evidence_similarity.is_(None), 1), else_=0))
    return query.order_by(*(one.desc() if turned else one for one in _SORTS[column]), *_TIES)


def _log_row(row: Row[Any]) -> LogRow:
    mark = read_mark(row)
    return LogRow(
        lecture=read(Lecture, lectures, row),
        course=read(Course, courses, row),
        student_id=mark.student_id,
        student_name=row.student_name,
        student_key=row.student_key,
        mark=mark,
    )
