"""The pages of the attendance log and its downloads."""

from __future__ import annotations

from collections.abc import Sequence

import pytz
from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from pytz.tzinfo import BaseTzInfo

from attendance.errors import InvalidInput, NotFound
from attendance.model import Course, LogFilter, Role
from attendance.services import Services
from attendance.use_cases.exports.audit import note_export
from attendance.use_cases.lectures.log import SO_FAR, export_log, log_rows, own_courses, zone_of
from attendance.use_cases.lectures.marks import is_over_now
from attendance.use_cases.unknowns.groups import owner_of
from attendance.use_cases.unknowns.vectors import keeps_vectors
from website.access import roles_required, sees_everything, visible_courses
from website.current import current_services, reader_timezone, signed_in_user
from website.exports.views import TYPES, as_file
from website.language import page_language
from website.log.query import LogQuery, read_query
from website.request_args import page_number
from website.status_words import words_of_statuses

blueprint = Blueprint("log", __name__, url_prefix="/log", template_folder="templates")

_PAGE_SIZE = 50
_MOST_PRINTED = 5000


@blueprint.get("/")
@roles_required(Role.ADMIN, Role.TEACHER)
def index() -> ResponseReturnValue:
    """The log, filtered and sorted."""
    services, courses = current_services(), visible_courses()
    query = read_query(request.args, courses)
    zone = _zone(query, courses)
    wanted = query.filter(courses, zone, everywhere=sees_everything())
    page = services.store.log(wanted, page=query.page, size=_PAGE_SIZE)
    if query.page > page.pages:
        return redirect(url_for("log.index", **query.args(page=page.pages)))  # type: ignore[arg-type]
    return render_template(
        "log/index.html",
        query=query,
        page=page,
        is_over=is_over_now(services),
        totals=services.store.log_totals(wanted),
        courses=courses,
        statuses=words_of_statuses(),
        zone=str(zone),
    )


@blueprint.get("/download.<kind>")
@roles_required(Role.ADMIN, Role.TEACHER)
def download(kind: str) -> ResponseReturnValue:
    """The whole filtered log as a file."""
    if kind not in TYPES:
        raise NotFound("The log can be downloaded as CSV, Excel or PDF.")
    services, courses = current_services(), visible_courses()
    query = read_query(request.args, courses)
    zone = _zone(query, courses)
    wanted = query.filter(courses, zone, everywhere=sees_everything())
    content = export_log(services, wanted, format=kind, timezone=str(zone), language=page_language())
    note_export(services, _of(wanted, courses), kind, by=signed_in_user().id, what="log")
    return as_file(content, "attendance", kind)


@blueprint.get("/print")
@roles_required(Role.ADMIN, Role.TEACHER)
def print_log() -> ResponseReturnValue:
    """The whole filtered log as a page for paper: all rows, and nothing to press."""
    services, courses = current_services(), visible_courses()
    query = read_query(request.args, courses)
    zone = _zone(query, courses)
    wanted = query.filter(courses, zone, everywhere=sees_everything())
    if services.store.log(wanted, size=1).total > _MOST_PRINTED:
        raise InvalidInput("So many lines are not printed; choose a course or a shorter time.")
    note_export(services, _of(wanted, courses), "print", by=signed_in_user().id, what="log")
    return render_template(
        "exports/print_log.html",
        query=query,
        rows=list(log_rows(services, wanted)),
        zone=str(zone),
        is_over=is_over_now(services),
        so_far=_(SO_FAR),
    )


def _of(wanted: LogFilter, courses: Sequence[Course]) -> list[Course]:
    return [course for course in courses if wanted.course_ids is None or course.id in wanted.course_ids]


def _zone(query: LogQuery, courses: Sequence[Course]) -> BaseTzInfo:
    """The reader's own, else the one that the courses of the log share, else the site's."""
    shared = zone_of(course for course in courses if query.course_id in ("", course.id))
    own = signed_in_user().timezone
    return pytz.timezone(shared) if shared and not own else reader_timezone()


@blueprint.get("/mine")
@roles_required(Role.STUDENT)
def mine() -> ResponseReturnValue:
    """A student's own attendance, and nobody else's."""
    services, student_id = current_services(), signed_in_user().student_id
    if student_id is None:
        return render_template("log/mine.html", courses=(), page=None)
    page = services.store.log(LogFilter(student_id=student_id), page=page_number(request.args), size=_PAGE_SIZE)
    if page.number > page.pages:
        return redirect(url_for("log.mine", page=page.pages))
    return render_template(
        "log/mine.html",
        courses=own_courses(services, student_id),
        with_vectors={one.id for one in services.store.courses(student_id=student_id) if _keeps(services, one)},
        unknown_days=services.settings.unknown_days,
        page=page,
        is_over=is_over_now(services),
    )


def _keeps(services: Services, course: Course) -> bool:
    """Whether faces of unknown people are kept of a course, which its students are told."""
    return keeps_vectors(services, owner_of(course))
