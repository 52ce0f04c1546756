"""What commands that remove share: nobody removes by a slip, and nothing stays in the database's files."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import click

from website.commands.text_table import text_table
from website.current import current_services

yes_option = click.option("--yes", is_flag=True, help="Remove it for good; without it only say what would go.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")


def confirm_removal(what: str, yes: bool) -> None:
    """Say what goes. Raises UsageError where nobody said --yes."""
    if not yes:
        raise click.UsageError(f"This would remove {what}. Say --yes to do it; it cannot be undone.")


def leave_nothing() -> None:
    """There may be no worker that would do so; where one reads or writes at this moment, its next sweep does."""
    current_services().store.purge()


def print_rows(rows: Sequence[Mapping[str, Any]], headings: Sequence[str], as_json: bool) -> None:
    """As a table of these columns, or all of it as JSON."""
    if as_json:
        click.echo(json.dumps(list(rows), ensure_ascii=False, indent=2))
        return
    click.echo(text_table(headings, [[_cell(row[heading]) for heading in headings] for row in rows]))


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)
