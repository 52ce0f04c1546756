"""The report of an import as a CSV file that spreadsheets open safely."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from attendance.use_cases.import_students import ImportRow
from attendance.use_cases.log_workbook import looks_like_formula


def report_as_csv(report: Sequence[ImportRow]) -> bytes:
    """UTF-8 with a byte-order mark; a cell that a spreadsheet would run as a formula gets an apostrophe in front."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["line", "id", "name", "outcome", "remark"])
    for row in report:
        cells = (row.student_id, row.name, row.outcome.value, row.sentence)
        writer.writerow([row.line, *(f"'{cell}" if looks_like_formula(cell) else cell for cell in cells)])
    return text.getvalue().encode("utf-8-sig")
