"""What of the book is asked for: an address that anybody may have typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from attendance.model import Page
from attendance.rules.book import Book, BookStudent
from attendance.rules.paging import page_of

PAGE_SIZE = 100
_MOST = 1000

_SORTS: Mapping[str, Callable[[BookStudent], Any]] = {
    "id": lambda row: row.student.id,
    "percent": lambda row: (row.figures.percent is None, row.figures.percent or 0.0),
    "absences": lambda row: -row.figures.absences,
    "lates": lambda row: -row.figures.lates,
}
"""Beside "name", in which order a book's students are: Korean names then go 가나다."""


@dataclass(frozen=True, slots=True)
class BookQuery:
    """Which students are shown, in which order; None asks for nothing."""

    absent: int | None = None
    below: int | None = None
    in_a_row: int | None = None
    sort: str = "name"
    page: int = 1

    @property
    def filters(self) -> bool:
        """Whether not everybody is shown."""
        return (self.absent, self.below, self.in_a_row) != (None, None, None)

    def args(self, **changes: Any) -> dict[str, Any]:
        """As an address has it, without what is as it is anyway."""
        said = {"absent": self.absent, "below": self.below, "row": self.in_a_row, "sort": self.sort} | changes
        return {name: value for name, value in said.items() if value not in (None, "name")}

    def students(self, book: Book) -> Sequence[BookStudent]:
        """All that are wanted, sorted."""
        wanted = [row for row in book.students if self._is_wanted(row)]
        return sorted(wanted, key=_SORTS[self.sort]) if self.sort in _SORTS else wanted

    def page_of(self, rows: Sequence[BookStudent]) -> Page[BookStudent]:
        """One page of them."""
        return page_of(rows, self.page, PAGE_SIZE)

    def _is_wanted(self, row: BookStudent) -> bool:
        figures = row.figures
        return (
            (self.absent is None or figures.absences >= self.absent)
            and (self.below is None or (figures.percent is not None and figures.percent < self.below))
            and (self.in_a_row is None or figures.longest_run >= self.in_a_row)
        )


def read_query(args: Mapping[str, str]) -> BookQuery:
    """What cannot be read asks for nothing."""
    sort = args.get("sort", "")
    return BookQuery(
        absent=_number(args.get("absent", "")),
        below=_number(args.get("below", "")),
        in_a_row=_number(args.get("row", "")),
        sort=sort if sort in _SORTS else "name",
        page=_number(args.get("page", "")) or 1,
    )


def _number(text: str) -> int | None:
    text = text.strip()
    return min(int(text), _MOST) if text.isascii() and text.isdigit() and len(text) < 8 and int(text) else None
