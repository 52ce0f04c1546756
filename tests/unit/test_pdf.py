"""Tables as PDF: every sign is in the file's font, rows go on over pages, and what is too much is refused."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from reportlab.pdfbase import pdfmetrics

from attendance.errors import InvalidInput
from attendance.use_cases.exports import pdf
from attendance.use_cases.exports.pdf import tables_as_pdf
from attendance.use_cases.exports.tables import Column, PdfTable

TABLE = PdfTable("출결 기록", ["시각"], [Column("이름"), Column("상태", 2)], [["김민준", "출석"]], "%(number)s쪽")


def test_each_file_has_a_font_with_all_its_signs_and_none_is_kept() -> None:
    for table in (TABLE, replace(TABLE, title="과목 강의", rows=[["박지호", "지각"]])):
        with pdf._font([table]) as name:
            known = pdfmetrics.getFont(name).face.charToGlyph
            for sign in "".join((table.title, *table.rows[0], "쪽")).replace(" ", ""):
                assert known[ord(sign)]
        assert name not in pdfmetrics._fonts
        assert name not in pdfmetrics._dynFaceNames


def pages(content: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b", content))


def test_rows_go_on_over_pages_with_their_headings() -> None:
    content = tables_as_pdf([replace(TABLE, rows=[[f"{n}", "x" * 300] for n in range(60)])])
    assert content.startswith(b"%PDF")
    assert pages(content) > 2
    assert pages(tables_as_pdf([TABLE, TABLE])) == 2


def test_more_rows_than_anybody_prints_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "MOST_ROWS", 1)
    with pytest.raises(InvalidInput):
        tables_as_pdf([TABLE, TABLE])
