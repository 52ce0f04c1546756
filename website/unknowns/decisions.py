"""What a person says of unknown people: who it is, who it is not, that it is nobody, one person, or two."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from attendance.errors import Conflict, InvalidInput
from attendance.model import Course, Role, is_id
from attendance.use_cases.unknowns import deciding
from attendance.use_cases.unknowns.groups import no_group
from attendance.use_cases.unknowns.vectors import set_switch
from website.access import course_or_404, roles_required
from website.current import current_services, signed_in_user
from website.sentences import in_words
from website.unknowns.views import STAFF, blueprint


@blueprint.post("/<group_id>/name")
@roles_required(*STAFF)
def name(course_id: str, group_id: str) -> ResponseReturnValue:
    """This is that student."""
    course = _course_of(course_id, group_id)

    def decide() -> str:
        keep, student_key = bool(request.form.get("keep_photo")), request.form.get("student", "")
        if not student_key:
            raise InvalidInput("Choose who this is.")
        done = deciding.name_group(current_services(), signed_in_user(), group_id, student_key, keep_photo=keep)
        if done.refusal is not None:
            flash(_("No photo was kept: %(reason)s", reason=in_words(done.refusal)), "warning")
        if not done.is_marked:
            return _("This is %(name)s now, who is not on the roster and gets no mark.", name=done.student.name)
        return _("This is %(name)s now, and the lectures were marked anew.", name=done.student.name)

    return _decided(decide, course.id, group_id, request.form.get("lecture", ""))


@blueprint.post("/<group_id>/not")
@roles_required(*STAFF)
def refuse(course_id: str, group_id: str) -> ResponseReturnValue:
    """This is not that student."""
    course = _course_of(course_id, group_id)

    def decide() -> str:
        deciding.not_this_person(current_services(), signed_in_user(), group_id, request.form.get("student", ""))
        return _("It will not be proposed again.")

    return _decided(decide, course.id, group_id)


@blueprint.post("/<group_id>/ignore")
@roles_required(*STAFF)
def ignore(course_id: str, group_id: str) -> ResponseReturnValue:
    """Nobody of ours."""
    course = _course_of(course_id, group_id)

    def decide() -> str:
        deciding.ignore_group(current_services(), signed_in_user(), group_id)
        return _("This person is ignored from now on.")

    return _decided(decide, course.id, group_id)


@blueprint.post("/<group_id>/split")
@roles_required(*STAFF)
def split(course_id: str, group_id: str) -> ResponseReturnValue:
    """The chosen pictures are somebody else."""
    course = _course_of(course_id, group_id)

    def decide() -> str:
        chosen = request.form.getlist("seen")
        deciding.split(current_services(), signed_in_user(), group_id, chosen)
        return _("The chosen pictures are a person of their own now.")

    return _decided(decide, course.id, group_id)


@blueprint.post("/<group_id>/merge")
@roles_required(*STAFF)
def merge(course_id: str, group_id: str) -> ResponseReturnValue:
    """The same person as the chosen one."""
    course = _course_of(course_id, group_id)

    def decide() -> str:
        other = request.form.get("other", "")
        if not other:
            raise InvalidInput("Choose the other person.")
        deciding.merge(current_services(), signed_in_user(), group_id, other)
        return _("These are one person now.")

    return _decided(decide, course.id, group_id)


@blueprint.post("/undo/<decision_id>")
@roles_required(*STAFF)
def undo(course_id: str, decision_id: str) -> ResponseReturnValue:
    """As if it had not been said."""
    course = course_or_404(course_id)

    def decide() -> str:
        done = deciding.undo(current_services(), signed_in_user(), course, decision_id)
        if done.face_id is not None:
            return _("It was undone, and the photo that was kept with it was removed.")
        return _("It was undone, and the lectures were marked anew.")

    return _decided(decide, course.id)


@blueprint.post("/vectors")
@roles_required(Role.ADMIN)
def vectors(course_id: str) -> ResponseReturnValue:
    """Let vectors of unknown people be kept, or have them forgotten."""
    course = course_or_404(course_id)
    on = request.form.get("on") == "yes"
    try:
        set_switch(current_services(), signed_in_user(), course, on=on)
    except InvalidInput as refused:
        flash(in_words(refused), "warning")
    else:
        done = (
            _("Unknown people are told apart over recordings from now on.") if on else _("All vectors were forgotten.")
        )
        flash(done, "success")
    return redirect(url_for("courses.change", course_id=course.id))


def _course_of(course_id: str, group_id: str) -> Course:
    """The course, where the person is one of its unknown ones. Raises NotFound."""
    course, store = course_or_404(course_id), current_services().store
    recording = store.recording(store.sighting(group_id).recording_id)
    if store.lecture(recording.lecture_id).course_id != course.id:
        raise no_group()
    return course


def _decided(decide: Callable[[], str], course_id: str, group_id: str | None = None, lecture_id: str = "") -> Response:
    """To the lecture from which it was said, or to the list; back to the person where it was refused."""
    try:
        done = decide()
    except (Conflict, InvalidInput) as refused:
        flash(in_words(refused), "warning")
        if group_id is not None:
            return redirect(url_for("unknowns.show", course_id=course_id, group_id=group_id))
    else:
        flash(done, "success")
        if is_id(lecture_id):
            return redirect(url_for("lectures.show", lecture_id=lecture_id))
    return redirect(url_for("unknowns.index", course_id=course_id))
