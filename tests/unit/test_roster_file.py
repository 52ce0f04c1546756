"""CSV files as spreadsheets write them, and those that are refused as a whole."""

from __future__ import annotations

from datetime import date

import pytest

from attendance.errors import InvalidInput
from attendance.use_cases.imports import lists as roster_file
from attendance.use_cases.imports.lists import RosterRow, read_consent_date, read_roster_file

KOREAN = "학번,이름,사진,동의일\n21,가나다,21.jpg,2026-03-02\n"


@pytest.mark.parametrize(
    "data",
    [
        KOREAN.encode(),
        KOREAN.encode("utf-8-sig"),
        KOREAN.encode("utf-16"),
        b"\xfe\xff" + KOREAN.encode("utf-16-be"),
        KOREAN.encode("cp949"),
        KOREAN.replace(",", ";").encode(),
        KOREAN.replace(",", "\t").encode("utf-16"),
        KOREAN.replace("\n", "\r\n").encode(),
        KOREAN.replace("\n", "\r").encode(),
        ("\n\n" + KOREAN).encode(),
    ],
    ids=["utf-8", "bom", "utf-16", "utf-16-be", "cp949", "semicolons", "tabs", "crlf", "cr", "blank lines"],
)
def test_a_list_is_read_in_any_usual_form(data: bytes):
    (row,) = read_roster_file(data)
    assert (row.student_id, row.name, row.photos, row.consent) == ("21", "가나다", ("21.jpg",), "2026-03-02")


@pytest.mark.parametrize(
    "header", ["ID,Name", "Student ID,Full Name", "no,student_name", "student-number,NAME", " id , name "]
)
def test_columns_are_found_by_their_usual_names(header: str):
    (row,) = read_roster_file(f"{header}\n21,Ada\n".encode())
    assert row == RosterRow(2, "21", "Ada", None, "")


def test_the_line_in_which_spreadsheets_name_the_separator_is_understood():
    (row,) = read_roster_file(b"sep=;\nid;name\n21;Example, Ada\n")
    assert (row.line, row.name) == (3, "Example, Ada")


def test_lines_are_numbered_as_in_the_file_and_blank_ones_passed_over():
    rows = read_roster_file(b'id,name\n\n21,"Ada"\n,\n22,B\n')
    assert [(row.line, row.student_id) for row in rows] == [(3, "21"), (5, "22")]


def test_several_photos_are_separated_by_a_bar():
    (row,) = read_roster_file(b"id,name,photos\n21,A, 1.jpg | 2.jpg |\n")
    assert row.photos == ("1.jpg", "2.jpg")


def test_a_short_line_has_empty_cells_and_a_long_one_is_marked():
    short, long, padded = read_roster_file(b"id,name,consent\n21\n22,Example, Ada,2026-03-02\n23,B,,,\n")
    assert (short.name, short.consent) == ("", "")
    assert long.problem is not None
    assert padded.problem is None


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \n", "empty"),
        (b"id,name\n", "names no students"),
        (b"name,photo\nA,1.jpg\n", "no column id"),
        (b"1,2\n3,4\n", "no column id and no column name"),
        (b"id,name,id\n1,2,3\n", "two columns"),
        (b"PK\x03\x04rest", "save the list as CSV"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "cannot be read"),
        (b"id,name\n1,\x00\n", "cannot be read"),
        (b'id,name\n1,"never closed\n2,b\n', "quotes"),
        (b"x" * 5_000_001, "larger than 5 MB"),
        (b"id,name\n" + b"1,A\n" * 20_001, "20,000 lines"),
        (b"id,name\n1," + b"x" * 200_000, "cannot be read"),
    ],
    ids=[
        "empty", "only a bom", "only a header", "no id", "no header", "twice", "excel", "a photo", "nul", "open quote",
        "too large", "too many", "huge cell",
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_refused_in_one_sentence(data: bytes, reason: str):
    with pytest.raises(InvalidInput) as refusal:
        read_roster_file(data)
    assert reason in refusal.value.sentence
    assert refusal.value.field == "csv"


@pytest.mark.parametrize("text", ["2026-03-02", "2026.03.02", "2026/3/2", "2026. 3. 2.", "20260302", " 2026-3-2 "])
def test_dates_that_begin_with_the_year_are_read(text: str):
    assert read_consent_date(text) == date(2026, 3, 2)


@pytest.mark.parametrize("text", ["2.3.2026", "03/02/26", "2026-02-30", "yes", "2026", "２０２６"])
def test_dates_that_could_be_two_are_refused(text: str):
    with pytest.raises(InvalidInput):
        read_consent_date(text)


def test_no_date_is_no_consent():
    assert read_consent_date("  ") is None


def test_every_column_name_stands_for_one_column():
    names = [name for names in roster_file._COLUMNS.values() for name in names]
    assert len(names) == len(set(names))
