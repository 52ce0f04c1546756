"""The attendance log as an Excel workbook."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import date, time
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

from attendance.errors import InvalidInput
from attendance.use_cases.spreadsheet_cells import looks_like_formula

_MOST_ROWS = 1_048_575  # a sheet has 2^20 rows, one of them for the headings
_WIDTH = 18


def workbook(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """One sheet with a frozen line of headings. Raises InvalidInput where a sheet cannot hold all rows."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Attendance")
    sheet.freeze_panes = "A2"
    for column in range(len(headings)):
        sheet.column_dimensions[chr(ord("A") + column)].width = _WIDTH
    sheet.append([_heading(sheet, text) for text in headings])
    for number, row in enumerate(rows, start=1):
        if number > _MOST_ROWS:
            raise InvalidInput("An Excel sheet cannot hold so many rows; choose a shorter time or a course.")
        sheet.append([_cell(sheet, value) for value in row])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _heading(sheet: Any, text: str) -> Any:
    cell = _cell(sheet, text)
    cell.font = Font(bold=True)
    return cell


def _cell(sheet: Any, value: Any) -> Any:
    """A typed cell: text stays text, also where it looks like a formula or a link."""
    if isinstance(value, bool):
        value = "yes" if value else "no"
    if isinstance(value, str):
        cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value))
        cell.data_type = "s"
        cell.quotePrefix = looks_like_formula(value)  # stays text also when somebody edits the cell
        return cell
    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, date):
        cell.number_format = "yyyy-mm-dd"
    elif isinstance(value, time):
        cell.number_format = "hh:mm:ss"
    return cell
