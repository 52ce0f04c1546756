"""The report of an import as a CSV file that spreadsheets open safely."""

from __future__ import annotations

from collections.abc import Sequence

from attendance.use_cases.import_students import ImportRow
from attendance.use_cases.spreadsheet_cells import as_csv


def report_as_csv(report: Sequence[ImportRow]) -> bytes:
    """A line a row of the list."""
    rows = ([row.line, row.student_id, row.name, row.outcome.value, row.sentence] for row in report)
    return as_csv(["line", "id", "name", "outcome", "remark"], rows)
