"""flask students add and import: register one, or many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import click

from attendance.use_cases.imports.lists import MOST_BYTES, read_consent_date
from attendance.use_cases.imports.students import (
    FolderPhotos,
    ImportRow,
    Outcome,
    PhotoSource,
    StudentImport,
    ZipPhotos,
)
from attendance.use_cases.students.checking import photo_in_words
from attendance.use_cases.students.consents import Given
from attendance.use_cases.students.registering import register_student
from website.commands.consent_options import given_options
from website.commands.courses_by_name import COURSE_HELP, course_named
from website.commands.files import read_file
from website.commands.plain_errors import FAILED, Commands
from website.commands.progress import progress_bar
from website.commands.text_table import text_table
from website.current import current_services

students = Commands("students", help="Students, their photos and rosters.")

_PATH = click.Path(path_type=Path)


@students.command("add")
@click.argument("student_id", metavar="ID")
@click.argument("name")
@click.argument("more_photos", metavar="[FILE]...", nargs=-1, type=_PATH)
@click.option("--photo", "photos", metavar="FILE", multiple=True, type=_PATH, help="A photo with one face.")
@click.option("--course", "names", metavar="CODE", multiple=True, help=COURSE_HELP)
@click.option("--section", help="The section of the course, where CODE does not say it.")
@click.option("--consent", metavar="DATE", default="", help="When the student agreed to photos, such as 2026-03-02.")
@given_options
def add(
    student_id: str,
    name: str,
    more_photos: Sequence[Path],
    photos: Sequence[Path],
    names: Sequence[str],
    section: str | None,
    consent: str,
    given: Given,
) -> None:
    """Register a student with any number of photos; --photo and --course may be given several times."""
    services = current_services()
    courses = [course_named(services, name, section) for name in names]
    registration = register_student(
        services,
        student_id=student_id,
        name=name,
        consent_on=read_consent_date(consent),
        given=given,
        course_ids=list(dict.fromkeys(course.id for course in courses)),
        photos=[read_file(path, services.settings.most_photo_bytes) for path in (*photos, *more_photos)],
        by=None,
    )
    count = len(registration.photos)
    with_photos = {0: "without a photo", 1: "with 1 photo"}.get(count, f"with {count} photos")
    on = f" in {', '.join(course.label for course in courses)}" if courses else ""
    click.echo(f"{registration.student.name} ({registration.student.id}) is registered {with_photos}{on}.")
    for remark in photo_in_words(services, registration.photos):
        click.echo(remark.sentence)


@students.command("import")
@click.argument("list_file", metavar="LIST", type=_PATH)
@click.option("--photos", metavar="DIR", type=_PATH, help="The folder, or the ZIP file, of the photos.")
@click.option("--course", "names", metavar="CODE", multiple=True, help=COURSE_HELP)
@click.option("--section", help="The section of the course, where CODE does not say it.")
@click.pass_context
def import_(
    ctx: click.Context, list_file: Path, photos: Path | None, names: Sequence[str], section: str | None
) -> None:
    """Import the students of a CSV or Excel file with the columns id, name, and perhaps photos and consent.

    The columns consent_by, consent_how, consent_for, consent_text and consent_note may say more of a consent.
    Photos are found by the names in the column, or, without it, by the ids. Each row stands for itself: the report
    says what became of it, and the exit code is 1 where one was refused. The same import again changes nothing.
    """
    services = current_services()
    courses = [course_named(services, name, section) for name in names]
    with _source(photos) as source:
        plan = StudentImport(
            services,
            csv=read_file(list_file, MOST_BYTES),
            photos=source,
            course_ids=list(dict.fromkeys(course.id for course in courses)),
            by=None,
        )
        report = _imported(plan)
    if any(row.outcome is Outcome.REFUSED for row in report):
        ctx.exit(FAILED)


def _imported(plan: StudentImport) -> list[ImportRow]:
    """The report is printed also where the import ends before its last row."""
    report: list[ImportRow] = []
    try:
        with progress_bar("importing") as show:
            for row in plan.rows():
                report.append(row)
                show(len(report) / plan.total)
    finally:
        click.echo(_report(report))
    return report


def _report(report: Sequence[ImportRow]) -> str:
    rows = [[str(row.line), row.student_id, row.name, row.outcome.value, row.sentence] for row in report]
    counts = Counter(row.outcome for row in report)
    total = ", ".join(f"{counts[outcome]} {outcome.value}" for outcome in Outcome)
    return text_table(["Line", "Id", "Name", "Outcome", "Remark"], rows, numbers={0}) + f"\n\n{total}."


@contextmanager
def _source(path: Path | None) -> Iterator[PhotoSource | None]:
    if path is None:
        yield None
    elif path.is_file():
        with closing(ZipPhotos(path)) as photos:
            yield photos
    else:
        yield FolderPhotos(path)
