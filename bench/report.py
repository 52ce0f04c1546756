"""Renders the tables for a terminal and for docs/performance.md, from what JSON holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import fill, wrap
from typing import Any

from bench.table import Column, Row, Table, Value

WIDTH = 120
_GAP = "  "
_NAME_WIDTH = 28
_NOTHING = "-"


def render(result: Mapping[str, Any]) -> str:
    """The whole report, no line longer than 120 characters."""
    parts = [heading(result)]
    parts += [render_table(Table.from_json(table)) for table in result["tables"]]
    return "\n\n".join(parts) + "\n"


def heading(result: Mapping[str, Any]) -> str:
    """When, on what, with what."""
    machine, versions, settings = result["machine"], result["versions"], result["settings"]
    kind = "quick run" if settings["quick"] else "full run"
    flags, memory, load = ", ".join(machine["flags"]), machine["memory_gb"], machine["load_at_start"]
    lines = [
        f"Measured {result['made_at']}, {kind} of {result['took_s']:.0f} s{_of_groups(settings['only'])}.",
        f"{machine['cpu']}, {machine['cores']} cores, {flags}, {memory:.0f} GB; load before the run {load:.1f}.",
        ", ".join(f"{name} {version}" for name, version in versions.items()),
    ]
    return "\n".join(fill(line, WIDTH, break_on_hyphens=False) for line in lines)


def _of_groups(groups: Sequence[str] | None) -> str:
    return f", only {', '.join(groups)}" if groups else ""


def render_table(table: Table) -> str:
    """Title, heads with units below them, a line a row, notes."""
    lines = [table.title, "-" * len(table.title)]
    widths = [_width(column, table.rows) for column in table.columns]
    if table.columns:
        lines.append(_line("", [column.head for column in table.columns], widths))
        if any(column.unit for column in table.columns):
            lines.append(_line("", [column.unit for column in table.columns], widths))
    for row in table.rows:
        lines += _row_lines(row, table.columns, widths)
    return "\n".join([line.rstrip() for line in lines] + [fill(" ".join(table.notes), WIDTH, break_on_hyphens=False)])


def _row_lines(row: Row, columns: Sequence[Column], widths: Sequence[int]) -> list[str]:
    if row.failed is not None:
        indent = " " * (_NAME_WIDTH + len(_GAP))
        return wrap(
            f"{row.name.ljust(_NAME_WIDTH)}{_GAP}FAILED: {row.failed}",
            WIDTH,
            subsequent_indent=indent,
            replace_whitespace=True,
        )
    cells = [shown(row.values.get(column.key), column.digits) for column in columns]
    return [_line(row.name, cells, widths)]


def _line(name: str, cells: Sequence[str], widths: Sequence[int]) -> str:
    return name.ljust(_NAME_WIDTH) + "".join(
        _GAP + cell.rjust(width) for cell, width in zip(cells, widths, strict=True)
    )


def _width(column: Column, rows: Sequence[Row]) -> int:
    cells = [shown(row.values.get(column.key), column.digits) for row in rows]
    return max(len(text) for text in (column.head, column.unit, *cells))


def shown(value: Value, digits: int) -> str:
    """A figure with its digits and with thousands apart, a word as it is, a dash for nothing."""
    if value is None:
        return _NOTHING
    return value if isinstance(value, str) else f"{value:,.{digits}f}"
