"""The attendance log as a file that spreadsheets and programs read: CSV, Excel or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

import pytz

from attendance.errors import InvalidInput, NotFound
from attendance.list_model import LogFilter, LogRow
from attendance.rules import rounded_down
from attendance.services import Services
from attendance.use_cases.log_workbook import workbook
from attendance.use_cases.spreadsheet_cells import as_csv

Format = Literal["csv", "xlsx", "json"]
ANOTHER_WAY = "needs another way: the search had no photo to compare"
FORMATS: tuple[Format, ...] = get_args(Format)
_PAGE_SIZE = 500

_HEADINGS = {
    "course": "Course",
    "section": "Section",
    "course_name": "Course name",
    "date": "Date ({zone})",
    "starts": "Start ({zone})",
    "ends": "End ({zone})",
    "student_id": "Student id",
    "name": "Name",
    "status": "Status",
    "left_early": "Left early",
    "first_seen": "First seen ({zone})",
    "last_seen": "Last seen ({zone})",
    "first_seen_s": "First second",
    "last_seen_s": "Last second",
    "similarity": "Similarity (0-100)",
    "frames": "Frames",
    "search_says": "Search says",
    "decided_by": "Decided by",
    "reason": "Reason",
}


def export_log(services: Services, wanted: LogFilter, *, format: str, timezone: str) -> bytes:  # noqa: A002
    """All lines of the log that are wanted, with times in this time zone.

    In CSV files a text gets an apostrophe wherever a spreadsheet could begin a formula. In Excel files cells are typed
    as text, which does the same without changing them. Raises InvalidInput.
    """
    if format not in FORMATS:
        raise InvalidInput(
            "The log can be had as %(formats)s, but not as %(format)s.",
            formats=", ".join(FORMATS),
            format=format,
            field="format",
        )
    try:
        zone = pytz.timezone(timezone)
    except pytz.UnknownTimeZoneError:
        raise InvalidInput("There is no time zone %(timezone)s.", timezone=timezone, field="timezone") from None
    lines = _Lines(services, zone)
    if format == "json":
        return _as_json(lines, wanted, timezone)
    headings = [heading.format(zone=timezone) for heading in _HEADINGS.values()]
    rows = (list(lines.cells(row).values()) for row in log_rows(services, wanted))
    return workbook(headings, rows) if format == "xlsx" else as_csv(headings, rows)


def log_rows(services: Services, wanted: LogFilter) -> Iterator[LogRow]:
    """All lines of the log that are wanted, read page by page."""
    number = 1
    while True:
        page = services.store.log(wanted, page=number, size=_PAGE_SIZE)
        yield from page.items
        if number >= page.pages:
            return
        number += 1


@dataclass
class _Lines:
    """Turns lines of the log into cells; remembers the names of those who decided."""

    services: Services
    zone: Any

    def __post_init__(self) -> None:
        self._names: dict[str, str] = {}

    def cells(self, row: LogRow) -> dict[str, Any]:
        """One value a heading: text, number, date, time, bool or None."""
        starts, ends = self.local(row.lecture.starts_at), self.local(row.lecture.ends_at)
        return {
            "course": row.course.code,
            "section": row.course.section,
            "course_name": row.course.name,
            "date": starts.date(),
            "starts": starts.time().replace(microsecond=0),
            "ends": ends.time().replace(microsecond=0),
            "student_id": row.student_id,
            "name": row.student_name,
            "status": row.mark.status.value,
            "left_early": row.mark.left_early,
            **self._seen(row),
            "search_says": row.mark.machine_status.value,
            "decided_by": self.decided_by(row),
            "reason": ANOTHER_WAY if row.mark.needs_another_way else row.mark.reason,
        }

    def _seen(self, row: LogRow) -> dict[str, Any]:
        seen = row.mark.evidence
        if seen is None:
            names = ("first_seen", "last_seen", "first_seen_s", "last_seen_s", "similarity", "frames")
            return dict.fromkeys(names)
        return {
            "first_seen": self.local(seen.first_seen_at).time().replace(microsecond=0),
            "last_seen": self.local(seen.last_seen_at).time().replace(microsecond=0),
            "first_seen_s": round(seen.first_s, 1),
            "last_seen_s": round(seen.last_s, 1),
            "similarity": rounded_down(seen.similarity, 1),
            "frames": seen.frames,
        }

    def local(self, moment: datetime) -> datetime:
        """The moment in the reader's time zone."""
        return moment.astimezone(self.zone)

    def decided_by(self, row: LogRow) -> str:
        """The name of the person who set the mark, or that the search did."""
        user_id = row.mark.set_by
        if user_id is None:
            return "search"
        if user_id not in self._names:
            self._names[user_id] = self._name(user_id)
        return self._names[user_id]

    def _name(self, user_id: str) -> str:
        try:
            user = self.services.store.user(user_id)
        except NotFound:
            return "a removed user"
        return user.name or user.email


def _as_json(lines: _Lines, wanted: LogFilter, timezone: str) -> bytes:
    rows = [_json_row(lines, row) for row in log_rows(lines.services, wanted)]
    return json.dumps({"timezone": timezone, "rows": rows}, ensure_ascii=False, indent=2).encode()


def _json_row(lines: _Lines, row: LogRow) -> dict[str, Any]:
    """Times are ISO 8601 with their offset; ids let a program find the lecture again."""
    cells = lines.cells(row)
    del cells["date"]
    seen = row.mark.evidence
    return cells | {
        "lecture_id": row.lecture.id,
        "starts": lines.local(row.lecture.starts_at).isoformat(),
        "ends": lines.local(row.lecture.ends_at).isoformat(),
        "first_seen": lines.local(seen.first_seen_at).isoformat() if seen else None,
        "last_seen": lines.local(seen.last_seen_at).isoformat() if seen else None,
    }
