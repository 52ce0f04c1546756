"""Tables of plain text whose columns stand straight, also with wide Korean characters."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence

_GAP = "  "
_BREAKS_LINES = frozenset({"Cc", "Cs", "Zl", "Zp"})  # would also let a file's text steer the terminal
_NO_WIDTH = frozenset({"Mn", "Me", "Cf"})


def columns_of(text: str) -> int:
    """How many columns of a terminal the text takes (Unicode Standard Annex 11)."""
    return sum(_columns_of_one(character) for character in text)


def printable(text: str) -> str:
    """The text on one line, without characters that a terminal obeys."""
    return "".join("\ufffd" if unicodedata.category(c) in _BREAKS_LINES else c for c in text)


def text_table(headings: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: Collection[int] = ()) -> str:
    """Headings, a line, and the rows; the columns whose places are in `numbers` stand to the right."""
    lines = [headings, *([printable(cell) for cell in row] for row in rows)]
    widths = [max(columns_of(line[place]) for line in lines) for place in range(len(headings))]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join(_line(line, widths, numbers) for line in lines)


def _line(cells: Sequence[str], widths: Sequence[int], numbers: Collection[int]) -> str:
    padded = []
    for place, (cell, width) in enumerate(zip(cells, widths, strict=True)):
        space = " " * (width - columns_of(cell))
        padded.append(space + cell if place in numbers else cell + space)
    return _GAP.join(padded).rstrip()


def _columns_of_one(character: str) -> int:
    if unicodedata.category(character) in _NO_WIDTH:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
