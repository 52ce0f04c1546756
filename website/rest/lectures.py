"""Lectures and what was seen in them; their recordings are searched again and removed."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask import url_for
from flask.typing import ResponseReturnValue

from attendance.model import Course, Lecture, LectureCounts, Recording, SearchStatus, Status
from attendance.use_cases.lectures.lectures import lecture_summaries, remove_lecture, remove_recording, search_again
from attendance.use_cases.lectures.planning import add_lecture, change_lecture
from website.access import course_or_404, lecture_or_404, visible_courses
from website.api.recordings import RecordingAnswer, shown_recording
from website.current import current_services, signed_in_user
from website.openapi.schemas import LenientSchema, Text
from website.rest.blueprint import STAFF, blueprint, check_version
from website.rest.paging import PageAnswer, PageQuery, cut, page_of


class LecturesQuery(PageQuery):
    """Which lectures."""

    course = Text(load_default="", metadata={"description": "The id of a course."})


class LectureSchema(LenientSchema):
    """What of a lecture can be changed. What is left out stays."""

    title = Text()
    starts_at = ma.fields.AwareDateTime()
    ends_at = ma.fields.AwareDateTime()


class NewLectureSchema(LectureSchema):
    """A lecture without a recording."""

    course = Text(required=True, metadata={"description": "The id of a course."})
    starts_at = ma.fields.AwareDateTime(required=True)
    ends_at = ma.fields.AwareDateTime(required=True)


class LectureAnswer(ma.Schema):
    """A lecture with what is known of it."""

    id = ma.fields.String()
    course_id = ma.fields.String()
    starts_at = ma.fields.AwareDateTime()
    ends_at = ma.fields.AwareDateTime()
    timezone = ma.fields.String(metadata={"description": "Of its course."})
    title = ma.fields.String()
    marks = ma.fields.Dict(
        keys=ma.fields.String(),
        values=ma.fields.Integer(),
        metadata={"description": "How many there are of each status."},
    )
    searches = ma.fields.Dict(
        keys=ma.fields.String(),
        values=ma.fields.Integer(),
        metadata={"description": "How many recordings are queued, searching, done or failed."},
    )
    strangers = ma.fields.Integer(metadata={"description": "How many sightings are of people on no roster."})


class LecturesAnswer(PageAnswer):
    """A page of lectures, the newest first."""

    items = ma.fields.List(ma.fields.Nested(LectureAnswer))


class WholeLectureAnswer(LectureAnswer):
    """A lecture with its recordings."""

    recordings = ma.fields.List(ma.fields.Nested(RecordingAnswer))


class SightingAnswer(ma.Schema):
    """One person seen in one recording; seconds count from its first frame."""

    id = ma.fields.String()
    recording_id = ma.fields.String()
    student_key = ma.fields.String(allow_none=True, metadata={"description": "null for somebody unknown."})
    number = ma.fields.Integer(metadata={"description": "Of those who are unknown, from 1."})
    first_s = ma.fields.Float()
    last_s = ma.fields.Float()
    frames = ma.fields.Integer()
    similarity = ma.fields.Float(allow_none=True, metadata={"description": "From 0 to 100."})


class SightingsAnswer(PageAnswer):
    """A page of sightings, by recording and first second."""

    items = ma.fields.List(ma.fields.Nested(SightingAnswer))


@blueprint.operation("GET", "/lectures", "lectures:read", *STAFF)
@blueprint.arguments(LecturesQuery, location="query")
@blueprint.response(200, LecturesAnswer)
@blueprint.refuses(404)
def lectures(asked: dict[str, Any]) -> ResponseReturnValue:
    """The lectures that you may see, the newest first."""
    shown = [course_or_404(asked["course"])] if asked["course"] else visible_courses()
    found = lecture_summaries(current_services(), shown, page=asked["page"], size=asked["size"])
    return page_of(found, [_shown(one.lecture, one.course, one.counts) for one in found.items])


@blueprint.operation("GET", "/lectures/<lecture_id>", "lectures:read", *STAFF)
@blueprint.response(200, WholeLectureAnswer)
@blueprint.refuses(404)
def lecture(lecture_id: str) -> dict[str, Any]:
    """One lecture with its recordings."""
    return _whole(lecture_id)


def _whole(lecture_id: str) -> dict[str, Any]:
    """As it is now."""
    found, course = lecture_or_404(lecture_id)
    store = current_services().store
    recordings = [shown_recording(one) for one in store.recordings(lecture_id)]
    return {**_shown(found, course, store.lecture_counts([lecture_id])[lecture_id]), "recordings": recordings}


@blueprint.operation("POST", "/lectures", "lectures:write", *STAFF)
@blueprint.arguments(NewLectureSchema)
@blueprint.response(201, WholeLectureAnswer)
@blueprint.refuses(404, 409)
def add_a_lecture(words: dict[str, Any]) -> ResponseReturnValue:
    """Add a lecture without a recording; one that is sent for its time later lands in it."""
    course = course_or_404(words["course"])
    added = add_lecture(
        current_services(),
        course_id=course.id,
        starts_at=words["starts_at"],
        ends_at=words["ends_at"],
        title=words.get("title", ""),
        by=signed_in_user().id,
    )
    return _whole(added.id), 201, {"Location": url_for("rest.lecture", lecture_id=added.id)}


@blueprint.operation("PATCH", "/lectures/<lecture_id>", "lectures:write", *STAFF, versioned=True)
@blueprint.arguments(LectureSchema)
@blueprint.response(200, WholeLectureAnswer)
@blueprint.refuses(404, 409, 412)
def change_a_lecture(words: dict[str, Any], lecture_id: str) -> dict[str, Any]:
    """Change title and time; its marks are decided by the new time, without a new search."""
    found, _ = lecture_or_404(lecture_id)
    was = found if check_version(lecture, lecture_id=lecture_id) else None
    as_it_is = {name: getattr(found, name) for name in LectureSchema().fields}
    change_lecture(current_services(), lecture_id, **as_it_is | words, by=signed_in_user().id, was=was)
    return _whole(lecture_id)


@blueprint.operation("DELETE", "/lectures/<lecture_id>", "lectures:write", *STAFF, versioned=True)
@blueprint.response(204)
@blueprint.refuses(404, 412)
def remove_a_lecture(lecture_id: str) -> None:
    """Remove a lecture with its recordings, pictures and marks."""
    lecture_or_404(lecture_id)
    check_version(lecture, lecture_id=lecture_id)
    remove_lecture(current_services(), lecture_id, by=signed_in_user().id)


@blueprint.operation("GET", "/lectures/<lecture_id>/sightings", "lectures:read", *STAFF)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, SightingsAnswer)
@blueprint.refuses(404)
def sightings(asked: dict[str, Any], lecture_id: str) -> ResponseReturnValue:
    """Who was seen in a lecture, and when."""
    lecture_or_404(lecture_id)
    store = current_services().store
    found = cut(store.sightings(lecture_id), asked)
    keys = {one.student_id: store.student(one.student_id).key for one in found.items if one.student_id is not None}
    names = [name for name in SightingAnswer().fields if name != "student_key"]
    return page_of(
        found,
        [
            {name: getattr(one, name) for name in names} | {"student_key": keys.get(one.student_id or "")}
            for one in found.items
        ],
    )


@blueprint.operation("POST", "/recordings/<recording_id>/search", "recordings:write", *STAFF)
@blueprint.response(200, RecordingAnswer)
@blueprint.refuses(404, 409)
def search(recording_id: str) -> ResponseReturnValue:
    """Search a recording again; what is found replaces what was found before."""
    _recording_or_404(recording_id)
    queued = search_again(current_services(), recording_id, by=signed_in_user().id)
    return shown_recording(queued), 200, {"Content-Location": url_for("api.recording", recording_id=recording_id)}


@blueprint.operation("DELETE", "/recordings/<recording_id>", "recordings:write", *STAFF)
@blueprint.response(204)
@blueprint.refuses(404)
def remove_a_recording(recording_id: str) -> None:
    """Remove a recording; its lecture is marked without it."""
    _recording_or_404(recording_id)
    remove_recording(current_services(), recording_id, by=signed_in_user().id)


def _recording_or_404(recording_id: str) -> Recording:
    found = current_services().store.recording(recording_id)
    lecture_or_404(found.lecture_id)
    return found


def _shown(found: Lecture, course: Course, counts: LectureCounts) -> dict[str, Any]:
    return {
        "id": found.id,
        "course_id": found.course_id,
        "starts_at": found.starts_at,
        "ends_at": found.ends_at,
        "timezone": course.timezone,
        "title": found.title,
        "marks": {status.value: counts.marks[status] for status in Status},
        "searches": {status.value: counts.searches[status] for status in SearchStatus},
        "strangers": counts.strangers,
    }
