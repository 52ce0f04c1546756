"""What a PDF shows: titles, columns and rows, before they are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from attendance.errors import InvalidInput

MOST_ROWS = 20_000
"""Of one file: some 800 pages, which nobody prints by mistake; a spreadsheet holds more."""


@dataclass(frozen=True, slots=True)
class Column:
    """A heading, and how wide the column is beside the others."""

    heading: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class PdfTable:
    """What one file shows. `page_words` says "Page %(number)s" in the reader's language."""

    title: str
    lines: Sequence[str]
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    page_words: str


def too_many_rows() -> InvalidInput:
    """The refusal of a PDF that nobody would print."""
    return InvalidInput(
        "A PDF can hold %(most)s lines; choose a shorter time or a course, or take Excel.", most=f"{MOST_ROWS:,}"
    )
