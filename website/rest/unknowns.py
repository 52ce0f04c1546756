"""People whom no search could name: listed by course, named, ignored, put together and apart, and all of it undone."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask import url_for
from flask.typing import ResponseReturnValue

from attendance.model import UnknownDecision
from attendance.use_cases.unknowns import deciding
from attendance.use_cases.unknowns.groups import SeenUnknown, UnknownGroup, group_of, groups, no_group
from website.access import course_or_404
from website.current import current_services, signed_in_user
from website.openapi.schemas import LenientSchema, Text, YesOrNo
from website.rest.blueprint import STAFF, blueprint, check_version
from website.rest.paging import PageAnswer, PageQuery, cut, page_of


class UnknownSightingAnswer(ma.Schema):
    """Once that somebody unknown was seen."""

    sighting_id = ma.fields.String()
    lecture_id = ma.fields.String()
    recording_id = ma.fields.String()
    at = ma.fields.AwareDateTime()


class UnknownDecisionAnswer(ma.Schema):
    """What a person said of somebody unknown; it can be undone by its id."""

    id = ma.fields.String()
    kind = ma.fields.String(metadata={"description": "named, not-student, ignored, together or apart."})
    at = ma.fields.AwareDateTime()
    by = ma.fields.String(allow_none=True, metadata={"description": "The id of a user."})


class UnknownAnswer(ma.Schema):
    """Sightings of one person whom no search could name."""

    id = ma.fields.String(metadata={"description": "Of its first sighting; another where that is put elsewhere."})
    is_open = ma.fields.Boolean(metadata={"description": "Whether nobody has said who it is."})
    is_ignored = ma.fields.Boolean()
    student_key = ma.fields.String(allow_none=True, metadata={"description": "Who a person said it is."})
    may_be_key = ma.fields.String(allow_none=True, metadata={"description": "Who it may be as well."})
    seen = ma.fields.List(ma.fields.Nested(UnknownSightingAnswer))
    decisions = ma.fields.List(ma.fields.Nested(UnknownDecisionAnswer), metadata={"description": "The newest first."})


class UnknownsAnswer(PageAnswer):
    """A page of the unknown people of a course: those whom nobody named before the others."""

    items = ma.fields.List(ma.fields.Nested(UnknownAnswer))


class NameSchema(LenientSchema):
    """Who it is."""

    student = Text(required=True, metadata={"description": "The key of a student."})
    keep_photo = YesOrNo(
        load_default=False, metadata={"description": "Whether the best picture becomes a photo of theirs."}
    )


class RefuseSchema(LenientSchema):
    """Who it is not."""

    student = Text(required=True, metadata={"description": "The key of a student."})


class SplitSchema(LenientSchema):
    """Which of its sightings are somebody else."""

    sightings = ma.fields.List(Text(), required=True, metadata={"description": "Ids of sightings."})


class MergeSchema(LenientSchema):
    """Who else it is."""

    other = Text(required=True, metadata={"description": "The id of another unknown person of the course."})


_ONE = "/courses/<course_id>/unknown/<group_id>"


@blueprint.operation("GET", "/courses/<course_id>/unknown", "unknowns:read", *STAFF)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, UnknownsAnswer)
@blueprint.refuses(404)
def unknowns(asked: dict[str, Any], course_id: str) -> ResponseReturnValue:
    """The unknown people of a course."""
    found = cut(groups(current_services(), course_or_404(course_id)), asked)
    return page_of(found, [_shown(one) for one in found.items])


@blueprint.operation("GET", _ONE, "unknowns:read", *STAFF)
@blueprint.response(200, UnknownAnswer)
@blueprint.refuses(404)
def unknown(course_id: str, group_id: str) -> dict[str, Any]:
    """One unknown person, by the id of any of the sightings."""
    course_or_404(course_id)
    return _present(course_id, group_id)


@blueprint.operation("POST", f"{_ONE}/name", "unknowns:write", *STAFF, versioned=True)
@blueprint.arguments(NameSchema)
@blueprint.response(200, UnknownAnswer)
@blueprint.refuses(404, 409, 412)
def name_unknown(words: dict[str, Any], course_id: str, group_id: str) -> ResponseReturnValue:
    """Say that this is a student; the lectures are marked anew."""
    _check(course_id, group_id)
    user, keep = signed_in_user(), words["keep_photo"]
    deciding.name_group(current_services(), user, group_id, words["student"], keep_photo=keep)
    return _decided(course_id, group_id)


@blueprint.operation("POST", f"{_ONE}/not", "unknowns:write", *STAFF, versioned=True)
@blueprint.arguments(RefuseSchema)
@blueprint.response(200, UnknownAnswer)
@blueprint.refuses(404, 412)
def not_a_student(words: dict[str, Any], course_id: str, group_id: str) -> ResponseReturnValue:
    """Say that this is not a student, whatever a search says."""
    _check(course_id, group_id)
    deciding.not_this_person(current_services(), signed_in_user(), group_id, words["student"])
    return _decided(course_id, group_id)


@blueprint.operation("POST", f"{_ONE}/ignore", "unknowns:write", *STAFF, versioned=True)
@blueprint.response(200, UnknownAnswer)
@blueprint.refuses(404, 412)
def ignore_unknown(course_id: str, group_id: str) -> ResponseReturnValue:
    """Say that this is nobody of the course."""
    _check(course_id, group_id)
    deciding.ignore_group(current_services(), signed_in_user(), group_id)
    return _decided(course_id, group_id)


@blueprint.operation("POST", f"{_ONE}/split", "unknowns:write", *STAFF, versioned=True)
@blueprint.arguments(SplitSchema)
@blueprint.response(200, UnknownAnswer)
@blueprint.refuses(404, 412)
def split_unknown(words: dict[str, Any], course_id: str, group_id: str) -> ResponseReturnValue:
    """Say that some of the sightings are somebody else."""
    _check(course_id, group_id)
    deciding.split(current_services(), signed_in_user(), group_id, words["sightings"])
    return _decided(course_id, group_id)


@blueprint.operation("POST", f"{_ONE}/merge", "unknowns:write", *STAFF, versioned=True)
@blueprint.arguments(MergeSchema)
@blueprint.response(200, UnknownAnswer)
@blueprint.refuses(404, 409, 412)
def merge_unknown(words: dict[str, Any], course_id: str, group_id: str) -> ResponseReturnValue:
    """Say that two are one person."""
    _check(course_id, group_id)
    _present(course_id, words["other"])
    deciding.merge(current_services(), signed_in_user(), group_id, words["other"])
    return _decided(course_id, group_id)


@blueprint.operation("DELETE", "/courses/<course_id>/unknown/decisions/<decision_id>", "unknowns:write", *STAFF)
@blueprint.response(204)
@blueprint.refuses(404)
def undo_decision(course_id: str, decision_id: str) -> None:
    """Undo what was said, as if it had not been; a photo that was kept with it goes too."""
    deciding.undo(current_services(), signed_in_user(), course_or_404(course_id), decision_id)


def _check(course_id: str, group_id: str) -> None:
    """Raises NotFound, PreconditionFailed."""
    course_or_404(course_id)
    _present(course_id, group_id)
    check_version(unknown, course_id=course_id, group_id=group_id)


def _present(course_id: str, group_id: str) -> dict[str, Any]:
    """Raises NotFound, also where it is of another course."""
    course, group = group_of(current_services(), group_id)
    if course.id != course_id:
        raise no_group()
    return _shown(group)


def _decided(course_id: str, group_id: str) -> ResponseReturnValue:
    place = url_for("rest.unknown", course_id=course_id, group_id=group_id)
    return _present(course_id, group_id), 200, {"Content-Location": place}


def _shown(group: UnknownGroup[SeenUnknown]) -> dict[str, Any]:
    return {
        "id": group.id,
        "is_open": group.is_open,
        "is_ignored": group.ignored,
        "student_key": group.student.key if group.student else None,
        "may_be_key": group.may_be[0].key if group.may_be else None,
        "seen": [
            {
                "sighting_id": one.sighting.id,
                "lecture_id": one.lecture.id,
                "recording_id": one.recording.id,
                "at": one.at,
            }
            for one in group.seen
        ],
        "decisions": [_said(one) for one in group.decisions],
    }


def _said(one: UnknownDecision) -> dict[str, Any]:
    return {"id": one.id, "kind": one.kind.value, "at": one.at, "by": one.by}
