"""The lines of a list of students: a CSV file, or the sheet of an Excel workbook that has the list."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time
from typing import Any

from openpyxl import load_workbook

from attendance.errors import InvalidInput
from attendance.use_cases.code_pages import decoded
from attendance.use_cases.spreadsheet_cells import without_guard

MOST_BYTES = 5_000_000
MOST_ROWS = 20_000
_MOST_UNPACKED_BYTES = 60_000_000
_MOST_COLUMNS = 200
_TITLES_ABOVE = 20  # what stands over the list in a sheet: its title, the term, the teacher

_SEPARATORS = ",;\t"
_ZIP, _OLD_OFFICE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_ZEROS = re.compile(r"0{2,}")
_EXACT = 10**15  # spreadsheets keep fifteen digits of a number

Line = tuple[int, list[str]]  # its number in the file, and its cells


def list_lines(data: bytes, is_heading: Callable[[Sequence[str]], bool]) -> Iterator[Line]:
    """All lines that are not blank, the heading first. Raises InvalidInput where the file cannot be used."""
    if len(data) > MOST_BYTES:
        raise InvalidInput("The list is larger than %(most)s MB.", most=MOST_BYTES // 1_000_000, field="csv")
    if data.startswith(_OLD_OFFICE):
        raise InvalidInput(
            "This is an old Excel file, or one with a password; save the list as .xlsx without a password.", field="csv"
        )
    lines = _of_workbook(data, is_heading) if data.startswith(_ZIP) else _of_text(data)
    return ((number, cells) for number, cells in lines if any(cell.strip() for cell in cells))


def _of_text(data: bytes) -> Iterator[Line]:
    text = decoded(data)
    if text is None:
        raise InvalidInput(
            "The text of this file cannot be read for certain; save the list as CSV UTF-8 or as .xlsx.", field="csv"
        )
    if not text.strip():
        raise InvalidInput("The list is empty.", field="csv")
    separator, text = _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for cells in reader:
            yield reader.line_num, [without_guard(cell) for cell in cells]
    except csv.Error as wrong:
        raise InvalidInput(
            "Line %(line)s of the CSV file cannot be read; are its quotes closed?", line=reader.line_num, field="csv"
        ) from wrong


def _separator(text: str) -> tuple[str, str]:
    """The separator, and the text without the line `sep=;` in which some spreadsheets say it."""
    first, _, rest = text.lstrip("\r\n").partition("\n")
    said = re.fullmatch(r"sep=([,;\t])", first.rstrip("\r"), re.IGNORECASE)
    if said:
        return said[1], "\n" + rest  # an empty line in its place keeps the numbers of the lines
    return max(_SEPARATORS, key=first.count), text


def _of_workbook(data: bytes, is_heading: Callable[[Sequence[str]], bool]) -> list[Line]:
    try:
        _refuse_bomb(data)
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        sheets = [_rows(sheet) for sheet in book.worksheets]
    except InvalidInput:
        raise
    except Exception as wrong:  # a workbook is XML in a ZIP: what is broken in it is told in many ways
        raise InvalidInput(
            "This is not an Excel file that can be read; save the list as CSV UTF-8 or as .xlsx.", field="csv"
        ) from wrong
    for rows in sheets:
        for place, (_number, cells) in enumerate(rows[:_TITLES_ABOVE]):
            if is_heading(cells):
                return rows[place:]
    return next((rows for rows in sheets if rows), [])


def _refuse_bomb(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > _MOST_UNPACKED_BYTES:
            raise InvalidInput(
                "The Excel file is too large when it is unpacked; save the list as CSV UTF-8.", field="csv"
            )


def _rows(sheet: Any) -> list[Line]:
    """What a sheet says of its size is not believed."""
    sheet.reset_dimensions()
    found = sheet.iter_rows(max_row=MOST_ROWS + 2 * _TITLES_ABOVE, max_col=_MOST_COLUMNS)
    rows = ((number, [_words(cell) for cell in row]) for number, row in enumerate(found, start=1))
    return [(number, cells) for number, cells in rows if any(cells)]


def _words(cell: Any) -> str:
    """The cell as the sheet shows it, where that is what was typed: 00042 and 2026-03-02, but never 2.02641E+11."""
    value = cell.value
    match value:
        case None:
            return ""
        case bool():
            return str(value).upper()
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
        case date() | time():
            return value.isoformat()
        case int() | float():
            return _number(value, cell.number_format or "")
    return str(value).strip()


def _number(value: float, number_format: str) -> str:
    if abs(value) >= _EXACT:
        return f"{value:.5E}"  # its last digits are lost; as an id it is refused
    if value != int(value):
        return repr(value)
    digits = str(int(value))
    return digits.zfill(len(number_format)) if _ZEROS.fullmatch(number_format) else digits
