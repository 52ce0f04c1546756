"""The attendance log in SQL: filtered, sorted and cut into pages by the database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Row, Select, Subquery, case, func, select

from attendance.adapters.sql.connection import Database
from attendance.adapters.sql.rows import contains, page_of, read, read_mark
from attendance.adapters.sql.tables import courses, lectures, mark_counts, marks, students
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


_GROUPED_BY: dict[str, ColumnElement[Any]] = {
    "time": marks.c.lecture_id,
    "course": marks.c.lecture_id,
    "student": marks.c.student_id,
}
"""What stands together in the log when it is sorted so: a page is found by counting these, not by sorting all marks."""


@dataclass(frozen=True, slots=True)
class _Window:
    ids: Sequence[str]
    skipped: int
    total: int


class SqlLog(Database):
    """The log of the MarkStore."""

    def log(self, wanted: LogFilter, *, page: int = 1, size: int = 50) -> Page[LogRow]:
        """Raises InvalidInput where it cannot be sorted so. Rows without a similarity come last when sorted by it."""
        query = select(marks, lectures, courses, *_STUDENT).select_from(_JOINED).where(*_conditions(wanted))
        query, page, size = _sorted(query, wanted.sort), max(1, page), max(1, size)
        group = _GROUPED_BY.get(sort_order(wanted.sort)[0])
        with self._reading() as connection:
            if group is None:
                return page_of(connection, query, page, size, _log_row)
            counted = connection.execute(_counting(wanted, group)).all()
            window = _window([(row[0], int(row[1])) for row in counted], (page - 1) * size, size)
            rows = query.where(group.in_(window.ids)).limit(size).offset(window.skipped)
            found = connection.execute(rows).all() if window.ids else []
            return Page([_log_row(row) for row in found], page, size, window.total)

    def log_totals(self, wanted: LogFilter) -> Counter[Status]:
        """By status."""
        if _by_lecture(wanted):
            its, number = mark_counts.c.status, func.sum(mark_counts.c.number)
            query = select(its, number).select_from(_counted(wanted)).where(*_conditions(wanted, its))
            query = query.where(mark_counts.c.number > 0)
        else:
            its = marks.c.status
            query = select(its, func.count()).select_from(_JOINED).where(*_conditions(wanted))
        with self._looking() as connection:
            return Counter({status: int(number) for status, number in connection.execute(query.group_by(its)).all()})


def _counting(wanted: LogFilter, group: ColumnElement[Any]) -> Select[Any]:
    """How many lines each lecture or student has, in the order of the log; only tables that are asked for are read."""
    column, turned = sort_order(wanted.sort)
    if group is marks.c.lecture_id and _by_lecture(wanted):
        return _in_order(_lectures_counted(wanted), column, turned=turned)
    read: FromClause = marks
    if wanted.course_ids is not None or wanted.from_at is not None or wanted.before_at is not None:
        read = read.join(lectures, lectures.c.id == marks.c.lecture_id)
    if wanted.text.strip():
        read = read.join(students, students.c.id == marks.c.student_id)
    counts = select(group.label("name"), func.count().label("lines")).select_from(read).where(*_conditions(wanted))
    each = counts.group_by(group).subquery()
    if group is marks.c.student_id:
        sorts = [one.desc() if turned else one for one in _SORTS[column]]
        named = each.join(students, students.c.id == each.c.name)
        return select(each.c.name, each.c.lines).select_from(named).order_by(*sorts)
    return _in_order(each, column, turned=turned)


def _by_lecture(wanted: LogFilter) -> bool:
    """Whether whole lectures are wanted, of which each has counted its marks by status."""
    return wanted.student_id is None and not wanted.text.strip()


def _counted(wanted: LogFilter) -> FromClause:
    of_lectures = wanted.course_ids is not None or wanted.from_at is not None or wanted.before_at is not None
    return mark_counts.join(lectures) if of_lectures else mark_counts


def _lectures_counted(wanted: LogFilter) -> Subquery:
    name, lines = mark_counts.c.lecture_id.label("name"), func.sum(mark_counts.c.number).label("lines")
    counts = select(name, lines).select_from(_counted(wanted)).where(*_conditions(wanted, mark_counts.c.status))
    return counts.where(mark_counts.c.number > 0).group_by(mark_counts.c.lecture_id).subquery()


def _in_order(each: Subquery, column: str, *, turned: bool) -> Select[Any]:
    sorts = [one.desc() if turned else one for one in _SORTS[column]]
    held = each.join(lectures, lectures.c.id == each.c.name).join(courses)
    ties = (lectures.c.starts_at, courses.c.code, courses.c.section, lectures.c.id)
    return select(each.c.name, each.c.lines).select_from(held).order_by(*sorts, *ties)


def _window(counted: Sequence[tuple[str, int]], first: int, size: int) -> _Window:
    """Those whose lines are on the page, and how many lines of the first of them come before it."""
    ids: list[str] = []
    skipped = before = 0
    for name, lines in counted:
        if before + lines > first and before < first + size:
            skipped = skipped if ids else first - before
            ids.append(name)
        before += lines
    return _Window(ids, max(0, skipped), before)


def _conditions(wanted: LogFilter, status: ColumnElement[Any] = marks.c.status) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.course_ids is not None:
        conditions.append(lectures.c.course_id.in_(wanted.course_ids))
    if wanted.student_id is not None:
        conditions.append(marks.c.student_id == wanted.student_id)
    if wanted.text.strip():
        conditions.append(contains(wanted.text, students.c.found_by))
    if wanted.statuses:
        conditions.append(status.in_(wanted.statuses))
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
