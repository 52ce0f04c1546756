"""The pages where a teacher lets students check in by themselves, and the screen with the code."""

from __future__ import annotations

import io

import segno
from flask import Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from attendance.errors import InvalidInput, NotFound
from attendance.model import Course, Lecture
from attendance.rules.check_ins import check_in_window
from attendance.rules.rotating_codes import long_code, seconds_left, short_code, step_at
from attendance.use_cases.lectures.checking_in import end_check_in, let_check_in, set_check_in_rules
from website.access import lecture_or_404, roles_required
from website.current import current_services, signed_in_user
from website.lectures.forms import CheckInForm, ConfirmForm
from website.lectures.views import STAFF, blueprint


@blueprint.route("/<lecture_id>/check-in", methods=["GET", "POST"])
@roles_required(*STAFF)
def check_in(lecture_id: str) -> ResponseReturnValue:
    """Whether students may check in, who has, and from when and where it is possible in this course."""
    lecture, course = lecture_or_404(lecture_id)
    form = CheckInForm(
        data={
            "early": course.check_in_early_minutes,
            "late": course.check_in_late_minutes,
            "networks": course.check_in_networks,
        }
    )
    if form.validate_on_submit():
        try:
            set_check_in_rules(
                current_services(),
                course.id,
                early_minutes=form.early.data,
                late_minutes=form.late.data,
                networks=form.networks.data or "",
                by=signed_in_user().id,
            )
        except InvalidInput as refused:
            form.refuse(refused)
        else:
            flash(_("The rules of check-in were changed."), "success")
            return redirect(url_for("lectures.check_in", lecture_id=lecture_id))
    marks = current_services().store.marks(lecture_id)
    students = {one.id: one for one in current_services().store.roster(course.id)}
    here = [(one.check_in.at, one) for one in marks if one.check_in and one.student_id in students]
    came = [one for _at, one in sorted(here, key=lambda pair: pair[0])]
    opens, closes = check_in_window(lecture, course)
    return render_template(
        "lectures/check_in.html",
        lecture=lecture,
        course=course,
        form=form,
        confirm_form=ConfirmForm(formdata=None),
        came=came,
        students=students,
        opens=opens,
        closes=closes,
    )


@blueprint.post("/<lecture_id>/check-in/open")
@roles_required(*STAFF)
def open_check_in(lecture_id: str) -> ResponseReturnValue:
    """Take check-ins, and show the code."""
    lecture_or_404(lecture_id)
    let_check_in(current_services(), lecture_id, with_code=bool(request.form.get("with_code")), by=signed_in_user().id)
    where = "lectures.check_in" if request.form.get("with_code") else "lectures.check_in_screen"
    return redirect(url_for(where, lecture_id=lecture_id))


@blueprint.post("/<lecture_id>/check-in/end")
@roles_required(*STAFF)
def close_check_in(lecture_id: str) -> ResponseReturnValue:
    """Take no more."""
    lecture_or_404(lecture_id)
    end_check_in(current_services(), lecture_id, by=signed_in_user().id)
    flash(_("Nobody can check in any more."), "success")
    return redirect(url_for("lectures.check_in", lecture_id=lecture_id))


@blueprint.get("/<lecture_id>/check-in/screen")
@roles_required(*STAFF)
def check_in_screen(lecture_id: str) -> ResponseReturnValue:
    """The code for the whole room; its script renews it."""
    lecture, course = _open_or_404(lecture_id)
    return render_template("lectures/check_in_screen.html", lecture=lecture, course=course, **_now(lecture, course))


@blueprint.get("/<lecture_id>/check-in/now")
@roles_required(*STAFF)
def check_in_now(lecture_id: str) -> ResponseReturnValue:
    """The code of this moment."""
    lecture, course = _open_or_404(lecture_id)
    answer = jsonify(_now(lecture, course))
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/<lecture_id>/check-in/<step>.svg")
@roles_required(*STAFF)
def check_in_picture(lecture_id: str, step: str) -> ResponseReturnValue:
    """The picture of a code of now."""
    lecture, _course = _open_or_404(lecture_id)
    now = step_at(current_services().now())
    if step not in {str(one) for one in range(now - 1, now + 2)}:
        raise NotFound("This code is over.")
    code = long_code(lecture.check_in_key, lecture.id, int(step))
    address = url_for("check_in.scan", lecture_id=lecture.id, code=code, _external=True)
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        drawn, kind="svg", scale=10, border=2, dark="#000", light="#fff", xmldecl=False, omitsize=True
    )
    return Response(drawn.getvalue(), mimetype="image/svg+xml", headers={"Cache-Control": "no-store"})


def _open_or_404(lecture_id: str) -> tuple[Lecture, Course]:
    lecture, course = lecture_or_404(lecture_id)
    if not lecture.takes_check_ins:
        raise NotFound("Nobody can check in to this lecture now. Open the check-in first.")
    return lecture, course


def _now(lecture: Lecture, course: Course) -> dict[str, object]:
    now = current_services().now()
    step = step_at(now)
    marks = current_services().store.marks(lecture.id)
    return {
        "digits": short_code(lecture.check_in_key, lecture.id, step),
        "picture": url_for("lectures.check_in_picture", lecture_id=lecture.id, step=step),
        "left_ms": int(1000 * seconds_left(now)),
        "came": sum(mark.check_in is not None for mark in marks),
        "of": len(current_services().store.roster(course.id)),
    }
