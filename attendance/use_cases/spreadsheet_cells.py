"""Cells of CSV files that spreadsheets open without running them, whatever separates cells in their locale."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, time
from typing import Any

# OWASP's list for formula injection, and the signs that Unicode holds for the like of them.
_SIGNS = "=+\\-@＝＋－＠﹦﹢﹣﹫⁼⁺⁻₌₊₋−"
_BREAKS = "\\t\\r\\n\\v\\f\\x1c-\\x1e\\x85\u2028\u2029"
# Excel separates by the list separator of its locale, LibreOffice by what was chosen last; a line break ends the row
# where the quotes around a cell do not count, as they do not within a cell.
_BEFORE = rf"([,;|\u061b{_BREAKS}][\s\"]*)"
_BEGINNING, _GUARDED = re.compile(rf"{_BEFORE}(?=[{_SIGNS}])"), re.compile(rf"{_BEFORE}'(?=[{_SIGNS}])")
_FORMULA = re.compile(rf"[{_BREAKS}]|[\s\"]*[{_SIGNS}]")


def as_csv(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """UTF-8 with a byte-order mark, so that Excel knows it; texts are inert, numbers stay numbers."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow([_cell(heading) for heading in headings])
    writer.writerows([_cell(value) for value in row] for row in rows)
    return stream.getvalue().encode("utf-8-sig")


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet could take the text of a cell for a formula."""
    return _FORMULA.match(text) is not None


def inert(text: str) -> str:
    """The text with an apostrophe before each place where a spreadsheet could begin a formula."""
    guarded = _BEGINNING.sub(r"\1'", text)
    return f"'{guarded}" if looks_like_formula(text) else guarded


def without_guard(text: str) -> str:
    """What `inert` was given: a list that was exported is read with the same ids and names."""
    text = _GUARDED.sub(r"\1", text)
    return text[1:] if text.startswith("'") and looks_like_formula(text[1:]) else text


def _cell(value: Any) -> Any:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case date() | time():
            return value.isoformat()
        case str():
            return inert(value)
    return value
