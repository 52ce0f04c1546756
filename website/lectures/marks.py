"""The pages where a person decides about a mark."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from attendance.errors import Conflict, InvalidInput, NotFound
from attendance.model import Course, Lecture, Mark, Student, new_id
from attendance.use_cases.lectures import marks as review_mark
from attendance.use_cases.lectures.lectures import attendee
from attendance.use_cases.lectures.marks import is_over_now, students_to_mark
from attendance.use_cases.unknowns.deciding import not_this_student as remember_refusal
from website.access import lecture_or_404, roles_required
from website.current import current_services, signed_in_user
from website.lectures.forms import ConfirmForm, MarkForm
from website.lectures.undo_offer import offer_undo
from website.lectures.views import STAFF, blueprint
from website.sentences import in_words

Decision = Callable[..., Mark]


@blueprint.route("/<lecture_id>/marks/<student_key>", methods=["GET", "POST"])
@roles_required(*STAFF)
def mark(lecture_id: str, student_key: str) -> ResponseReturnValue:
    """One student in one lecture: what was seen, what was decided, and the form to decide otherwise."""
    lecture, course, student = student_of_lecture(lecture_id, student_key)
    form, act = MarkForm(), new_id()
    form.offer(course)
    if form.validate_on_submit():
        try:
            review_mark.set_mark(
                current_services(),
                lecture_id,
                student.id,
                form.chosen,
                form.reason.data or "",
                by=signed_in_user().id,
                own_status=form.chosen_own,
                action=act,
            )
        except InvalidInput as refused:
            form.refuse(refused)
        else:
            offer_undo(lecture_id, act, _("The mark of %(name)s was changed.", name=student.name))
            return _back(lecture_id)
    one, history = attendee(current_services(), lecture_id, student)
    return render_template(
        "lectures/mark.html",
        form=form,
        confirm_form=ConfirmForm(formdata=None),
        lecture=lecture,
        course=course,
        attendee=one,
        history=history,
        is_over=is_over_now(current_services())(lecture),
        appeals=[one for one in current_services().store.appeals_of(student.id) if one.lecture_id == lecture_id],
    )


@blueprint.post("/<lecture_id>/marks/<student_key>/confirm")
@roles_required(*STAFF)
def confirm(lecture_id: str, student_key: str) -> ResponseReturnValue:
    """It is this student."""
    return _decide(review_mark.confirm, lecture_id, student_key, _("The face was confirmed."))


@blueprint.post("/<lecture_id>/marks/<student_key>/refuse")
@roles_required(*STAFF)
def refuse(lecture_id: str, student_key: str) -> ResponseReturnValue:
    """It is somebody else."""
    return _decide(review_mark.refuse, lecture_id, student_key, _("The face was refused."))


@blueprint.post("/<lecture_id>/marks/<student_key>/undo")
@roles_required(*STAFF)
def undo(lecture_id: str, student_key: str) -> ResponseReturnValue:
    """Back to what the search says."""
    return _decide(review_mark.undo, lecture_id, student_key, _("The mark is what the search says again."))


@blueprint.post("/<lecture_id>/marks/<student_key>/not-this-student")
@roles_required(*STAFF)
def not_this_student(lecture_id: str, student_key: str) -> ResponseReturnValue:
    """The face that the mark rests on is somebody else's."""
    student_of_lecture(lecture_id, student_key)
    sighting_id = request.form.get("sighting", "")
    if sighting_id not in {seen.id for seen in current_services().store.sightings(lecture_id)}:
        flash(_("The recording was searched again meanwhile; look at the mark anew."), "warning")
    else:
        remember_refusal(current_services(), signed_in_user(), sighting_id, student_key)
        flash(_("The face will not be taken for this student again."), "success")
    return redirect(url_for("lectures.mark", lecture_id=lecture_id, student_key=student_key))


def _decide(decision: Decision, lecture_id: str, student_key: str, done: str) -> Response:
    _lecture, _course, student = student_of_lecture(lecture_id, student_key)
    act = new_id()
    try:
        decision(current_services(), lecture_id, student.id, by=signed_in_user().id, action=act)
    except (Conflict, InvalidInput) as refused:  # somebody else decided a moment before
        flash(in_words(refused), "warning")
    else:
        offer_undo(lecture_id, act, done)
    return _back(lecture_id)


def student_of_lecture(lecture_id: str, student_key: str) -> tuple[Lecture, Course, Student]:
    """Somebody who is or was on its roster, where this person may see the lecture. Raises NotFound."""
    lecture, course = lecture_or_404(lecture_id)
    services = current_services()
    student = services.store.student_by_key(student_key)
    if student.id not in students_to_mark(services, lecture_id):
        raise NotFound("There is no such student in this lecture.")
    return lecture, course, student


def _back(lecture_id: str) -> Response:
    return redirect(url_for("lectures.show", lecture_id=lecture_id))
