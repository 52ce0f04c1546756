"""The unknown people of a door, for admins and the staff of that door: who they are, and what a person says of them."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from attendance.errors import Conflict, InvalidInput
from attendance.model import Device, Role, Student
from attendance.use_cases.doors import deciding
from attendance.use_cases.doors.groups import groups, who_it_may_be
from attendance.use_cases.unknowns.groups import no_group
from attendance.use_cases.unknowns.vectors import set_switch
from website.access import door_or_404, roles_required
from website.current import current_services, signed_in_user
from website.sentences import in_words
from website.unknowns.places import Place, names_in, newest_first
from website.unknowns.views import MOST_LETTERS, STAFF

blueprint = Blueprint("door_unknowns", __name__, url_prefix="/doors/<device_id>/unknown", template_folder="templates")

MOST_SHOWN = 60
"""The newest of those whom nobody named; the page of unknown and unsure visits goes on."""


@blueprint.get("")
@roles_required(*STAFF)
def index(device_id: str) -> ResponseReturnValue:
    """Those whom nobody named, with their best pictures; below them the others, and what was said."""
    place = Place(door_or_404(device_id))
    found = groups(current_services(), door_or_404(device_id))
    unnamed = [group for group in found if group.is_open]
    shown = [group for group in unnamed if group.best][:MOST_SHOWN]
    return render_template(
        "unknowns/index.html",
        place=place,
        unnamed=shown,
        left_out=len(unnamed) - len(shown),
        settled=[group for group in found if not group.is_open],
        decisions=newest_first(found),
        names=names_in(found),
        **place.about_vectors(),
    )


@blueprint.get("/<group_id>")
@roles_required(*STAFF)
def show(device_id: str, group_id: str) -> ResponseReturnValue:
    """One of them, and who it may be."""
    door = door_or_404(device_id)
    text = request.args.get("text", "")[:MOST_LETTERS]
    found = groups(current_services(), door)
    group = next((one for one in found if any(seen.visit.id == group_id for seen in one.seen)), None)
    if group is None:
        raise no_group()
    candidates = who_it_may_be(current_services(), text)
    return render_template(
        "unknowns/show.html",
        place=Place(door),
        group=group,
        text=text,
        candidates=candidates,
        on_roster={student.id for student in candidates},
        others=[one for one in found if one.best and one.id != group.id][:MOST_SHOWN],
        names=names_in(found),
    )


@blueprint.post("/<group_id>/name")
@roles_required(*STAFF)
def name(device_id: str, group_id: str) -> ResponseReturnValue:
    """All their visits are this student's."""
    door = _door_of(device_id, group_id)

    def decide() -> str:
        keep, student = bool(request.form.get("keep_photo")), _student()
        done = deciding.name_group(current_services(), signed_in_user(), group_id, student, keep_photo=keep)
        if done.refusal is not None:
            flash(_("No photo was kept: %(reason)s", reason=in_words(done.refusal)), "warning")
        return _("This is %(name)s now, in all visits of this person.", name=done.student.name)

    return _decided(decide, door, group_id)


@blueprint.post("/<group_id>/not")
@roles_required(*STAFF)
def refuse(device_id: str, group_id: str) -> ResponseReturnValue:
    """This is not that student."""
    door = _door_of(device_id, group_id)

    def decide() -> str:
        deciding.not_this_person(current_services(), signed_in_user(), group_id, _student())
        return _("It will not be proposed again.")

    return _decided(decide, door, group_id)


@blueprint.post("/<group_id>/ignore")
@roles_required(*STAFF)
def ignore(device_id: str, group_id: str) -> ResponseReturnValue:
    """Nobody of ours."""
    door = _door_of(device_id, group_id)

    def decide() -> str:
        deciding.ignore_group(current_services(), signed_in_user(), group_id)
        return _("This person is ignored from now on.")

    return _decided(decide, door, group_id)


@blueprint.post("/<group_id>/split")
@roles_required(*STAFF)
def split(device_id: str, group_id: str) -> ResponseReturnValue:
    """The chosen pictures are somebody else."""
    door = _door_of(device_id, group_id)

    def decide() -> str:
        deciding.split(current_services(), signed_in_user(), group_id, request.form.getlist("seen"))
        return _("The chosen pictures are a person of their own now.")

    return _decided(decide, door, group_id)


@blueprint.post("/<group_id>/merge")
@roles_required(*STAFF)
def merge(device_id: str, group_id: str) -> ResponseReturnValue:
    """The same person as the chosen one."""
    door = _door_of(device_id, group_id)

    def decide() -> str:
        other = request.form.get("other", "")
        if not other:
            raise InvalidInput("Choose the other person.")
        deciding.merge(current_services(), signed_in_user(), group_id, other)
        return _("These are one person now.")

    return _decided(decide, door, group_id)


@blueprint.post("/undo/<decision_id>")
@roles_required(*STAFF)
def undo(device_id: str, decision_id: str) -> ResponseReturnValue:
    """As if it had not been said."""
    door = door_or_404(device_id)

    def decide() -> str:
        done = deciding.undo(current_services(), signed_in_user(), door, decision_id)
        if done.face_id is not None:
            return _("It was undone, and the photo that was kept with it was removed.")
        return _("It was undone.")

    return _decided(decide, door)


@blueprint.post("/vectors")
@roles_required(Role.ADMIN)
def vectors(device_id: str) -> ResponseReturnValue:
    """Let vectors of unknown people be kept, or have them forgotten."""
    door = door_or_404(device_id)
    on = request.form.get("on") == "yes"
    try:
        set_switch(current_services(), signed_in_user(), door, on=on)
    except InvalidInput as refused:
        flash(in_words(refused), "warning")
    else:
        done = _("Unknown people are told apart over visits from now on.") if on else _("All vectors were forgotten.")
        flash(done, "success")
    return redirect(url_for("devices.show", device_id=door.id))


def _door_of(device_id: str, group_id: str) -> Device:
    """The door, where the person was seen there. Raises NotFound."""
    door = door_or_404(device_id)
    if current_services().store.visit(group_id).device_id != door.id:
        raise no_group()
    return door


def _student() -> Student:
    """Who was chosen. Raises InvalidInput, NotFound."""
    key = request.form.get("student", "")
    if not key:
        raise InvalidInput("Choose who this is.")
    return current_services().store.student_by_key(key)


def _decided(decide: Callable[[], str], door: Device, group_id: str | None = None) -> Response:
    """To the list, or back to the person where it was refused."""
    try:
        done = decide()
    except (Conflict, InvalidInput) as refused:
        flash(in_words(refused), "warning")
        if group_id is not None:
            return redirect(url_for("door_unknowns.show", device_id=door.id, group_id=group_id))
    else:
        flash(done, "success")
    return redirect(url_for("door_unknowns.index", device_id=door.id))
