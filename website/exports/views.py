"""The book of a course as a file and as a page to print."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from attendance.errors import NotFound
from attendance.model import Course, Role
from attendance.use_cases.courses.book import read_book
from attendance.use_cases.exports.audit import note_export
from attendance.use_cases.exports.book_files import BOOK_FORMATS, export_book
from attendance.words import Words
from website.access import course_or_404, roles_required, visible_courses
from website.current import current_services, reader_timezone, signed_in_user
from website.language import page_language

blueprint = Blueprint("exports", __name__, template_folder="templates")

STAFF = (Role.ADMIN, Role.TEACHER)
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}


def as_file(content: bytes, name: str, kind: str) -> Response:
    """To be saved under the name with the day of today behind it."""
    today = current_services().now().astimezone(reader_timezone()).date().isoformat()
    response = Response(content, content_type=TYPES[kind])
    response.headers["Content-Disposition"] = f'attachment; filename="{name}-{today}.{kind}"'
    return response


@blueprint.get("/courses/book.xlsx")
@roles_required(*STAFF)
def all_books() -> ResponseReturnValue:
    """Of all courses that this person may see: a sheet each, and a summary."""
    return _file(visible_courses(), "xlsx", "book")


@blueprint.get("/courses/<course_id>/book.<kind>")
@roles_required(*STAFF)
def book(course_id: str, kind: str) -> ResponseReturnValue:
    """Of one course."""
    course = course_or_404(course_id)
    if kind not in BOOK_FORMATS:
        raise NotFound("The book can be downloaded as CSV, Excel or PDF.")
    return _file([course], kind, "book")


@blueprint.get("/courses/<course_id>/print")
@roles_required(*STAFF)
def print_book(course_id: str) -> ResponseReturnValue:
    """A page for paper: all rows, the headings on each sheet, and nothing to press."""
    course = course_or_404(course_id)
    note_export(current_services(), [course], "print", by=signed_in_user().id)
    return render_template("exports/print_book.html", book=read_book(current_services(), course_id), course=course)


def _file(courses: Sequence[Course], kind: str, name: str) -> Response:
    services, words = current_services(), Words(page_language(), str(reader_timezone()))
    content = export_book(services, courses, format=kind, words=words)
    note_export(services, courses, kind, by=signed_in_user().id)
    return as_file(content, name, kind)
