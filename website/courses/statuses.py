"""The page of a course's own statuses, and of what counts in its percentages."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from attendance.errors import InvalidInput, NotFound, RollcallError
from attendance.model import Course, OwnStatus, Status
from attendance.use_cases.courses.statuses import retire_status, save_status, set_counting
from website.access import course_or_404, roles_required
from website.courses.forms import ConfirmForm, CountingForm, StatusForm
from website.courses.views import STAFF, blueprint
from website.current import current_services, signed_in_user
from website.sentences import in_words


@blueprint.route("/<course_id>/statuses", methods=["GET", "POST"])
@roles_required(*STAFF)
def statuses(course_id: str) -> ResponseReturnValue:
    """The course's own statuses, and what being late counts."""
    course = course_or_404(course_id)
    form = CountingForm(obj=course)
    if form.validate_on_submit():
        try:
            set_counting(
                current_services(),
                course_id,
                late_points=form.late_points.data or 0.0,
                least_video_percent=form.least_video_percent.data or 0,
                by=signed_in_user().id,
            )
        except InvalidInput as refused:
            form.refuse(refused)
        else:
            flash(_("Saved. Lectures that are marked from now on follow it, and all percentages do."), "success")
            return redirect(url_for("courses.statuses", course_id=course_id))
    return render_template("courses/statuses.html", course=course, form=form, confirm_form=ConfirmForm(formdata=None))


@blueprint.route("/<course_id>/statuses/add", methods=["GET", "POST"])
@roles_required(*STAFF)
def add_status(course_id: str) -> ResponseReturnValue:
    """One more status."""
    return _edit(course_or_404(course_id), None)


@blueprint.route("/<course_id>/statuses/<status_id>", methods=["GET", "POST"])
@roles_required(*STAFF)
def change_status(course_id: str, status_id: str) -> ResponseReturnValue:
    """Change one of them; marks that carry it follow."""
    course = course_or_404(course_id)
    return _edit(course, _own(course, status_id))


@blueprint.post("/<course_id>/statuses/<status_id>/retire")
@roles_required(*STAFF)
def retire(course_id: str, status_id: str) -> ResponseReturnValue:
    """Offer it no more, or again."""
    course = course_or_404(course_id)
    own = _own(course, status_id)
    retired = request.form.get("again") != "yes"
    if ConfirmForm().validate_on_submit():
        try:
            retire_status(current_services(), course_id, own.id, retired=retired, by=signed_in_user().id)
        except RollcallError as refused:
            flash(in_words(refused), "warning")
        else:
            no_more = _("%(name)s can be chosen no more. Marks keep it.", name=own.name)
            flash(no_more if retired else _("%(name)s can be chosen again.", name=own.name), "success")
    return redirect(url_for("courses.statuses", course_id=course_id))


def _edit(course: Course, own: OwnStatus | None) -> ResponseReturnValue:
    form = StatusForm(obj=own)
    if form.validate_on_submit():
        try:
            save_status(
                current_services(),
                course.id,
                status_id=own.id if own else None,
                name=form.name.data or "",
                letter=form.letter.data or "",
                base=Status(form.base.data),
                points=form.points.data or 0.0,
                attended=form.attended.data,
                icon=form.icon.data,
                tone=form.tone.data,
                by=signed_in_user().id,
            )
        except InvalidInput as refused:
            form.refuse(refused)
        else:
            flash(_("The status was saved."), "success")
            return redirect(url_for("courses.statuses", course_id=course.id))
    return render_template("courses/status.html", course=course, form=form, own=own)


def _own(course: Course, status_id: str) -> OwnStatus:
    for one in course.statuses:
        if one.id == status_id:
            return one
    raise NotFound("This course has no such status.")
