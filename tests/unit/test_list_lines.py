"""Excel workbooks as lists: what the sheet shows, whatever stands around the list, and no bomb."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime

import pytest

from attendance.errors import InvalidInput
from attendance.use_cases.imports import lists as module
from attendance.use_cases.imports.lists import read_roster_file
from tests.unit.workbooks import workbook

HEAD = ["학번", "이름", "동의일"]


def refusal(data: bytes) -> str:
    with pytest.raises(InvalidInput) as refused:
        read_roster_file(data)
    assert refused.value.field == "csv"
    return refused.value.sentence


def changed(data: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """The workbook with its first sheet changed."""
    source, made = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for entry in source.infolist():
            part = source.read(entry)
            archive.writestr(entry, change(part) if entry.filename.endswith("sheet1.xml") else part)
    return made.getvalue()


def test_a_workbook_is_read_as_it_is_shown() -> None:
    data = workbook(
        [
            HEAD,
            [2026021, "가나다", datetime(2026, 3, 2)],
            [42.0, "İpek", date(2026, 3, 3)],
            ["007", "Zoë", "2026.3.4"],
            [123, "B", None],
        ],
        formats={"A5": "00000"},
    )
    rows = [(row.line, row.student_id, row.name, row.consent) for row in read_roster_file(data)]
    assert rows == [
        (2, "2026021", "가나다", "2026-03-02"),
        (3, "42", "İpek", "2026-03-03"),
        (4, "007", "Zoë", "2026.3.4"),
        (5, "00123", "B", ""),
    ]


def test_the_sheet_with_the_heading_is_found_under_its_titles() -> None:
    data = workbook([["Notes"], ["nothing"]], [["Class 3"], [], ["id", "name"], ["21", "Ada"]])
    assert [(row.line, row.student_id) for row in read_roster_file(data)] == [(4, "21")]


def test_of_formulas_the_value_counts_that_the_spreadsheet_saved() -> None:
    data = workbook([["id", "name"], ["=20+1", "Ada"]])
    saved = changed(data, lambda part: re.sub(rb"<f>20\+1</f><v>?.*?/v?>", b"<f>20+1</f><v>21</v>", part))
    assert [row.student_id for row in read_roster_file(saved)] == ["21"]


def test_a_number_with_more_digits_than_are_kept_is_not_taken_for_an_id() -> None:
    (row,) = read_roster_file(workbook([["id", "name"], [20264112345678901, "Ada"]]))
    assert row.student_id == "2.02641E+16"


def test_a_row_far_below_and_a_column_far_off_cost_nothing() -> None:
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    data = changed(workbook([["id", "name"], ["21", "Ada"]]), lambda part: part.replace(b"</sheetData>", far))
    assert [row.student_id for row in read_roster_file(data)] == ["21"]


def test_a_workbook_that_grows_is_refused() -> None:
    bomb = io.BytesIO(workbook([["id", "name"], ["21", "Ada"]]))
    with zipfile.ZipFile(bomb, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/more.xml", bytes(70_000_000))
    assert "too large when it is unpacked" in refusal(bomb.getvalue())


def test_entities_that_grow_are_refused() -> None:
    names = "".join(f'<!ENTITY a{number} "{f"&a{number - 1};" * 10}">' for number in range(1, 10))
    kind = f'<!DOCTYPE worksheet [<!ENTITY a0 "lol">{names}]>'.encode()
    data = changed(
        workbook([["id", "name"], ["21", "Ada"]]),
        lambda part: part.replace(b"<worksheet", kind + b"<worksheet").replace(b"Ada", b"&a9;"),
    )
    assert "not an Excel file that can be read" in refusal(data)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"PK\x03\x04rest", "not an Excel file that can be read"),
        (b"\xd0\xcf\x11\xe0" + bytes(100), "old Excel file"),
        (workbook([["only", "titles"]]), "no column id and no column name"),
        (workbook([]), "names no students"),
        (workbook([["id", "name"]]), "names no students"),
        (workbook([["id", "name", "ID"], [1, 2, 3]]), "two columns"),
        ("id;name\r\n601;Bøe\r\n".encode("cp1252"), "save the list as CSV UTF-8 or as .xlsx"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_to_do(data: bytes, reason: str) -> None:
    assert reason in refusal(data)


def test_a_list_that_was_exported_comes_back_without_its_guards() -> None:
    (row,) = read_roster_file(b"id,name\n'+82 10,\"'=Ada\"\n")
    assert (row.student_id, row.name) == ("+82 10", "=Ada")


def test_a_sheet_is_read_no_further_than_a_list_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("attendance.use_cases.imports.lists.MOST_ROWS", 3)
    monkeypatch.setattr(module, "MOST_ROWS", 3)
    assert "more than 3 lines" in refusal(workbook([["id", "name"], *([n, "A"] for n in range(9))]))
