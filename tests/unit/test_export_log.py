"""The log as CSV, Excel and JSON: complete, in the reader's time zone, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest
from openpyxl import load_workbook

from attendance.errors import InvalidInput
from attendance.model import Course, Evidence, Lecture, LogFilter, LogRow, Mark, Page, Status
from attendance.services import Services
from attendance.use_cases.lectures import log as module
from attendance.use_cases.lectures.log import export_log, looks_like_formula

STARTS = datetime(2025, 11, 3, 23, 30, tzinfo=UTC)  # in Seoul it is the next day
COURSE = Course("c1", "CS101", "Computing", "1", "Asia/Seoul", STARTS)
LECTURE = Lecture("l1", "c1", STARTS, STARTS.replace(hour=23, minute=55), STARTS)
SEEN = Evidence("r1", "s1", 87.654, 12, 5.04, 700.96, STARTS, STARTS.replace(minute=42), None, None)


class LogOf:
    """A store that has only a log."""

    def __init__(self, rows: list[LogRow]) -> None:
        self.rows = rows

    def lectures_in_search(self) -> set[str]:
        return set()

    def log(self, wanted: LogFilter, *, page: int = 1, size: int = 50) -> Page[LogRow]:
        return Page(self.rows[(page - 1) * size : page * size], page, size, len(self.rows))


def row(student_id: str = "21", name: str = "Student 21", reason: str = "", evidence: Evidence | None = SEEN) -> LogRow:
    mark = Mark("l1", student_id, Status.LATE, Status.LATE, STARTS, True, evidence, None, reason)
    return LogRow(LECTURE, COURSE, student_id, name, "key", mark)


def exported(rows: list[LogRow], kind: str, timezone: str = "Asia/Seoul") -> bytes:
    services = Services(None, LogOf(rows), None, None, None, None, None)  # type: ignore[arg-type]
    return export_log(services, LogFilter(), format=kind, timezone=timezone)


def csv_rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_csv_begins_with_a_byte_order_mark_so_that_excel_reads_korean() -> None:
    content = exported([row(name="김하나")], "csv")
    assert content.startswith(b"\xef\xbb\xbf")
    assert "김하나" in content.decode("utf-8-sig")


def test_times_are_those_of_the_reader_and_the_headings_say_so() -> None:
    headings, line = csv_rows(exported([row()], "csv"))
    cells = dict(zip(headings, line, strict=True))
    assert cells["Date (Asia/Seoul)"] == "2025-11-04"
    assert cells["Start (Asia/Seoul)"] == "08:30:00"
    assert cells["Last seen (Asia/Seoul)"] == "08:42:00"
    assert csv_rows(exported([row()], "csv", "UTC"))[1][3] == "2025-11-03"


def test_a_line_says_status_similarity_seconds_frames_and_who_decided() -> None:
    headings, line = csv_rows(exported([row()], "csv"))
    cells = dict(zip(headings, line, strict=True))
    assert cells["Status"] == "late"
    assert cells["Left early"] == "yes"
    assert cells["Similarity (0-100)"] == "87.6"
    assert (cells["First second"], cells["Last second"], cells["Frames"]) == ("5.0", "701.0", "12")
    assert cells["Decided by"] == "search"


def test_an_absent_student_has_empty_cells_where_nothing_was_seen() -> None:
    headings, line = csv_rows(exported([row(evidence=None)], "csv"))
    cells = dict(zip(headings, line, strict=True))
    assert cells["Similarity (0-100)"] == cells["First second"] == cells["Frames"] == ""


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_who_could_not_be_known_needs_another_way_and_the_reason_says_so(kind: str) -> None:
    mark = Mark("l1", "21", Status.UNSURE, Status.UNSURE, STARTS)
    content = exported([LogRow(LECTURE, COURSE, "21", "Student 21", "key", mark)], kind)
    if kind == "csv":
        headings, line = csv_rows(content)
        cells = dict(zip(headings, line, strict=True))
        status, reason = cells["Status"], cells["Reason"]
    else:
        cells = json.loads(content)["rows"][0]
        status, reason = cells["status"], cells["reason"]
    assert (status, reason) == ("unsure", "needs another way: the search had no photo to compare")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "＝1"])
def test_a_cell_that_a_spreadsheet_would_run_is_defused(text: str) -> None:
    heads, line = csv_rows(exported([row(name=text, reason=text)], "csv"))
    assert line[7] == f"'{text}"
    assert line[heads.index("Reason")] == f"'{text}"


@pytest.mark.parametrize("separator", ["\t", "\r", "\n", "ok;", "ok,", "ok|"])
def test_what_begins_a_cell_in_another_locale_is_defused_too(separator: str) -> None:
    heads, line = csv_rows(exported([row(name=f"{separator}=1", reason=f"{separator}=1")], "csv"))
    assert line[7] == line[heads.index("Reason")]
    assert line[7].endswith(f"{separator}'=1")
    assert line[7][0] in "'o"


@pytest.mark.parametrize(("seen", "told"), [(98.95, 98.9), (98.999, 98.9), (99.0, 99.0), (69.96, 69.9), (87.7, 87.7)])
def test_a_similarity_never_looks_like_a_line_that_it_did_not_reach(seen: float, told: float) -> None:
    unsure = row(evidence=replace(SEEN, similarity=seen))
    assert csv_rows(exported([unsure], "csv"))[1][14] == str(told)
    assert load_workbook(io.BytesIO(exported([unsure], "xlsx"))).active["O2"].value == told
    assert json.loads(exported([unsure], "json"))["rows"][0]["similarity"] == told


@pytest.mark.parametrize("text", ["Student 21", "21", "a=b", "김-하나", "'quoted", ""])
def test_harmless_text_stays_as_it_is(text: str) -> None:
    assert not looks_like_formula(text)
    assert csv_rows(exported([row(name=text)], "csv"))[1][7] == text


def test_excel_cells_are_typed_and_formulas_stay_text() -> None:
    sheet = load_workbook(io.BytesIO(exported([row(name="=1+1", reason="bad\x00\x07sign")], "xlsx"))).active
    headings = [cell.value for cell in sheet[1]]
    cells = dict(zip(headings, sheet[2], strict=True))
    assert cells["Name"].value == "=1+1"
    assert cells["Name"].data_type == "s"
    assert cells["Date (Asia/Seoul)"].value.date() == date(2025, 11, 4)
    assert cells["Start (Asia/Seoul)"].value == time(8, 30)
    assert cells["Similarity (0-100)"].value == 87.6
    assert cells["Reason"].value == "badsign"
    assert sheet.freeze_panes == "A2"


def test_json_gives_moments_with_their_offset_and_ids() -> None:
    found = json.loads(exported([row(evidence=None), row("22")], "json"))
    assert found["timezone"] == "Asia/Seoul"
    first, second = found["rows"]
    assert first["starts"] == "2025-11-04T08:30:00+09:00"
    assert first["similarity"] is None
    assert (second["student_id"], second["status"], second["similarity"]) == ("22", "late", 87.6)
    assert second["lecture_id"] == "l1"


def test_all_pages_of_the_log_are_exported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PAGE_SIZE", 2)
    lines = csv_rows(exported([row(str(number)) for number in range(5)], "csv"))
    assert [line[6] for line in lines[1:]] == ["0", "1", "2", "3", "4"]


def test_an_empty_log_is_a_file_with_headings_only() -> None:
    assert len(csv_rows(exported([], "csv"))) == 1
    assert load_workbook(io.BytesIO(exported([], "xlsx"))).active.max_row == 1
    assert json.loads(exported([], "json"))["rows"] == []


@pytest.mark.parametrize(("kind", "timezone"), [("ods", "UTC"), ("csv", "Mars/Base"), ("csv", "../etc/passwd")])
def test_another_format_or_time_zone_is_refused(kind: str, timezone: str) -> None:
    with pytest.raises(InvalidInput):
        exported([row()], kind, timezone)
