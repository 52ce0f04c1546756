"""The grid of students and hours, its download, and the page of a picture."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytz
from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from attendance.errors import NotFound
from attendance.model import Course, Recording, RecordingKind, Role, Sighting
from attendance.rules.hours import HourlyGrid, Presence
from attendance.use_cases.lectures.hourly import (
    hourly_as_csv,
    hourly_attendance,
    last_day_with_lecture,
    may_be_shown_to,
    own_row,
    seen_picture,
)
from attendance.use_cases.people.auditing import LOG_EXPORTED
from website.access import course_or_404, lecture_or_404, roles_required, visible_courses
from website.audited import exported, picture_seen
from website.current import current_services, signed_in_user
from website.hourly.annotation import NamedBox, annotate
from website.hourly.name_places import NamePlace, place_names
from website.hourly.words import SIGNS, iso_day, name_seen
from website.language import page_language
from website.media.playable import is_playable
from website.media.serving import serve
from website.request_args import date_or_none

blueprint = Blueprint("hourly", __name__, url_prefix="/hourly", template_folder="templates")
blueprint.add_app_template_filter(iso_day)
blueprint.add_app_template_filter(name_seen)

_LETTERS = {"box-name": 0.022, "box-name-phone": 0.037}  # their height by class, in widths of the picture
_FIRST_DAY, _LAST_DAY = date(2000, 1, 1), date(2100, 1, 1)


@blueprint.get("/")
@roles_required()
def index() -> ResponseReturnValue:
    """The grid of a course and a day; a student sees the own row."""
    courses = visible_courses()
    if not courses:
        return render_template("hourly/index.html", courses=(), course=None)
    course = _chosen(courses)
    day = _asked_day() or last_day_with_lecture(current_services(), course) or _today(course)
    grid = _grid(course, day)
    return render_template(
        "hourly/index.html",
        courses=courses,
        course=course,
        grid=grid,
        day=day,
        yesterday=day - timedelta(days=1),
        tomorrow=day + timedelta(days=1),
        signs=SIGNS,
        is_own=_is_student(),
        shown=_pictures_to_show(grid),
    )


@blueprint.get("/download.csv")
@roles_required()
def download() -> ResponseReturnValue:
    """The same as a file."""
    course = course_or_404(request.args.get("course", ""))
    day = _asked_day()
    if day is None:
        raise NotFound("Say which day the file is of.")
    content = hourly_as_csv(_grid(course, day), with_totals=not _is_student(), language=page_language())
    if not _is_student():
        exported(LOG_EXPORTED, [course.label], f"csv, hourly, {day.isoformat()}")
    response = Response(content, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="hourly-{day.isoformat()}.csv"'
    return response


@blueprint.get("/seen/<sighting_id>")
@roles_required()
def seen(sighting_id: str) -> ResponseReturnValue:
    """The picture that proves a cell; staff see it with everybody's box and name, a student the own face alone."""
    services = current_services()
    sighting = services.store.sighting(sighting_id)
    _check_may_see(sighting)
    found = seen_picture(services, sighting_id)
    if _is_student():
        return render_template("hourly/own.html", found=found)
    is_snapshot = found.recording.kind is RecordingKind.SNAPSHOT
    boxes = annotate(services, found) if is_snapshot else []
    return render_template(
        "hourly/seen.html",
        found=found,
        boxes=boxes,
        names={kind: _names(boxes, found.recording, share) for kind, share in _LETTERS.items()},
        is_snapshot=is_snapshot,
        is_playable=is_playable(found.recording),
    )


@blueprint.get("/seen/<sighting_id>/face")
@roles_required()
def face(sighting_id: str) -> ResponseReturnValue:
    """The face alone, also for the student whose it is."""
    sighting = current_services().store.sighting(sighting_id)
    _check_may_see(sighting)
    if sighting.picture_key is None:
        raise NotFound("There is no picture of this.")
    picture_seen(sighting)
    return serve(sighting.picture_key)


def _names(boxes: Sequence[NamedBox], recording: Recording, share: float) -> list[tuple[str, NamePlace]]:
    """Those of the boxes, and where they are written in letters of that share of the picture's width."""
    shown = [(one.box, name_seen(one.person)) for one in boxes if one.box]
    names = [name for _, name in shown]
    size = recording.width, recording.height
    return list(zip(names, place_names([box for box, _ in shown], names, size, share * size[0]), strict=True))


def _grid(course: Course, day: date) -> HourlyGrid:
    grid = hourly_attendance(current_services(), course.id, day)
    return own_row(grid, signed_in_user().student_id) if _is_student() else grid


def _pictures_to_show(grid: HourlyGrid) -> set[str]:
    """Ids of the sightings in the grid whose picture this person may open."""
    cells = [cell for row in grid.rows for cell in row.cells if cell.sighting is not None]
    if not _is_student():
        return {cell.sighting.id for cell in cells if cell.sighting}
    services, own = current_services(), signed_in_user().student_id
    sure = {cell.sighting.id: cell.sighting for cell in cells if cell.sighting and cell.presence is Presence.PRESENT}
    return {sighting_id for sighting_id, one in sure.items() if may_be_shown_to(services, one, own)}


def _check_may_see(sighting: Sighting) -> None:
    services = current_services()
    if not _is_student():
        lecture_or_404(services.store.recording(sighting.recording_id).lecture_id)
    elif not may_be_shown_to(services, sighting, signed_in_user().student_id):
        raise NotFound("There is no picture of this.")


def _is_student() -> bool:
    return signed_in_user().role is Role.STUDENT


def _chosen(courses: Sequence[Course]) -> Course:
    asked = request.args.get("course", "")
    return next((course for course in courses if course.id == asked), courses[0])


def _asked_day() -> date | None:
    day = date_or_none(request.args.get("day", ""))
    return day if day and _FIRST_DAY <= day <= _LAST_DAY else None


def _today(course: Course) -> date:
    return current_services().now().astimezone(pytz.timezone(course.timezone)).date()
