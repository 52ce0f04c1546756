"""Read a CSV file of students as people's spreadsheets write it: any usual encoding, separator and column name."""

from __future__ import annotations

import codecs
import csv
import io
import re
from dataclasses import dataclass
from datetime import date

from attendance.errors import InvalidInput
from attendance.use_cases.names import same_text

MOST_BYTES = 5_000_000
MOST_ROWS = 20_000

_COLUMNS = {
    "id": ("id", "studentid", "studentno", "studentnumber", "number", "no", "학번", "학생번호"),
    "name": ("name", "fullname", "studentname", "이름", "성명", "학생이름"),
    "photos": ("photo", "photos", "picture", "pictures", "image", "images", "file", "files", "사진", "사진파일"),
    "consent": ("consent", "consentdate", "consenton", "consented", "consentedon", "동의일", "동의일자", "동의날짜"),
}
_REQUIRED = ("id", "name")
_SEPARATORS = ",;\t"
_DATE = re.compile(r"(\d{4})\s*[-./]\s*(\d{1,2})\s*[-./]\s*(\d{1,2})\s*\.?|(\d{4})(\d{2})(\d{2})")


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One line of the file. `photos` is None where there is no such column; `problem` is why it cannot be used."""

    line: int
    student_id: str
    name: str
    photos: tuple[str, ...] | None
    consent: str
    problem: InvalidInput | None = None


def read_roster_file(data: bytes) -> list[RosterRow]:
    """Its rows in their order. Raises InvalidInput where the file as a whole cannot be used."""
    if len(data) > MOST_BYTES:
        raise InvalidInput("The CSV file is larger than %(most)s MB.", most=MOST_BYTES // 1_000_000, field="csv")
    text = _decoded(data)
    if not text.strip():
        raise InvalidInput("The CSV file is empty.", field="csv")
    separator, text = _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[RosterRow] = []
    columns: dict[str, int] | None = None
    width = 0
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if columns is None:
                columns, width = _columns(cells), len(cells)
                continue
            rows.append(_row(reader.line_num, cells, columns, width))
            if len(rows) > MOST_ROWS:
                raise InvalidInput(
                    "The CSV file has more than %(most)s lines; split it.", most=f"{MOST_ROWS:,}", field="csv"
                )
    except csv.Error as wrong:
        raise InvalidInput(
            "Line %(line)s of the CSV file cannot be read; are its quotes closed?", line=reader.line_num, field="csv"
        ) from wrong
    if not rows:
        raise InvalidInput("The CSV file names no students.", field="csv")
    return rows


def read_consent_date(text: str) -> date | None:
    """2026-03-02, 2026.03.02, 2026/3/2, 2026. 3. 2. or 20260302; empty is None. Raises InvalidInput."""
    text = text.strip()
    if not text:
        return None
    found = _DATE.fullmatch(text)
    try:
        if found is None:
            raise ValueError(text)
        year, month, day = (int(number) for number in found.groups() if number is not None)
        return date(year, month, day)
    except ValueError as wrong:
        raise InvalidInput(
            "%(text)s is no date that we can read; write it as 2026-03-02.", text=text[:40], field="consent_on"
        ) from wrong


def _decoded(data: bytes) -> str:
    if data.startswith(b"PK\x03\x04"):
        raise InvalidInput("This is an Excel or ZIP file; save the list as CSV first.", field="csv")
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "cp949"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise InvalidInput("The text of this file cannot be read; save it as CSV with UTF-8.", field="csv")


def _separator(text: str) -> tuple[str, str]:
    """The separator, and the text without the line `sep=;` in which some spreadsheets say it."""
    first, _, rest = text.lstrip("\r\n").partition("\n")
    said = re.fullmatch(r"sep=([,;\t])", first.rstrip("\r"), re.IGNORECASE)
    if said:
        return said[1], "\n" + rest  # an empty line in its place keeps the numbers of the lines
    return max(_SEPARATORS, key=first.count), text


def _columns(header: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, title in enumerate(header):
        plain = re.sub(r"[\s_()\-]", "", same_text(title))
        for column, names in _COLUMNS.items():
            if plain in names:
                if column in found:
                    raise InvalidInput("The CSV file has two columns for the %(column)s.", column=column, field="csv")
                found[column] = place
    missing = [column for column in _REQUIRED if column not in found]
    if missing:
        raise _no_columns(missing)
    return found


def _row(line: int, cells: list[str], columns: dict[str, int], width: int) -> RosterRow:
    def cell(column: str) -> str:
        place = columns.get(column)
        return cells[place].strip() if place is not None and place < len(cells) else ""

    photos = tuple(name.strip() for name in cell("photos").split("|") if name.strip())
    too_wide = any(extra.strip() for extra in cells[width:])
    return RosterRow(
        line=line,
        student_id=cell("id"),
        name=cell("name"),
        photos=photos if "photos" in columns else None,
        consent=cell("consent"),
        problem=InvalidInput("This line has more cells than the first line has names.") if too_wide else None,
    )


def _no_columns(missing: list[str]) -> InvalidInput:
    if len(missing) == 1:
        return InvalidInput(
            "The CSV file has no column %(column)s; "
            "its first line must name the columns, such as id,name,photos,consent.",
            column=missing[0],
            field="csv",
        )
    return InvalidInput(
        "The CSV file has no column id and no column name; "
        "its first line must name the columns, such as id,name,photos,consent.",
        field="csv",
    )
