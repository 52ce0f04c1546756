"""The list of a course's unknown people, and one of them with all pictures."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from attendance.model import Role
from attendance.use_cases.unknowns.groups import groups, no_group, who_it_may_be
from website.access import course_or_404, roles_required
from website.current import current_services
from website.unknowns.places import Place, names_in, newest_first

blueprint = Blueprint("unknowns", __name__, url_prefix="/courses/<course_id>/unknown", template_folder="templates")

STAFF = (Role.ADMIN, Role.TEACHER)
MOST_LETTERS = 100


@blueprint.get("")
@roles_required(*STAFF)
def index(course_id: str) -> ResponseReturnValue:
    """Those whom nobody named, with their best pictures; below them the others, and what was said."""
    place = Place(course_or_404(course_id))
    found = groups(current_services(), course_or_404(course_id))
    unnamed = [group for group in found if group.is_open]
    return render_template(
        "unknowns/index.html",
        place=place,
        unnamed=[group for group in unnamed if group.best],
        unclear=sum(not group.best for group in unnamed),
        settled=[group for group in found if not group.is_open],
        decisions=newest_first(found),
        names=names_in(found),
        **place.about_vectors(),
    )


@blueprint.get("/<group_id>")
@roles_required(*STAFF)
def show(course_id: str, group_id: str) -> ResponseReturnValue:
    """One of them, and who it may be."""
    course = course_or_404(course_id)
    text = request.args.get("text", "")[:MOST_LETTERS]
    found = groups(current_services(), course)
    group = next((one for one in found if any(seen.sighting.id == group_id for seen in one.seen)), None)
    if group is None:
        raise no_group()
    return render_template(
        "unknowns/show.html",
        place=Place(course),
        group=group,
        text=text,
        candidates=who_it_may_be(current_services(), course, text),
        on_roster={student.id for student in current_services().store.roster(course_id)},
        others=[one for one in found if one.best and one.id != group.id],
        names=names_in(found),
    )
