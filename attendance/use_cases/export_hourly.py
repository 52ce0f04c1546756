"""The hourly attendance of a day as a CSV file that spreadsheets open safely."""

from __future__ import annotations

from attendance.hourly import HourlyGrid, Presence
from attendance.use_cases.spreadsheet_cells import as_csv

_WORDS = {
    Presence.PRESENT: "present",
    Presence.UNSURE: "unsure",
    Presence.ANOTHER_WAY: "unsure: needs another way",
    Presence.ABSENT: "absent",
    Presence.NOT_WATCHED: "",
}


def hourly_as_csv(grid: HourlyGrid, *, with_totals: bool = True) -> bytes:
    """A line a student and a column an hour, in percent of the watched hours; the last line counts over students.

    Hours that nobody watched are empty.
    """
    headings = ["Student id", "Name", *(_hour_words(grid, place) for place in range(len(grid.hours))), "Percent"]
    rows = [
        [row.student.id, row.student.name, *(_WORDS[cell.presence] for cell in row.cells), _number(row.percent)]
        for row in grid.rows
    ]
    if with_totals:
        rows.append(["", "Percent", *(_number(hour.percent) for hour in grid.hours), _number(grid.percent)])
    return as_csv(headings, rows)


def _hour_words(grid: HourlyGrid, place: int) -> str:
    """With the day and the zone, so that files of several days can be put together."""
    return f"{grid.day.isoformat()} {grid.hours[place].clock} ({grid.timezone})"


def _number(percent: float | None) -> str:
    return "" if percent is None else f"{percent:.0f}"
