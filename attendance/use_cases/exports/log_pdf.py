"""The attendance log as PDF: of its columns those that people read on paper."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import time
from typing import Any

from attendance.errors import Phrase
from attendance.use_cases.exports.tables import MOST_ROWS, Column, PdfTable, too_many_rows
from attendance.words import Words

_SHOWN = {
    "course": (Phrase("Course"), 1.3),
    "section": (Phrase("Section"), 0.8),
    "date": (Phrase("Date"), 1.2),
    "starts": (Phrase("Start"), 0.7),
    "student_id": (Phrase("Student id"), 1.3),
    "name": (Phrase("Name"), 2.2),
    "status": (Phrase("Status"), 0.9),
    "left_early": (Phrase("Left early"), 0.8),
    "first_seen": (Phrase("First seen"), 0.9),
    "last_seen": (Phrase("Last seen"), 0.9),
    "decided_by": (Phrase("Decided by"), 1.6),
    "reason": (Phrase("Reason"), 2.4),
}


def log_as_pdf(names: Sequence[str], rows: Iterable[Sequence[Any]], words: Words) -> bytes:
    """`names` are those of the rows' cells. Raises InvalidInput where there are too many."""
    from attendance.use_cases.exports.pdf import tables_as_pdf  # noqa: PLC0415 - its libraries take long to load

    _, places = words, [names.index(name) for name in _SHOWN]
    shown: list[list[str]] = []
    for row in rows:
        if len(shown) == MOST_ROWS:
            raise too_many_rows()
        shown.append([_text(row[place]) for place in places])
    table = PdfTable(
        title=_("Attendance log"),
        lines=[
            _("Times are those of %(zone)s.", zone=words.zone),
            _.count("%(num)s line", "%(num)s lines", len(shown)),
        ],
        columns=[Column(_(heading), weight) for heading, weight in _SHOWN.values()],
        rows=shown,
        page_words=_("Page %(number)s"),
    )
    return tables_as_pdf([table])


def _text(value: Any) -> str:
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return "" if value is None else str(value)
