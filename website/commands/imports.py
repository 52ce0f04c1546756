"""flask import: courses, teachers, students and rosters of a whole school."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click
from flask.cli import with_appcontext

from attendance.model import Effect, SchoolReportRow
from attendance.use_cases.imports.school import (
    SchoolImport,
    counted,
    read_school,
    said_in,
    school_report_as_csv,
    write_audit,
)
from attendance.use_cases.imports.school_rows import MOST_FILE_BYTES
from attendance.use_cases.removals import RemovalWatch
from website.commands.files import read_file
from website.commands.plain_errors import FAILED, Commands
from website.commands.progress import counting_bar
from website.commands.removing import json_option, leave_nothing
from website.commands.text_table import text_table
from website.current import current_services

_PATH = click.Path(path_type=Path)
_MOST_SHOWN = 50
_CHANGING = (Effect.ADDED, Effect.CHANGED, Effect.REMOVED)


@click.group(
    "import",
    cls=Commands,
    invoke_without_command=True,
    subcommand_metavar="",
    context_settings={"allow_interspersed_args": True},
)
@click.argument("file", metavar="FILE", type=_PATH)
@click.option("--accounts", is_flag=True, help="Make accounts for students who have an email address.")
@click.option("--yes", is_flag=True, help="Do it; without it only say what would change.")
@click.option(
    "--report", "report_file", metavar="FILE", type=click.Path(path_type=Path), help="Write a line a row, as CSV."
)
@json_option
@click.pass_context
@with_appcontext
def import_school(
    ctx: click.Context, file: Path, accounts: bool, yes: bool, report_file: Path | None, as_json: bool
) -> None:
    """Import courses, teachers, students and rosters from a CSV or Excel file or a OneRoster 1.1 ZIP.

    Without --yes it says what would change, and changes nothing. Rows with mistakes are left out, and the exit code
    is 1 then; the others go in. One that was broken off is begun again with the same file.
    """
    services = current_services()
    files = read_school(services, read_file(file, MOST_FILE_BYTES), file.name)
    watch = RemovalWatch(services, services.now())
    importing = SchoolImport(services, files.rows, files.source, accounts, None, watch)
    report = _done(importing, files.source or file.name) if yes else importing.plan()
    if report_file is not None:
        report_file.write_bytes(school_report_as_csv(report))
    click.echo(_as_json(report) if as_json else _in_words(report))
    counts = counted(report)
    if not yes and any(counts[effect] for effect in _CHANGING):
        click.echo("Nothing was changed. Say --yes to import it; removed students are erased for good.", err=True)
    if counts[Effect.REFUSED]:
        ctx.exit(FAILED)


def _done(importing: SchoolImport, name: str) -> list[SchoolReportRow]:
    """What was done is in the audit trail also where the import breaks off."""
    report: list[SchoolReportRow] = []
    try:
        with counting_bar("importing") as show:
            for batch in importing.apply():
                report += batch
                show(len(report), len(importing.rows))
    finally:
        write_audit(importing.services, name, report, by=None)
    if counted(report)[Effect.REMOVED]:
        leave_nothing()
    return report


def _in_words(report: Sequence[SchoolReportRow]) -> str:
    """Mistakes and removals by row, and how many there are of each."""
    told = [row for row in report if row.effect in (Effect.REFUSED, Effect.REMOVED)]
    rows = [
        [row.file, str(row.line or ""), row.kind.value, row.person, row.effect.value, said_in(row, "en")]
        for row in told[:_MOST_SHOWN]
    ]
    total = ", ".join(f"{count} {effect.value}" for effect, count in counted(report).items()) + "."
    if not rows:
        return total
    table = text_table(["File", "Line", "What", "Who", "Outcome", "Remark"], rows, numbers={1})
    left = len(told) - len(rows)
    return "\n\n".join([table, *([f"and {left} more; --report FILE has all."] if left else []), total])


def _as_json(report: Sequence[SchoolReportRow]) -> str:
    counts = {effect.value: count for effect, count in counted(report).items()}
    rows = [
        {
            "file": row.file,
            "line": row.line,
            "kind": row.kind,
            "person": row.person,
            "name": row.name,
            "effect": row.effect,
            "remark": said_in(row, "en"),
        }
        for row in report
    ]
    return json.dumps({"counts": counts, "rows": rows}, ensure_ascii=False, indent=2)
