"""Check-ins at kiosks, read by programs."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask import url_for
from flask.typing import ResponseReturnValue

from attendance.errors import Phrase
from attendance.model import DoorCheckIn
from attendance.rules.paging import page_of as one_page
from attendance.use_cases.kiosks.reading import (
    CheckInFilter,
    Presence,
    ShownCheckIn,
    check_ins_of_day,
    one_check_in,
    today,
)
from website.current import current_services, signed_in_user
from website.openapi.schemas import Choice, Text
from website.rest.blueprint import blueprint
from website.rest.paging import PageAnswer, PageQuery, page_of


class CheckInsQuery(PageQuery):
    """Which check-ins."""

    day = ma.fields.Date(
        load_default=None,
        error_messages={"invalid": Phrase("must be a date such as 2026-03-02.")},
        metadata={"description": "Of the school's clock, such as 2026-03-02; today where it is left out."},
    )
    room = Text(load_default="", metadata={"description": "Only at this place."})
    text = Text(load_default="", metadata={"description": "Part of a student's id or name."})
    presence = Choice(Presence, load_default=Presence.ALL.value, metadata={"description": "all, there now, or gone."})


class _WhoCheckedIn(ma.Schema):
    key = ma.fields.String(metadata={"description": "As addresses of this site have it."})
    id = ma.fields.String(metadata={"description": "The school's own."})
    name = ma.fields.String()


class CheckInAnswer(ma.Schema):
    """A check-in with its student. Temperatures are estimates of skin: they screen, and do not diagnose."""

    id = ma.fields.String()
    student = ma.fields.Nested(_WhoCheckedIn)
    place = ma.fields.String()
    day = ma.fields.Date(metadata={"description": "Of the school's clock."})
    checked_in_at = ma.fields.AwareDateTime()
    method = ma.fields.String(metadata={"description": "face, pin or hand."})
    temperature_c = ma.fields.Float(allow_none=True)
    checked_out_at = ma.fields.AwareDateTime(allow_none=True)
    checked_out_by = ma.fields.String(allow_none=True, metadata={"description": "As method; null where nobody did."})
    temperature_at_check_out_c = ma.fields.Float(allow_none=True)
    closed_by_rule = ma.fields.Boolean(metadata={"description": "Nobody checked out: it ended with the day."})
    is_there = ma.fields.Boolean()
    taken_back_at = ma.fields.AwareDateTime(allow_none=True)
    picture = ma.fields.String(allow_none=True, metadata={"description": "Its address on this site, for staff."})


class CheckInsAnswer(PageAnswer):
    """A page of check-ins of a day, newest first; `there` is how many people are there now."""

    there = ma.fields.Integer()
    items = ma.fields.List(ma.fields.Nested(CheckInAnswer))


@blueprint.operation("GET", "/check-ins", "visits:read")
@blueprint.arguments(CheckInsQuery, location="query")
@blueprint.response(200, CheckInsAnswer)
def check_ins(asked: dict[str, Any]) -> ResponseReturnValue:
    """The check-ins of a day: all for admins, those of their rosters for teachers, the own ones for students."""
    services = current_services()
    wanted = CheckInFilter(
        asked["day"] or today(services), asked["room"], asked["text"].strip(), Presence(asked["presence"])
    )
    day = check_ins_of_day(services, signed_in_user(), wanted)
    found = one_page(day.items, asked["page"], asked["size"])
    body, status, headers = page_of(found, [_shown(one) for one in found.items])
    return body | {"there": day.there}, status, headers


@blueprint.operation("GET", "/check-ins/<check_in_id>", "visits:read")
@blueprint.response(200, CheckInAnswer)
@blueprint.refuses(404)
def check_in(check_in_id: str) -> dict[str, Any]:
    """One check-in."""
    return _shown(one_check_in(current_services(), signed_in_user(), check_in_id))


def _shown(one: ShownCheckIn) -> dict[str, Any]:
    own: DoorCheckIn = one.check_in
    return {
        "id": own.id,
        "student": one.student,
        "place": own.room,
        "day": own.day,
        "checked_in_at": own.checked_in_at,
        "method": own.method.value,
        "temperature_c": own.in_temperature_c,
        "checked_out_at": own.checked_out_at,
        "checked_out_by": own.out_method.value if own.out_method is not None else None,
        "temperature_at_check_out_c": own.out_temperature_c,
        "closed_by_rule": own.closed_by_rule,
        "is_there": one.is_there,
        "taken_back_at": own.taken_back_at,
        "picture": url_for("media.check_in", check_in_id=own.id, which="in") if own.picture_key is not None else None,
    }
