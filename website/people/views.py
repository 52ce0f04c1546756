"""The wall of people, a person's visits and those of nobody known, for admins and the staff of each door."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from attendance.model import Role, VisitPlace
from attendance.sentences import no_such_student
from attendance.use_cases.doors.doors import doors_of
from attendance.use_cases.doors.reading import ShownVisit, VisitPage, mark_of, newest_visits, one_visit, wall
from website.access import roles_required
from website.current import current_services, current_settings, signed_in_user
from website.devices.heat_map import HeatMap, heat_map
from website.navigation import STAFF
from website.people.words import ago
from website.request_args import page_number
from website.visit_places import place_of, written_place

blueprint = Blueprint("people", __name__, url_prefix="/people", template_folder="templates")
blueprint.add_app_template_filter(ago)

PER_PAGE = 30


@blueprint.get("/")
@roles_required(*STAFF)
def index() -> ResponseReturnValue:
    """Everybody by the last visit."""
    number = page_number(request.args)
    shown = wall(current_services(), signed_in_user(), page=number)
    return render_template(
        "people/index.html",
        page=shown.page,
        mark=shown.mark,
        doors=doors_of(current_services(), signed_in_user()),
        live_url=url_for("people.live", page=number),
    )


@blueprint.get("/live")
@roles_required(*STAFF)
def live() -> ResponseReturnValue:
    """The cards alone, for the page that asks again and again."""
    shown = wall(current_services(), signed_in_user(), page=page_number(request.args))
    return _marked(shown.mark, "people/cards.html", page=shown.page)


@blueprint.get("/unknown")
@roles_required(*STAFF)
def unknown() -> ResponseReturnValue:
    """Visits of nobody known, or not surely, newest first."""
    found = newest_visits(current_services(), signed_in_user(), unnamed=True, before=_before(), limit=PER_PAGE)
    doors = doors_of(current_services(), signed_in_user())
    return render_template("people/unknown.html", doors=doors, **_listed(found))


@blueprint.get("/<student_key>")
@roles_required(*STAFF)
def person(student_key: str) -> ResponseReturnValue:
    """The visits of one person at the doors that the reader may see."""
    student, found = _visits_of(student_key)
    return render_template(
        "people/person.html",
        student=student,
        mark=mark_of(found.items),
        days=current_settings().visit_days,
        live_url=url_for("people.person_live", student_key=student_key, before=_asked()),
        **_listed(found),
    )


@blueprint.get("/<student_key>/live")
@roles_required(*STAFF)
def person_live(student_key: str) -> ResponseReturnValue:
    """The visits alone."""
    student, found = _visits_of(student_key)
    return _marked(mark_of(found.items), "people/visits.html", student=student, **_listed(found))


@blueprint.get("/visits/<visit_id>")
@roles_required(*STAFF)
def visit(visit_id: str) -> ResponseReturnValue:
    """One visit, and who it is."""
    from website.people.naming import visit_page  # noqa: PLC0415 - its forms add their views to this blueprint

    return visit_page(one_visit(current_services(), signed_in_user(), visit_id))


def heat_of(one: ShownVisit) -> HeatMap | None:
    """What the sensor saw, drawn."""
    return heat_map(one.visit.reading) if one.visit.reading is not None else None


def _visits_of(student_key: str) -> tuple[object, VisitPage]:
    """Raises NotFound, also where staff see none of the person's visits: then the person is none of their business."""
    services, user = current_services(), signed_in_user()
    student = services.store.student_by_key(student_key)
    found = newest_visits(services, user, student_id=student.id, before=_before(), limit=PER_PAGE)
    if not found.items and user.role is not Role.ADMIN:
        raise no_such_student()
    return student, found


def _listed(found: VisitPage) -> dict[str, object]:
    return {
        "visits": found.items,
        "heats": {one.visit.id: heat_of(one) for one in found.items},
        "older": written_place(found.older) if found.older is not None else None,
        "is_first": _before() is None,
    }


def _before() -> VisitPlace | None:
    return place_of(request.args.get("before", ""))


def _asked() -> str | None:
    before = _before()
    return written_place(before) if before is not None else None


def _marked(mark: str, template: str, **shown: object) -> Response:
    """Nothing but 304 where the page has it already."""
    answer = make_response("" if mark in request.if_none_match else render_template(template, **shown))
    answer.set_etag(mark)
    answer.headers["Cache-Control"] = "private, no-store"
    answer.make_conditional(request)
    return answer
