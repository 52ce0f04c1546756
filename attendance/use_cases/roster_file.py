"""Read a list of students as people's spreadsheets write it: CSV or Excel, with any usual column name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from attendance.errors import InvalidInput
from attendance.use_cases.list_lines import MOST_BYTES, MOST_ROWS, list_lines
from attendance.use_cases.names import same_text

__all__ = ["MOST_BYTES", "MOST_ROWS", "RosterRow", "read_consent_date", "read_roster_file"]

_COLUMNS = {
    "id": ("id", "studentid", "studentno", "studentnumber", "number", "no", "학번", "학생번호"),
    "name": ("name", "fullname", "studentname", "이름", "성명", "학생이름"),
    "photos": ("photo", "photos", "picture", "pictures", "image", "images", "file", "files", "사진", "사진파일"),
    "consent": ("consent", "consentdate", "consenton", "consented", "consentedon", "동의일", "동의일자", "동의날짜"),
}
_REQUIRED = ("id", "name")
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
    lines = list_lines(data, lambda cells: all(column in _found(cells) for column in _REQUIRED))
    header = next(lines, None)
    columns = _columns(header[1]) if header else {}
    rows: list[RosterRow] = []
    for number, cells in lines:
        rows.append(_row(number, cells, columns, len(header[1]) if header else 0))
        if len(rows) > MOST_ROWS:
            raise InvalidInput("The list has more than %(most)s lines; split it.", most=f"{MOST_ROWS:,}", field="csv")
    if not rows:
        raise InvalidInput("The list names no students.", field="csv")
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


def _columns(header: Sequence[str]) -> dict[str, int]:
    places = _found(header)
    for column, found in places.items():
        if len(found) > 1:
            raise InvalidInput("The list has two columns for the %(column)s.", column=column, field="csv")
    missing = [column for column in _REQUIRED if column not in places]
    if missing:
        raise _no_columns(missing)
    return {column: found[0] for column, found in places.items()}


def _found(header: Sequence[str]) -> dict[str, list[int]]:
    """Where each column stands."""
    titles = [re.sub(r"[\s_()\-]", "", same_text(title)) for title in header]
    places = {
        column: [place for place, title in enumerate(titles) if title in names] for column, names in _COLUMNS.items()
    }
    return {column: found for column, found in places.items() if found}


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
            "The list has no column %(column)s; its first line must name the columns, such as id,name,photos,consent.",
            column=missing[0],
            field="csv",
        )
    return InvalidInput(
        "The list has no column id and no column name; "
        "its first line must name the columns, such as id,name,photos,consent.",
        field="csv",
    )
