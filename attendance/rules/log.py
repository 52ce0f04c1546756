"""Which lines the attendance log shows, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from attendance.errors import InvalidInput
from attendance.model import Lecture, LogFilter, LogRow, Mark, Status
from attendance.rules.texts import contains, folded

STATUS_ORDER: Mapping[Status, int] = {status: place for place, status in enumerate(Status)}

SORTS: Mapping[str, Callable[[LogRow], Any]] = {
    "time": lambda row: row.lecture.starts_at,
    "student": lambda row: (folded(row.student_name), row.student_id),
    "status": lambda row: STATUS_ORDER[row.mark.status],
    "course": lambda row: (row.course.code, row.course.section),
    "similarity": lambda row: row.mark.evidence.similarity if row.mark.evidence else 0.0,
}
"""What the log can be sorted by."""


def sort_order(sort: str) -> tuple[str, bool]:
    """Which of SORTS is wanted, and whether a minus before it turns it round. Raises InvalidInput."""
    column = sort.removeprefix("-")
    if column not in SORTS:
        raise InvalidInput("The log cannot be sorted by %(column)r.", column=column, field="sort")
    return column, sort.startswith("-")


def sorted_rows(rows: Iterable[LogRow], sort: str) -> list[LogRow]:
    """Ties stay in one order, and rows without a similarity last, whichever way it is turned. Raises InvalidInput."""
    column, turned = sort_order(sort)
    in_order = sorted(sorted(rows, key=_tie), key=SORTS[column], reverse=turned)
    if column == "similarity":
        return sorted(in_order, key=lambda row: row.mark.evidence is None)
    return in_order


def is_wanted(row: LogRow, wanted: LogFilter) -> bool:
    """Whether the filter lets the row through."""
    return (
        (wanted.course_ids is None or row.course.id in wanted.course_ids)
        and wanted.student_id in (None, row.student_id)
        and is_in_time(row.lecture, wanted)
        and has_status(row.mark, wanted)
        and contains(wanted.text, row.student_id, row.student_name)
    )


def is_in_time(lecture: Lecture, wanted: LogFilter) -> bool:
    """Whether the lecture starts in the filter's time."""
    from_then = wanted.from_at is None or lecture.starts_at >= wanted.from_at
    return from_then and (wanted.before_at is None or lecture.starts_at < wanted.before_at)


def has_status(mark: Mark, wanted: LogFilter) -> bool:
    """Whether the mark is one of the filter's, which are all where it names none."""
    return not wanted.statuses or mark.status in wanted.statuses


def _tie(row: LogRow) -> tuple[Any, ...]:
    return row.lecture.starts_at, row.course.code, row.course.section, row.student_id, row.lecture.id
