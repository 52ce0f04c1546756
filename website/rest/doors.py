"""Doors and who sees their visits; a visit named, given no name, and removed."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask import url_for
from flask.typing import ResponseReturnValue

from attendance.model import Device, Role
from attendance.sentences import no_device
from attendance.use_cases.doors.doors import doors_of, set_door
from attendance.use_cases.doors.naming import name_visit, remove_visit, unname_visit
from attendance.use_cases.doors.reading import one_visit
from website.api.visits import VisitAnswer, told_visit
from website.current import current_services, signed_in_user
from website.openapi.schemas import LenientSchema, Text, YesOrNo
from website.rest.blueprint import STAFF, blueprint, check_version
from website.rest.paging import PageAnswer, PageQuery, cut, page_of
from website.rest.unknowns import NameSchema


class DoorAnswer(ma.Schema):
    """A door."""

    id = ma.fields.String()
    name = ma.fields.String()
    place = ma.fields.String(attribute="room")
    records_since = ma.fields.AwareDateTime(attribute="visits_since", allow_none=True)
    tells_names = ma.fields.Boolean(metadata={"description": "Whether its own screen is told whom it sees."})
    staff = ma.fields.List(ma.fields.String(), metadata={"description": "Ids of users who see its visits."})


class DoorsAnswer(PageAnswer):
    """A page of doors, sorted by place and name."""

    items = ma.fields.List(ma.fields.Nested(DoorAnswer))


class DoorSchema(LenientSchema):
    """What a door may do. What is left out stays."""

    records = YesOrNo()
    tells_names = YesOrNo()
    staff = ma.fields.List(Text(), metadata={"description": "Ids of users."})


@blueprint.operation("GET", "/doors", "visits:read", *STAFF)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, DoorsAnswer)
def doors(asked: dict[str, Any]) -> ResponseReturnValue:
    """The doors whose visits you may see: all for admins, those that name you for others."""
    found = cut(doors_of(current_services(), signed_in_user()), asked)
    return page_of(found, [_shown(one) for one in found.items])


@blueprint.operation("GET", "/doors/<door_id>", "visits:read", *STAFF)
@blueprint.response(200, DoorAnswer)
@blueprint.refuses(404)
def door(door_id: str) -> dict[str, Any]:
    """One door."""
    return _shown(_door_or_404(door_id))


@blueprint.operation("PATCH", "/doors/<door_id>", "devices:write", Role.ADMIN, versioned=True)
@blueprint.arguments(DoorSchema)
@blueprint.response(200, DoorAnswer)
@blueprint.refuses(404, 412)
def change_a_door(words: dict[str, Any], door_id: str) -> dict[str, Any]:
    """Say whether a door records visits, who sees them, and whether it is told names."""
    found = _door_or_404(door_id)
    check_version(door, door_id=door_id)
    changed = set_door(
        current_services(),
        door_id,
        records=words.get("records", found.visits_since is not None),
        staff_ids=words.get("staff", found.staff_ids),
        tells_names=words.get("tells_names", found.tells_names),
        by=signed_in_user().id,
    )
    return _shown(changed)


@blueprint.operation("GET", "/visits/<visit_id>", "visits:read", *STAFF)
@blueprint.response(200, VisitAnswer)
@blueprint.refuses(404)
def visit(visit_id: str) -> dict[str, object]:
    """One visit."""
    return told_visit(one_visit(current_services(), signed_in_user(), visit_id))


@blueprint.operation("POST", "/visits/<visit_id>/name", "visits:write", *STAFF, versioned=True)
@blueprint.arguments(NameSchema)
@blueprint.response(200, VisitAnswer)
@blueprint.refuses(404, 409, 412)
def name_a_visit(words: dict[str, Any], visit_id: str) -> ResponseReturnValue:
    """Say that a visit shows a student who agreed to be known at doors."""
    services, user = current_services(), signed_in_user()
    one_visit(services, user, visit_id)
    check_version(visit, visit_id=visit_id)
    student = services.store.student_by_key(words["student"])
    name_visit(services, visit_id, student, by=user.id, keep_photo=words["keep_photo"])
    return visit(visit_id), 200, {"Content-Location": url_for("rest.visit", visit_id=visit_id)}


@blueprint.operation("DELETE", "/visits/<visit_id>/name", "visits:write", *STAFF, versioned=True)
@blueprint.response(204)
@blueprint.refuses(404, 409, 412)
def unname_a_visit(visit_id: str) -> None:
    """Say that a visit shows nobody who agreed to be known at doors."""
    services, user = current_services(), signed_in_user()
    one_visit(services, user, visit_id)
    check_version(visit, visit_id=visit_id)
    unname_visit(services, visit_id, by=user.id)


@blueprint.operation("DELETE", "/visits/<visit_id>", "visits:write", *STAFF, versioned=True)
@blueprint.response(204)
@blueprint.refuses(404, 412)
def remove_a_visit(visit_id: str) -> None:
    """Remove a visit with its picture and what the sensor saw."""
    services, user = current_services(), signed_in_user()
    one_visit(services, user, visit_id)
    check_version(visit, visit_id=visit_id)
    remove_visit(services, visit_id, by=user.id)


def _door_or_404(door_id: str) -> Device:
    for found in doors_of(current_services(), signed_in_user()):
        if found.id == door_id:
            return found
    raise no_device()


def _shown(found: Device) -> dict[str, Any]:
    own = {name: getattr(found, name) for name in ("id", "name", "room", "visits_since", "tells_names")}
    return own | {"staff": sorted(found.staff_ids)}
