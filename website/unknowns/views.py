"""The list of a course's unknown people, and one of them with all pictures."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from attendance.model import Course, Role, UnknownDecision
from attendance.use_cases.unknowns.groups import (
    UnknownGroup,
    groups,
    no_group,
    owner_of,
    who_it_may_be,
)
from attendance.use_cases.unknowns.vectors import keeps_vectors
from website.access import course_or_404, roles_required
from website.current import current_services, current_settings

blueprint = Blueprint("unknowns", __name__, url_prefix="/courses/<course_id>/unknown", template_folder="templates")

STAFF = (Role.ADMIN, Role.TEACHER)
_MOST_LETTERS = 100


@blueprint.get("")
@roles_required(*STAFF)
def index(course_id: str) -> ResponseReturnValue:
    """Those whom nobody named, with their best pictures; below them the others, and what was said."""
    course = course_or_404(course_id)
    found = groups(current_services(), course)
    unnamed = [group for group in found if group.is_open]
    return render_template(
        "unknowns/index.html",
        course=course,
        unnamed=[group for group in unnamed if group.best],
        unclear=sum(not group.best for group in unnamed),
        settled=[group for group in found if not group.is_open],
        decisions=_newest_first(found),
        names=_names(found),
        **_about_vectors(course),
    )


@blueprint.get("/<group_id>")
@roles_required(*STAFF)
def show(course_id: str, group_id: str) -> ResponseReturnValue:
    """One of them, and who it may be."""
    course = course_or_404(course_id)
    text = request.args.get("text", "")[:_MOST_LETTERS]
    found = groups(current_services(), course)
    group = next((one for one in found if any(seen.sighting.id == group_id for seen in one.seen)), None)
    if group is None:
        raise no_group()
    return render_template(
        "unknowns/show.html",
        course=course,
        group=group,
        text=text,
        candidates=who_it_may_be(current_services(), course, text),
        on_roster={student.id for student in current_services().store.roster(course_id)},
        others=[one for one in found if one.best and one.id != group.id],
        names=_names(found),
    )


def _newest_first(found: Sequence[UnknownGroup]) -> list[UnknownDecision]:
    """Each once, although it may be about several of them."""
    about = {one.id: one for group in found for one in group.decisions}
    return sorted(about.values(), key=lambda one: (one.at, one.id), reverse=True)


def _names(found: Sequence[UnknownGroup]) -> dict[str, str]:
    """Of the students who were spoken of, by id; those who are gone were forgotten with what was said."""
    spoken_of = {one.student_id for group in found for one in group.decisions if one.student_id is not None}
    return {student_id: current_services().store.student(student_id).name for student_id in spoken_of}


def _about_vectors(course: Course) -> dict[str, object]:
    """What the page says of how people are told apart."""
    services = current_services()
    return {
        "keeps_vectors": keeps_vectors(services, owner_of(course)),
        "gives_vectors": services.faces.gives_vectors,
        "days": current_settings().unknown_days,
    }
