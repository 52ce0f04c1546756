"""Excel workbooks for tests, made in memory."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook


def workbook(
    *sheets: Sequence[Sequence[Any]], formats: dict[str, str] | None = None, **named: Sequence[Sequence[Any]]
) -> bytes:
    """A workbook of these sheets, with names or without; `formats` are number formats of cells of the last one."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in [*((None, rows) for rows in sheets), *named.items()]:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    for place, number_format in (formats or {}).items():
        sheet[place].number_format = number_format
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
