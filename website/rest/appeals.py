"""Objections and excuses of students, for those who answer them."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask.typing import ResponseReturnValue

from attendance.errors import InvalidInput
from attendance.model import Appeal, AppealKind, AppealState, Status
from attendance.rules.statuses import BY_PERSON
from attendance.use_cases.appeals.answering import accept_excuse, accept_objection, decline
from website.access import course_or_404
from website.current import current_services, signed_in_user
from website.openapi.schemas import Choice, LenientSchema, Text
from website.rest.blueprint import STAFF, blueprint
from website.rest.paging import PageAnswer, PageQuery, cut, page_of


class AppealAnswer(ma.Schema):
    """What a student asked, and what was answered."""

    id = ma.fields.String()
    kind = ma.fields.String()
    course_id = ma.fields.String()
    student_key = ma.fields.String()
    lecture_id = ma.fields.String(allow_none=True, metadata={"description": "Of an objection."})
    first_day = ma.fields.Date(allow_none=True, metadata={"description": "Of an excuse, on the course's clock."})
    last_day = ma.fields.Date(allow_none=True)
    words = ma.fields.String()
    has_file = ma.fields.Boolean(metadata={"description": "A page of the site has it as a download."})
    at = ma.fields.AwareDateTime()
    state = ma.fields.String()
    answer = ma.fields.String()
    answered_at = ma.fields.AwareDateTime(allow_none=True)


class AppealsAnswer(PageAnswer):
    """A page of them, the oldest first."""

    items = ma.fields.List(ma.fields.Nested(AppealAnswer))


class AppealQuery(PageQuery):
    """Which are wanted."""

    state = Choice(AppealState, metadata={"description": "Those alone."})


class VerdictSchema(LenientSchema):
    """What is answered."""

    accepted = ma.fields.Boolean(required=True)
    status = Choice(BY_PERSON, metadata={"description": "What the mark becomes, where an objection is accepted."})
    answer = Text(load_default="", metadata={"description": "The student reads it; needed where it is not accepted."})


@blueprint.operation("GET", "/courses/<course_id>/appeals", "marks:read", *STAFF)
@blueprint.arguments(AppealQuery, location="query")
@blueprint.response(200, AppealsAnswer)
@blueprint.refuses(404)
def appeals(asked: dict[str, Any], course_id: str) -> ResponseReturnValue:
    """Objections and excuses in a course."""
    course_or_404(course_id)
    wanted = asked.get("state")
    found = [one for one in current_services().store.appeals_in(course_id) if wanted in (None, one.state)]
    page = cut(found, asked)
    return page_of(page, [_shown(one) for one in page.items])


@blueprint.operation("POST", "/courses/<course_id>/appeals/<appeal_id>/answer", "marks:write", *STAFF)
@blueprint.arguments(VerdictSchema)
@blueprint.response(200, AppealAnswer)
@blueprint.refuses(404, 409)
def answer_appeal(words: dict[str, Any], course_id: str, appeal_id: str) -> dict[str, Any]:
    """Answer one: an accepted objection changes the mark, an accepted excuse excuses."""
    course_or_404(course_id)
    services, user, said = current_services(), signed_in_user(), words["answer"]
    appeal = services.store.appeal(course_id, appeal_id)
    if not words["accepted"]:
        return _shown(decline(services, user, course_id, appeal_id, said))
    if appeal.kind is AppealKind.EXCUSE:
        return _shown(accept_excuse(services, user, course_id, appeal_id, said))
    if words.get("status") is None:
        raise InvalidInput("Choose what the student was.", field="status")
    return _shown(accept_objection(services, user, course_id, appeal_id, Status(words["status"]), said))


def _shown(appeal: Appeal) -> dict[str, Any]:
    student = current_services().store.student(appeal.student_id)
    named = {name: getattr(appeal, name) for name in AppealAnswer().fields if hasattr(appeal, name)}
    return named | {"student_key": student.key, "has_file": appeal.file_key is not None}
