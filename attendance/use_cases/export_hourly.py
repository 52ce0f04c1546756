"""The hourly attendance of a day as a CSV file that spreadsheets open safely."""

from __future__ import annotations

import csv
import io

from attendance.hourly import HourlyGrid, Presence
from attendance.use_cases.log_workbook import looks_like_formula

_WORDS = {
    Presence.PRESENT: "present",
    Presence.UNSURE: "unsure",
    Presence.ABSENT: "absent",
    Presence.NOT_WATCHED: "",
}


def hourly_as_csv(grid: HourlyGrid, *, with_totals: bool = True) -> bytes:
    """A line a student and a column an hour, in percent of the watched hours; the last line counts over students.

    UTF-8 with a byte-order mark; a cell that a spreadsheet would run as a formula gets an apostrophe in front.
    Hours that nobody watched are empty.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["Student id", "Name", *(_hour_words(grid, place) for place in range(len(grid.hours))), "Percent"])
    for row in grid.rows:
        words = [_WORDS[cell.presence] for cell in row.cells]
        writer.writerow([_safe(row.student.id), _safe(row.student.name), *words, _number(row.percent)])
    if with_totals:
        writer.writerow(["", "Percent", *(_number(hour.percent) for hour in grid.hours), _number(grid.percent)])
    return text.getvalue().encode("utf-8-sig")


def _hour_words(grid: HourlyGrid, place: int) -> str:
    """With the day and the zone, so that files of several days can be put together."""
    return f"{grid.day.isoformat()} {grid.hours[place].clock} ({grid.timezone})"


def _number(percent: float | None) -> str:
    return "" if percent is None else f"{percent:.0f}"


def _safe(cell: str) -> str:
    return f"'{cell}" if looks_like_formula(cell) else cell
