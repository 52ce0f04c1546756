"""A table as PDF: pages of A4 with the headings repeated on each, in a font that has Hangul.

Its libraries take half a second to load: it is imported where a file is made, and no start of a program waits for it.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from attendance.model import new_id
from attendance.use_cases.exports.font import font_of
from attendance.use_cases.exports.tables import MOST_ROWS, PdfTable, too_many_rows

MOST_LINES = 4
"""Of one cell; what is longer ends in dots."""
_MARGIN, _PAD, _GAP = 36.0, 3.0, 10.0
_SIZE, _TITLE_SIZE, _LEAD = 8.0, 14.0, 10.5
_INK, _GREY, _LINE, _HEAD = (0.1, 0.13, 0.18), (0.38, 0.42, 0.48), (0.8, 0.82, 0.85), (0.93, 0.94, 0.96)


def tables_as_pdf(tables: Sequence[PdfTable]) -> bytes:
    """Each begins a page. Raises InvalidInput where they have too many rows."""
    if sum(len(table.rows) for table in tables) > MOST_ROWS:
        raise too_many_rows()
    with _font(tables) as font:
        drawing = _Drawing(tables[0].title, font)
        for table in tables:
            drawing.draw(table)
        return drawing.file()


@contextmanager
def _font(tables: Sequence[PdfTable]) -> Iterator[str]:
    """Known to the library by a name of its own while the file is drawn."""
    signs = {"…"}
    for table in tables:
        headings = [one.heading for one in table.columns]
        for texts in ([table.title, table.page_words], table.lines, headings, *table.rows):
            for text in texts:
                signs.update(text)
    name = f"NotoSansKR-{new_id()}"
    pdfmetrics.registerFont(TTFont(name, font_of(frozenset(signs), name)))
    try:
        yield name
    finally:  # the library has no way to forget a font, and a site makes files for years
        pdfmetrics._fonts.pop(name, None)
        pdfmetrics._dynFaceNames.pop(name, None)


class _Drawing:
    """One file while it is drawn, from the top of each page to its bottom."""

    table: PdfTable
    widths: Sequence[float]

    def __init__(self, title: str, font: str) -> None:
        self.font = font
        self.width, self.height = landscape(A4)
        self.stream = io.BytesIO()
        self.canvas = Canvas(self.stream, pagesize=(self.width, self.height))
        self.canvas.setTitle(title)
        self.page, self.y = 0, 0.0

    def file(self) -> bytes:
        """The whole file, once all tables are drawn."""
        self.canvas.save()
        return self.stream.getvalue()

    def draw(self, table: PdfTable) -> None:
        """From the top of a page on."""
        self.table = table
        weights = [column.weight for column in table.columns]
        inside = self.width - 2 * _MARGIN
        self.widths = [inside * weight / sum(weights) for weight in weights]
        self._begin_page(is_first=True)
        for row in self.table.rows:
            cells = [self._broken(text, width) for text, width in zip(row, self.widths, strict=True)]
            if self.y - self._high(cells) < _MARGIN + _GAP:
                self._end_page()
                self._begin_page()
            self._draw_row(cells)
        self._end_page()

    def _begin_page(self, *, is_first: bool = False) -> None:
        self.page += 1
        self.y = self.height - _MARGIN
        if is_first:
            self._say(self.table.title, _TITLE_SIZE, _INK)
            for line in self.table.lines:
                self._say(line, _SIZE + 1, _GREY)
            self.y -= _GAP / 2
        heads = [self._broken(one.heading, wide) for one, wide in zip(self.table.columns, self.widths, strict=True)]
        self.canvas.setFillColorRGB(*_HEAD)
        self.canvas.rect(
            _MARGIN, self.y - self._high(heads), self.width - 2 * _MARGIN, self._high(heads), stroke=0, fill=1
        )
        self._draw_row(heads)

    def _end_page(self) -> None:
        self.canvas.setFont(self.font, _SIZE)
        self.canvas.setFillColorRGB(*_GREY)
        said = self.table.page_words % {"number": self.page}
        self.canvas.drawRightString(self.width - _MARGIN, _MARGIN - _SIZE, said)
        self.canvas.drawString(_MARGIN, _MARGIN - _SIZE, self.table.title)
        self.canvas.showPage()

    def _say(self, text: str, size: float, colour: tuple[float, float, float]) -> None:
        for line in simpleSplit(text, self.font, size, self.width - 2 * _MARGIN):
            self.y -= size * 1.35
            self.canvas.setFont(self.font, size)
            self.canvas.setFillColorRGB(*colour)
            self.canvas.drawString(_MARGIN, self.y, line)

    def _draw_row(self, cells: Sequence[Sequence[str]]) -> None:
        self.canvas.setFont(self.font, _SIZE)
        self.canvas.setFillColorRGB(*_INK)
        left = _MARGIN
        for lines, width in zip(cells, self.widths, strict=True):
            for number, line in enumerate(lines):
                self.canvas.drawString(left + _PAD, self.y - _LEAD * (number + 1) + 1, line)
            left += width
        self.y -= self._high(cells)
        self.canvas.setStrokeColorRGB(*_LINE)
        self.canvas.setLineWidth(0.4)
        self.canvas.line(_MARGIN, self.y, self.width - _MARGIN, self.y)

    def _broken(self, text: str, width: float) -> list[str]:
        """Into lines that fit, also within a word where that is longer than its column."""
        inside = width - 2 * _PAD
        lines = [part for line in simpleSplit(text, self.font, _SIZE, inside) for part in self._cut(line, inside)]
        return [*lines[: MOST_LINES - 1], "…"] if len(lines) > MOST_LINES else lines

    def _cut(self, line: str, inside: float) -> Iterator[str]:
        if self._wide(line) <= inside:
            yield line
            return
        part = ""
        for sign in line:
            if part and self._wide(part + sign) > inside:
                yield part
                part = ""
            part += sign
        yield part

    def _wide(self, text: str) -> float:
        wide: float = pdfmetrics.stringWidth(text, self.font, _SIZE)
        return wide

    def _high(self, cells: Sequence[Sequence[Any]]) -> float:
        return _LEAD * max(1, *map(len, cells)) + _PAD
