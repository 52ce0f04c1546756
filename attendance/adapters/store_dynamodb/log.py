"""The attendance log in DynamoDB: read by student, or by course and time; filtered and sorted in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from attendance.adapters import store_dynamodb_keys as keys
from attendance.adapters.folded import folded
from attendance.adapters.store_dynamodb.lectures import lectures_of
from attendance.adapters.store_dynamodb.mark_items import kept_mark
from attendance.adapters.store_dynamodb.pages import contains, page_of
from attendance.adapters.store_dynamodb.parallel import together
from attendance.adapters.store_dynamodb.table import Table, TablePart
from attendance.adapters.store_dynamodb.values import read, text
from attendance.errors import InvalidInput
from attendance.model import Course, Lecture, LogFilter, LogRow, Mark, Page, Status, Student

_STATUS_ORDER = {status: place for place, status in enumerate(Status)}
_SORTS: Mapping[str, Callable[[LogRow], Any]] = {
    "time": lambda row: row.lecture.starts_at,
    "student": lambda row: (folded(row.student_name), row.student_id),
    "status": lambda row: _STATUS_ORDER[row.mark.status],
    "course": lambda row: (row.course.code, row.course.section),
    "similarity": lambda row: row.mark.evidence.similarity if row.mark.evidence else 0.0,
}


class DynamoLog(TablePart):
    """The log of the MarkStore."""

    def log(self, wanted: LogFilter, *, page: int = 1, size: int = 50) -> Page[LogRow]:
        """Raises InvalidInput where it cannot be sorted so. Rows without a similarity come last when sorted by it."""
        column = wanted.sort.removeprefix("-")
        if column not in _SORTS:
            raise InvalidInput("The log cannot be sorted by %(column)r.", column=column, field="sort")
        return page_of(_sorted(self._rows(wanted), column, turned=wanted.sort.startswith("-")), page, size)

    def _rows(self, wanted: LogFilter) -> list[LogRow]:
        found = self._of_student(wanted) if wanted.student_id is not None else self._of_courses(wanted)
        if wanted.statuses:
            found = [(lecture, mark) for lecture, mark in found if mark.status in wanted.statuses]
        courses = _read_all(self.table, Course, (keys.course(lecture.course_id) for lecture, _ in found))
        students = _read_all(self.table, Student, (keys.student(mark.student_id) for _, mark in found))
        rows = [
            _row(lecture, mark, courses[lecture.course_id], students[mark.student_id])
            for lecture, mark in found
            if lecture.course_id in courses and mark.student_id in students  # both are there, or being removed
        ]
        return [row for row in rows if contains(wanted.text, row.student_id, row.student_name)]

    def _of_student(self, wanted: LogFilter) -> list[tuple[Lecture, Mark]]:
        """Two requests and what they need of pages: the student's lectures, then these and the marks."""
        student_id = wanted.student_id or ""
        leads = self.table.query(keys.of_student(student_id), keys.LECTURE)
        ids = [text(lead, "lecture_id") for lead in leads]
        named = [key for one in ids for key in (keys.lecture(one), keys.mark(one, student_id))]
        items = self.table.get_many(named)
        found = []
        for lecture_id in ids:
            lecture, kept = items.get(keys.lecture(lecture_id)), kept_mark(items.get(keys.mark(lecture_id, student_id)))
            if lecture is not None and kept.mark is not None:
                found.append((read(Lecture, lecture), kept.mark))
        return [(lecture, mark) for lecture, mark in found if _is_wanted(lecture, wanted)]

    def _of_courses(self, wanted: LogFilter) -> list[tuple[Lecture, Mark]]:
        """A query a course for its lectures in this time, and a query a lecture for its marks."""
        lectures = lectures_of(self.table, wanted.course_ids, wanted.from_at, wanted.before_at)

        def marks(lecture: Lecture) -> list[tuple[Lecture, Mark]]:
            kept = (kept_mark(item) for item in self.table.query(keys.of_lecture(lecture.id), keys.MARK))
            return [(lecture, one.mark) for one in kept if one.mark is not None]

        return [pair for part in together(marks, lectures) for pair in part]


def _is_wanted(lecture: Lecture, wanted: LogFilter) -> bool:
    of_course = wanted.course_ids is None or lecture.course_id in wanted.course_ids
    from_then = wanted.from_at is None or lecture.starts_at >= wanted.from_at
    return of_course and from_then and (wanted.before_at is None or lecture.starts_at < wanted.before_at)


def _read_all(table: Table, kind: type[Any], wanted: Iterable[keys.Key]) -> dict[str, Any]:
    """By id."""
    found = [read(kind, item) for item in table.get_many(wanted).values()]
    return {one.id: one for one in found}


def _row(lecture: Lecture, mark: Mark, course: Course, student: Student) -> LogRow:
    return LogRow(
        lecture=lecture,
        course=course,
        student_id=student.id,
        student_name=student.name,
        student_key=student.key,
        mark=mark,
    )


def _sorted(rows: Sequence[LogRow], column: str, *, turned: bool) -> list[LogRow]:
    """Ties stay in one order, whichever way the column is turned."""
    in_order = sorted(sorted(rows, key=_tie), key=_SORTS[column], reverse=turned)
    if column == "similarity":
        return sorted(in_order, key=lambda row: row.mark.evidence is None)
    return in_order


def _tie(row: LogRow) -> tuple[Any, ...]:
    return row.lecture.starts_at, row.course.code, row.course.section, row.student_id, row.lecture.id
