"""The pages where lectures are added without a recording, and changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from wtforms import SelectChoice

from attendance.errors import AlreadyExists, Conflict, InvalidInput
from attendance.model import Course
from attendance.rules.terms import Term, days_in, lecture_times
from attendance.rules.texts import isolated
from attendance.use_cases.lectures.planning import add_lecture, add_term, change_lecture, plan_term
from attendance.wall_time import wall_time
from website.access import course_or_404, lecture_or_404, roles_required, visible_courses
from website.current import current_services, signed_in_user
from website.lectures.forms import ChangeLectureForm, LectureForm, TermForm
from website.lectures.views import STAFF, blueprint

_Refusals = (AlreadyExists, Conflict, InvalidInput)


@blueprint.route("/add", methods=["GET", "POST"])
@roles_required(*STAFF)
def add() -> ResponseReturnValue:
    """Add one lecture."""
    courses = visible_courses()
    form = _for_courses(LectureForm(data=_today(_chosen())))
    if form.validate_on_submit():
        course = course_or_404(form.course_id.data)
        try:
            starts_at, ends_at = lecture_times(course.timezone, form.date.data, form.starts.data, form.ends.data)
            lecture = add_lecture(
                current_services(),
                course_id=course.id,
                starts_at=starts_at,
                ends_at=ends_at,
                title=form.title.data or "",
                by=signed_in_user().id,
            )
        except _Refusals as refused:
            form.refuse(refused)
        else:
            flash(_("The lecture was added."), "success")
            return redirect(url_for("lectures.show", lecture_id=lecture.id))
    return render_template("lectures/add.html", form=form, courses=courses)


@blueprint.route("/term", methods=["GET", "POST"])
@roles_required(*STAFF)
def term() -> ResponseReturnValue:
    """Add the lectures of a term, after showing which days they are on."""
    courses = visible_courses()
    form = _for_courses(TermForm(data={"course_id": _chosen()}))
    planned = None
    if form.validate_on_submit():
        course = course_or_404(form.course_id.data)
        try:
            wanted = _term(form)
            planned = plan_term(current_services(), course.id, wanted)
            if request.form.get("do") == "add":
                added = add_term(
                    current_services(),
                    course.id,
                    wanted,
                    only={datetime.fromisoformat(one) for one in request.form.getlist("lecture")},
                    title=form.title.data or "",
                    by=signed_in_user().id,
                )
                flash(ngettext("%(num)d lecture was added.", "%(num)d lectures were added.", len(added)), "success")
                return redirect(url_for("lectures.index", course=course.id))
        except _Refusals as refused:
            form.refuse(refused)
        except ValueError:  # a start that this page never showed
            form.refuse(InvalidInput("Choose the lectures from the list."))
        return render_template("lectures/term.html", form=form, courses=courses, planned=planned, course=course)
    return render_template("lectures/term.html", form=form, courses=courses, planned=None, course=None)


@blueprint.route("/<lecture_id>/change", methods=["GET", "POST"])
@roles_required(*STAFF)
def change(lecture_id: str) -> ResponseReturnValue:
    """Change title and time; the marks follow without a new search."""
    lecture, course = lecture_or_404(lecture_id)
    starts, ends = (wall_time(course.timezone, one) for one in (lecture.starts_at, lecture.ends_at))
    now = {"date": starts.date(), "starts": starts.time(), "ends": ends.time(), "title": lecture.title}
    form = ChangeLectureForm(data=now)
    if form.validate_on_submit():
        try:
            starts_at, ends_at = lecture_times(course.timezone, form.date.data, form.starts.data, form.ends.data)
            times_stay = (form.date.data, form.starts.data, form.ends.data) == _shown(starts, ends)
            change_lecture(
                current_services(),
                lecture_id,
                starts_at=lecture.starts_at if times_stay else starts_at,
                ends_at=lecture.ends_at if times_stay else ends_at,
                title=form.title.data or "",
                by=signed_in_user().id,
            )
        except _Refusals as refused:
            form.refuse(refused)
        else:
            flash(_("The lecture was changed. Its marks are decided by the new time."), "success")
            return redirect(url_for("lectures.show", lecture_id=lecture_id))
    return render_template("lectures/change.html", form=form, lecture=lecture, course=course)


def _shown(starts: datetime, ends: datetime) -> tuple[Any, ...]:
    """What the form shows of times: seconds are not in it, and stay where nothing else changes."""
    first, last = (one.time().replace(second=0, microsecond=0) for one in (starts, ends))
    return starts.date(), first, last


def _chosen() -> str | None:
    return request.args.get("course")


def _for_courses(form: Any) -> Any:
    form.course_id.choices = [
        SelectChoice(one.id, f"{isolated(one.label)} · {isolated(one.name)}") for one in visible_courses()
    ]
    return form


def _today(course_id: str | None) -> dict[str, Any]:
    """The course that was come from, and the day that it is there."""
    courses: list[Course] = [one for one in visible_courses() if one.id == course_id] or list(visible_courses())[:1]
    zone = courses[0].timezone if courses else current_services().settings.timezone
    return {"course_id": course_id, "date": wall_time(zone, current_services().now()).date()}


def _term(form: TermForm) -> Term:
    """Raises InvalidInput."""
    return Term(
        weekdays=frozenset(int(day) for day in form.weekdays.data or ()),
        starts=form.starts.data,
        ends=form.ends.data,
        first_on=form.first_on.data,
        last_on=form.last_on.data,
        days_off=days_in(form.days_off.data or ""),
    )
