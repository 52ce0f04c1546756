"""Tables of docs/accuracy.md: rows of texts, and the page between its two marks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

BEGIN = "<!-- measured: begin, written by python -m bench.accuracy -->"
END = "<!-- measured: end -->"


@dataclass(frozen=True)
class Table:
    """Figures under a title, with a sentence on what was done."""

    title: str
    note: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]

    def __str__(self) -> str:
        lines = [f"| {' | '.join(cells)} |" for cells in (self.head, ["---"] * len(self.head), *self.rows)]
        return "\n".join([f"### {self.title}", self.note, "", *lines])


def write_between_marks(page: Path, content: str) -> None:
    """Replace what stands between the marks. Raises ValueError where the page has none."""
    text = page.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page} has no place for the tables: the marks are missing")
    page.write_text(f"{before}{BEGIN}\n{content}\n{END}{after}", encoding="utf-8")
