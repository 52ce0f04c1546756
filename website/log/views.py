"""The pages of the attendance log and its downloads."""

from __future__ import annotations

from collections.abc import Sequence

import pytz
from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from pytz.tzinfo import BaseTzInfo

from attendance.errors import NotFound
from attendance.model import Course, LogFilter, Role
from attendance.services import Services
from attendance.use_cases.lectures.log import export_log, own_courses, zone_of
from attendance.use_cases.lectures.marks import is_over_now
from attendance.use_cases.unknowns.groups import owner_of
from attendance.use_cases.unknowns.vectors import keeps_vectors
from website.access import roles_required, visible_courses
from website.current import current_services, reader_timezone, signed_in_user
from website.language import page_language
from website.log.query import LogQuery, read_query
from website.request_args import page_number
from website.status_words import words_of_statuses

blueprint = Blueprint("log", __name__, url_prefix="/log", template_folder="templates")

_PAGE_SIZE = 50
_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@blueprint.get("/")
@roles_required(Role.ADMIN, Role.TEACHER)
def index() -> ResponseReturnValue:
    """The log, filtered and sorted."""
    services, courses = current_services(), visible_courses()
    query = read_query(request.args, courses)
    zone = _zone(query, courses)
    wanted = query.filter(courses, zone)
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
    if kind not in _TYPES:
        raise NotFound("The log can be downloaded as CSV or Excel.")
    services, courses = current_services(), visible_courses()
    query = read_query(request.args, courses)
    zone = _zone(query, courses)
    wanted = query.filter(courses, zone)
    content = export_log(services, wanted, format=kind, timezone=str(zone), language=page_language())
    response = Response(content, content_type=_TYPES[kind])
    today = services.now().astimezone(zone).date().isoformat()
    response.headers["Content-Disposition"] = f'attachment; filename="attendance-{today}.{kind}"'
    return response


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
