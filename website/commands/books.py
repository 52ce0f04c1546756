"""flask attendance book and import: the book of courses as a file, and marks from a list."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from attendance.errors import InvalidInput
from attendance.languages import SOURCE
from attendance.model import Role
from attendance.use_cases.exports.audit import note_export
from attendance.use_cases.exports.book_files import BOOK_FORMATS, export_book
from attendance.use_cases.imports.lists import MOST_BYTES
from attendance.use_cases.imports.marks import MarksReport, import_marks, read_marks, undo_import
from attendance.use_cases.people.accounts import clean_email
from attendance.words import Words
from website.commands.attendance import attendance, write_file
from website.commands.courses_by_name import COURSE_HELP, course_named
from website.commands.files import read_file
from website.current import current_services


@attendance.command("book")
@click.option("--course", "names", metavar="CODE", multiple=True, help=f"{COURSE_HELP} Without it, all courses.")
@click.option("--section", help="The section of the course, where CODE does not say it.")
@click.option("--format", "kind", type=click.Choice(BOOK_FORMATS), default="xlsx", show_default=True)
@click.option("--output", metavar="FILE", type=click.Path(path_type=Path), help="Where to; without it, stdout.")
def book(names: Sequence[str], section: str | None, kind: str, output: Path | None) -> None:
    """Write the book: students by lectures with what they add up to; Excel has a sheet a course and a summary."""
    services = current_services()
    if kind != "csv" and output is None and sys.stdout.isatty():
        raise click.UsageError("This file is nothing to read on a terminal; name a file with --output.")
    courses = [course_named(services, name, section) for name in names] or list(services.store.courses())
    content = export_book(services, courses, format=kind, words=Words(SOURCE, services.settings.timezone))
    note_export(services, courses, kind, by=None)
    if output is None:
        sys.stdout.buffer.write(content)
    else:
        write_file(output, content)


@attendance.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--course", "name", metavar="CODE", required=True, help=COURSE_HELP)
@click.option("--section", help="The section of the course, where CODE does not say it.")
@click.option("--reason", default="", help="Why; it stands in the history of each mark.")
@click.option("--by", "email", metavar="EMAIL", default="", help="In whose name: a teacher or an admin.")
@click.option("--dry-run", is_flag=True, help="Only say what each line would do.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def import_list(
    file: Path, name: str, section: str | None, reason: str, email: str, dry_run: bool, as_json: bool
) -> None:
    """Set marks from a list with the columns date, student id and status, and start where a day has several lectures.

    Each line stands alone: one that cannot be used is refused. The answer names the import, so that
    `attendance undo-import` can undo it.
    """
    services = current_services()
    course, data = course_named(services, name, section), read_file(file, MOST_BYTES)
    if dry_run:
        report = read_marks(services, course.id, data)
    else:
        report = import_marks(services, course.id, data, reason, by=_setter(email))
    click.echo(_as_json(report) if as_json else _in_words(report, dry_run=dry_run))


@attendance.command("undo-import")
@click.argument("tag")
@click.option("--course", "name", metavar="CODE", required=True, help=COURSE_HELP)
@click.option("--section", help="The section of the course, where CODE does not say it.")
@click.option("--by", "email", metavar="EMAIL", required=True, help="In whose name: a teacher or an admin.")
def undo(tag: str, name: str, section: str | None, email: str) -> None:
    """Put back what marks were before an import; TAG is what the import printed. Marks changed since stay."""
    services = current_services()
    course = course_named(services, name, section)
    number = undo_import(services, course.id, tag, by=_setter(email))
    click.echo(f"{number} marks are as they were.")


def _setter(email: str) -> str:
    """A mark says who set it."""
    user = current_services().store.find_user(clean_email(email)) if email else None
    if user is None or user.role is Role.STUDENT:
        raise InvalidInput("Say with --by in whose name marks are set: the email of a teacher or an admin.")
    return user.id


def _in_words(report: MarksReport, *, dry_run: bool) -> str:
    lines = [f"Line {row.line}: {row.problem.sentence}" for row in report.rows if row.problem is not None]
    would = "would be set" if dry_run else "set"
    lines.append(f"{report.set} marks {would}, {report.same} as they are, {report.refused} lines refused.")
    if report.tag and report.set:
        lines.append(f"To undo it: attendance undo-import {json.dumps(report.tag, ensure_ascii=False)}")
    return "\n".join(lines)


def _as_json(report: MarksReport) -> str:
    rows = [
        {
            "line": row.line,
            "student_id": row.student_id,
            "lecture_id": row.lecture.id if row.lecture else None,
            "status": row.status,
            "changes": row.changes,
            "problem": row.problem.sentence if row.problem else None,
        }
        for row in report.rows
    ]
    said = {"set": report.set, "same": report.same, "refused": report.refused, "import": report.tag, "rows": rows}
    return json.dumps(said, ensure_ascii=False, indent=2)
