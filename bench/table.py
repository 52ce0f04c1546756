"""What the bench found, as tables of named rows that survive a trip through JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, TypeAlias

from face_engine.errors import FaceEngineError

Value: TypeAlias = float | int | str | None
"""A figure, a word in its place, or None where nothing was measured."""


@dataclass(frozen=True)
class Column:
    """A column: what is in it, its unit ("" for a count) and how many digits follow the point."""

    key: str
    head: str
    unit: str = ""
    digits: int = 0


@dataclass(frozen=True)
class Figures:
    """What one row measured: the values that are shown, by column, and the raw samples behind them."""

    values: Mapping[str, Value]
    samples: Mapping[str, list[float]] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """One line of a table; `failed` is the sentence that takes the place of figures."""

    name: str
    values: Mapping[str, Value] = field(default_factory=dict)
    samples: Mapping[str, list[float]] = field(default_factory=dict)
    failed: str | None = None


@dataclass(frozen=True)
class Table:
    """A group of rows, with notes on how they were measured."""

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain dictionaries and lists."""
        return asdict(self)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Table:
        """The table that `to_json` wrote."""
        columns = tuple(Column(**column) for column in content["columns"])
        rows = tuple(Row(**row) for row in content["rows"])
        return cls(content["key"], content["title"], columns, rows, tuple(content["notes"]))


def row(name: str, measure: Callable[[], Figures]) -> Row:
    """Measure a row; what goes wrong stands in its place, and the other rows go on."""
    try:
        figures = measure()
    except Exception as error:
        return Row(name, failed=sentence(error))
    return Row(name, figures.values, figures.samples)


def failed_table(key: str, title: str, error: Exception) -> Table:
    """The table of a group that could not be measured at all."""
    return Table(key, title, (), (Row("all of it", failed=sentence(error)),))


def sentence(error: Exception) -> str:
    """What went wrong; errors that nobody foresaw are named by their kind."""
    if isinstance(error, FaceEngineError):
        return str(error)
    return f"{type(error).__name__}: {error}"
