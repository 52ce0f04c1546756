"""flask students list, show, consent, photo, remove: what the pages of a student do."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from attendance.errors import InvalidInput
from attendance.model import Consent, Student
from attendance.rules.paging import all_items
from attendance.services import Services
from attendance.use_cases.imports.lists import read_consent_date
from attendance.use_cases.students.consents import Given, record_consent, withdraw_consent
from attendance.use_cases.students.photos import add_photos, remove_photo
from attendance.use_cases.students.removing import remove_student, what_will_be_erased
from website.commands.consent_options import given_options
from website.commands.courses_by_name import COURSE_HELP, course_named
from website.commands.files import read_file
from website.commands.plain_errors import Commands
from website.commands.removing import confirm_removal, json_option, leave_nothing, print_rows, yes_option
from website.commands.students import students
from website.current import current_services

_PAGE = 200

photos = Commands("photo", help="Photos of one student.")
students.add_command(photos)


@students.command("list")
@click.option("--text", default="", help="Part of an id or a name.")
@click.option("--course", "name", metavar="CODE", help=COURSE_HELP)
@click.option("--section", help="The section of the course, where CODE does not say it.")
@json_option
def show_all(text: str, name: str | None, section: str | None, as_json: bool) -> None:
    """Print the students, sorted by name."""
    services = current_services()
    course_id = course_named(services, name, section).id if name is not None else None
    rows = [_row(services, student) for student in _students(services, text, course_id)]
    print_rows(rows, ("id", "name", "consent", "photos", "courses"), as_json)


@students.command("show")
@click.argument("student_id", metavar="ID")
@json_option
def show(student_id: str, as_json: bool) -> None:
    """Print one student, with the ids of the photos."""
    services = current_services()
    row = _row(services, services.store.student(student_id))
    faces = services.store.faces([student_id])
    row["photo_ids"] = [face.id for face in faces]
    row["consents"] = [_consent(one) for one in services.store.student(student_id).consents]
    if as_json:
        click.echo(json.dumps(row, ensure_ascii=False, indent=2))
    else:
        print_rows([row], ("id", "name", "consent", "photos", "courses", "photo_ids"), as_json=False)


@students.command("consent")
@click.argument("student_id", metavar="ID")
@click.argument("date", required=False, default="")
@click.option("--withdraw", is_flag=True, help="Take consent back, which erases at once what was stored by it.")
@given_options
def consent(student_id: str, date: str, withdraw: bool, given: Given) -> None:
    """Record on which DATE the student agreed, such as 2026-03-02, or with --withdraw that they do not any more."""
    if bool(date.strip()) == withdraw:
        raise click.UsageError("Give either the date of consent or --withdraw.")
    services = current_services()
    if withdraw:
        withdraw_consent(services, student_id, given.purposes, by=None)
        leave_nothing()
        click.echo(f"Consent to {' and '.join(given.purposes)} is taken back; what was stored by it is erased.")
    elif on := read_consent_date(date):
        record_consent(services, student_id, on, given, by=None)
        click.echo("The consent is recorded.")


@students.command("remove")
@click.argument("student_id", metavar="ID")
@yes_option
@json_option
def remove(student_id: str, yes: bool, as_json: bool) -> None:
    """Remove a student with photos, faces, evidence, marks and account.

    Recordings stay: they may still show the student, until they are removed themselves.
    """
    services = current_services()
    will_go = what_will_be_erased(services, student_id)
    confirm_removal(f"the student {student_id} ({will_go})", yes)
    erasure = remove_student(services, student_id, by=None)
    leave_nothing()
    if as_json:
        lectures = [lecture.id for lecture in erasure.filmed]
        click.echo(json.dumps({"removed": student_id, "erased": str(erasure), "lectures_with_recordings": lectures}))
        return
    click.echo(f"The student is removed: {erasure}.")
    if erasure.filmed:
        click.echo(
            f"Recordings of {len(erasure.filmed)} lectures may still show the student: "
            "`flask --app website recordings list` names them."
        )


@photos.command("add")
@click.argument("student_id", metavar="ID")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
def add_photo(student_id: str, files: Sequence[Path]) -> None:
    """Add photos with one face each to a student who agreed; all of them or none."""
    services = current_services()
    most = services.settings.most_photo_bytes
    added = add_photos(services, student_id, [read_file(path, most) for path in files], by=None)
    for one in added:
        click.echo(one.face.id)


@photos.command("remove")
@click.argument("student_id", metavar="ID")
@click.argument("photo_id", metavar="PHOTO")
@yes_option
def remove_one(student_id: str, photo_id: str, yes: bool) -> None:
    """Remove a photo and the face that was made from it."""
    services = current_services()
    if photo_id not in {face.id for face in services.store.faces([student_id])}:
        raise InvalidInput("The student has no such photo.")
    confirm_removal(f"a photo of the student {student_id}", yes)
    remove_photo(services, student_id, photo_id, by=None)
    leave_nothing()
    click.echo("The photo and its face are erased.")


def _students(services: Services, text: str, course_id: str | None) -> Iterator[Student]:
    return all_items(lambda page: services.store.students(text=text, course_id=course_id, page=page, size=_PAGE))


def _consent(consent: Consent) -> dict[str, Any]:
    return {
        "for": consent.purpose,
        "given_on": consent.given_on.isoformat(),
        "given_by": consent.given_by,
        "how": consent.manner,
        "note": consent.note,
        "text_version": consent.text_version,
        "recorded_at": consent.recorded_at.isoformat() if consent.recorded_at else None,
        "withdrawn_at": consent.withdrawn_at.isoformat() if consent.withdrawn_at else None,
    }


def _row(services: Services, student: Student) -> dict[str, Any]:
    return {
        "id": student.id,
        "name": student.name,
        "consent": student.consent_on.isoformat() if student.consent_on else None,
        "photos": len(services.store.faces([student.id])),
        "courses": [course.label for course in services.store.courses(student_id=student.id)],
    }
