"""Visits at doors for other programs: the newest, those of nobody known, and one person's."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask import url_for

from attendance.errors import InvalidInput
from attendance.model import Role, VisitPlace
from attendance.sentences import no_such_student
from attendance.use_cases.doors.reading import ShownVisit, VisitPage, newest_visits
from website.api.blueprint import blueprint
from website.current import current_services, signed_in_user
from website.openapi.schemas import LenientSchema, Text
from website.visit_places import place_of, written_place

MOST_VISITS = 200


class VisitsQuery(LenientSchema):
    """Which of them."""

    before = Text(load_default="", metadata={"description": "What an answer said as `older`: the page behind that."})
    limit = ma.fields.Integer(
        load_default=50,
        validate=ma.validate.Range(1, MOST_VISITS),
        metadata={"description": f"How many at most, up to {MOST_VISITS}."},
    )


class _Door(ma.Schema):
    id = ma.fields.String()
    name = ma.fields.String()
    place = ma.fields.String()


class _Person(ma.Schema):
    key = ma.fields.String(metadata={"description": "As addresses of this site have it."})
    id = ma.fields.String(metadata={"description": "The school's own."})
    name = ma.fields.String()


class _Warmth(ma.Schema):
    pixels_c = ma.fields.List(ma.fields.Float(), metadata={"description": "64 temperatures, row by row."})
    coolest_c = ma.fields.Float()
    hottest_c = ma.fields.Float()
    thermistor_c = ma.fields.Float()


class VisitAnswer(ma.Schema):
    """A visit with its door, and the student that it shows or may show."""

    id = ma.fields.String()
    door = ma.fields.Nested(_Door)
    at = ma.fields.AwareDateTime()
    until = ma.fields.AwareDateTime()
    verdict = ma.fields.String(metadata={"description": "known, unsure or unknown."})
    person = ma.fields.Nested(
        _Person, allow_none=True, metadata={"description": "Whom it shows or, where it is unsure, may show."}
    )
    similarity = ma.fields.Float(allow_none=True)
    named_by_person = ma.fields.Boolean()
    temperature_c = ma.fields.Float(allow_none=True, metadata={"description": "Of skin, estimated."})
    reading = ma.fields.Nested(_Warmth, allow_none=True)
    picture = ma.fields.String(allow_none=True, metadata={"description": "Its address on this site."})


class VisitsAnswer(ma.Schema):
    """Visits at the doors that the asker may see, newest first."""

    visits = ma.fields.List(ma.fields.Nested(VisitAnswer))
    older = ma.fields.String(allow_none=True, metadata={"description": "For `before`; null where there are no more."})


@blueprint.route("/visits", methods=["GET"])
@blueprint.doc(**blueprint.needs)
@blueprint.arguments(VisitsQuery, location="query")
@blueprint.response(200, VisitsAnswer)
def visits(asked: dict[str, Any]) -> dict[str, object]:
    """The newest visits at doors."""
    return _answer(newest_visits(current_services(), signed_in_user(), **_page(asked)))


@blueprint.route("/visits/unknown", methods=["GET"])
@blueprint.doc(**blueprint.needs)
@blueprint.arguments(VisitsQuery, location="query")
@blueprint.response(200, VisitsAnswer)
def unknown_visits(asked: dict[str, Any]) -> dict[str, object]:
    """The newest visits of nobody known, or not surely."""
    return _answer(newest_visits(current_services(), signed_in_user(), unnamed=True, **_page(asked)))


@blueprint.route("/people/<student_key>/visits", methods=["GET"])
@blueprint.doc(**blueprint.needs)
@blueprint.arguments(VisitsQuery, location="query")
@blueprint.response(200, VisitsAnswer)
@blueprint.refuses(404)
def visits_of_person(asked: dict[str, Any], student_key: str) -> dict[str, object]:
    """The visits of one person."""
    services, user = current_services(), signed_in_user()
    student = services.store.student_by_key(student_key)
    found = newest_visits(services, user, student_id=student.id, **_page(asked))
    if not found.items and user.role is not Role.ADMIN:
        raise no_such_student()
    return _answer(found)


def _page(asked: dict[str, Any]) -> dict[str, Any]:
    before: VisitPlace | None = place_of(asked["before"])
    if asked["before"] and before is None:
        raise InvalidInput("This is no place in the list: ask with what an answer said as `older`.")
    return {"before": before, "limit": asked["limit"]}


def _answer(found: VisitPage) -> dict[str, object]:
    older = written_place(found.older) if found.older is not None else None
    return {"visits": [told_visit(one) for one in found.items], "older": older}


def told_visit(one: ShownVisit) -> dict[str, object]:
    """As JSON has it."""
    visit, reading = one.visit, one.visit.reading
    return {
        "id": visit.id,
        "door": {"id": one.door.id, "name": one.door.name, "place": one.door.room},
        "at": visit.at,
        "until": visit.until,
        "verdict": visit.verdict.value,
        "person": one.student,
        "similarity": visit.similarity,
        "named_by_person": visit.named_by is not None,
        "temperature_c": visit.temperature_c,
        "reading": reading,
        "picture": url_for("media.visit", visit_id=visit.id) if visit.picture_key is not None else None,
    }
