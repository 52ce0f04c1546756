"""The unknown people of a door, and what programs say of them; who may see the door's visits may."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask import url_for
from flask.typing import ResponseReturnValue

from attendance.errors import InvalidInput
from attendance.model import DecisionKind, Student, UnknownDecision
from attendance.use_cases.doors import deciding
from attendance.use_cases.doors.groups import DoorGroup, SeenAtDoor, groups
from attendance.use_cases.unknowns.groups import no_group
from website.access import door_or_404
from website.current import current_services, signed_in_user
from website.openapi.schemas import LenientSchema, Text
from website.rest.blueprint import STAFF, blueprint
from website.rest.paging import PageAnswer, PageQuery, cut, page_of


class DoorVisitAnswer(ma.Schema):
    """A visit of somebody unknown."""

    id = ma.fields.String()
    at = ma.fields.AwareDateTime()
    picture = ma.fields.String(allow_none=True, metadata={"description": "Its address on this site."})


class UnknownPersonAnswer(ma.Schema):
    """Visits of one person whom no search could name."""

    id = ma.fields.String(metadata={"description": "That of the first visit, by which the person is decided."})
    visits = ma.fields.List(ma.fields.Nested(DoorVisitAnswer))
    best = ma.fields.List(ma.fields.Nested(DoorVisitAnswer), metadata={"description": "With the best pictures."})
    student_key = ma.fields.String(allow_none=True, metadata={"description": "Who a person said it is."})
    ignored = ma.fields.Boolean(metadata={"description": "Whether a person said that it is nobody of ours."})
    may_be = ma.fields.String(allow_none=True, metadata={"description": "The key of a student whom it may be."})
    decisions = ma.fields.List(ma.fields.String(), metadata={"description": "What was said of it, newest first."})


class UnknownPeopleAnswer(PageAnswer):
    """A page of unknown people, those whom nobody named first, and whoever was seen last before the others."""

    items = ma.fields.List(ma.fields.Nested(UnknownPersonAnswer))


class DecisionSchema(LenientSchema):
    """What is said of an unknown person."""

    kind = Text(
        required=True,
        validate=ma.validate.OneOf([kind.value for kind in DecisionKind]),
        metadata={"description": "named and not-student with `student`, together with `other`, apart with `visits`."},
    )
    student = Text(load_default="", metadata={"description": "The key of a student."})
    keep_photo = ma.fields.Boolean(load_default=False, metadata={"description": "Of `named`: keep it as a photo."})
    other = Text(load_default="", metadata={"description": "The id of the other person."})
    visits = ma.fields.List(ma.fields.String(), load_default=[], metadata={"description": "Of somebody else."})


class DecisionAnswer(ma.Schema):
    """What was said; by its id it is undone."""

    id = ma.fields.String()
    kind = ma.fields.String()
    at = ma.fields.AwareDateTime()


@blueprint.operation("GET", "/doors/<door_id>/unknown", "visits:read", *STAFF)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, UnknownPeopleAnswer)
@blueprint.refuses(404)
def unknown_at_a_door(asked: dict[str, Any], door_id: str) -> ResponseReturnValue:
    """The unknown people of a door, over its visits where an admin lets faces be compared."""
    found = cut(groups(current_services(), door_or_404(door_id)), asked)
    return page_of(found, [_told(one) for one in found.items])


@blueprint.operation("POST", "/doors/<door_id>/unknown/<person_id>/decisions", "visits:write", *STAFF)
@blueprint.arguments(DecisionSchema)
@blueprint.response(201, DecisionAnswer)
@blueprint.refuses(404, 409)
def decide_at_a_door(said: dict[str, Any], door_id: str, person_id: str) -> dict[str, Any]:
    """Say who an unknown person is, or is not, that it is nobody of ours, one person with another, or two."""
    door = door_or_404(door_id)
    if current_services().store.visit(person_id).device_id != door.id:
        raise no_group()
    done = _decide(person_id, said)
    return {"id": done.id, "kind": done.kind.value, "at": done.at}


@blueprint.operation("DELETE", "/doors/<door_id>/unknown/decisions/<door_decision_id>", "visits:write", *STAFF)
@blueprint.response(204)
@blueprint.refuses(404)
def undo_at_a_door(door_id: str, door_decision_id: str) -> None:
    """As if it had not been said; a photo that was kept with it goes too."""
    deciding.undo(current_services(), signed_in_user(), door_or_404(door_id), door_decision_id)


def _decide(group_id: str, said: dict[str, Any]) -> UnknownDecision:
    services, user, kind = current_services(), signed_in_user(), DecisionKind(said["kind"])
    if kind is DecisionKind.NAMED:
        keep = said["keep_photo"]
        return deciding.name_group(services, user, group_id, _student(said), keep_photo=keep).decision
    if kind is DecisionKind.NOT_STUDENT:
        return deciding.not_this_person(services, user, group_id, _student(said))
    if kind is DecisionKind.IGNORED:
        return deciding.ignore_group(services, user, group_id)
    if kind is DecisionKind.TOGETHER:
        if not said["other"]:
            raise InvalidInput("Choose the other person.")
        return deciding.merge(services, user, group_id, said["other"])
    return deciding.split(services, user, group_id, said["visits"])


def _student(said: dict[str, Any]) -> Student:
    if not said["student"]:
        raise InvalidInput("Choose who this is.")
    return current_services().store.student_by_key(said["student"])


def _told(group: DoorGroup) -> dict[str, Any]:
    return {
        "id": group.id,
        "visits": [_visit(one) for one in group.seen],
        "best": [_visit(one) for one in group.best],
        "student_key": group.student.key if group.student is not None else None,
        "ignored": group.ignored,
        "may_be": group.may_be[0].key if group.may_be is not None else None,
        "decisions": [one.id for one in group.decisions],
    }


def _visit(seen: SeenAtDoor) -> dict[str, Any]:
    has_picture = seen.visit.picture_key is not None
    return {
        "id": seen.visit.id,
        "at": seen.at,
        "picture": url_for("media.visit", visit_id=seen.visit.id) if has_picture else None,
    }
