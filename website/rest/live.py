"""Live lectures for programs: the list, the link with its code, and messages."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask import url_for
from flask.typing import ResponseReturnValue

from attendance.model import Place
from attendance.use_cases.live.meetings import change_code, set_meeting
from attendance.use_cases.live.posting import Step, moderate, write_post
from attendance.use_cases.live.reading import LiveLecture, joining_of, live_lectures
from website.access import visible_courses
from website.current import current_services, reader_timezone, signed_in_user
from website.limits import one_message
from website.live.views import Room, news_cache, room_or_404, shown_link, shown_posts
from website.openapi.schemas import Choice, LenientSchema, Text
from website.rest.blueprint import STAFF, blueprint
from website.rest.paging import PageAnswer, PageQuery, cut, page_of


class OldCodeAnswer(ma.Schema):
    """A code that does not count any more."""

    code = ma.fields.String()
    until = ma.fields.String()


class LinkAnswer(ma.Schema):
    """How to join; of a lecture without a link of its own that of its course."""

    place = ma.fields.String(metadata={"description": "room, remote or both."})
    room = ma.fields.String()
    link = ma.fields.String()
    number = ma.fields.String(metadata={"description": "The meeting id to type."})
    passcode = ma.fields.String()
    old = ma.fields.List(ma.fields.Nested(OldCodeAnswer))
    changed_at = ma.fields.String(allow_none=True)


class LiveAnswer(LinkAnswer):
    """A lecture that is on now or today."""

    lecture_id = ma.fields.String()
    course_id = ma.fields.String()
    starts_at = ma.fields.AwareDateTime()
    ends_at = ma.fields.AwareDateTime()
    is_on = ma.fields.Boolean()


class LivesAnswer(PageAnswer):
    """A page of them; those that are on come first."""

    items = ma.fields.List(ma.fields.Nested(LiveAnswer))


class LinkSchema(LenientSchema):
    """Where it is held and how to join; what is left out is empty."""

    place = Choice(Place, metadata={"description": "Of a lecture; left out: as its course."})
    room = Text(load_default="")
    link = Text(load_default="")
    number = Text(load_default="")
    passcode = Text(load_default="")


class CodeSchema(LenientSchema):
    """The new code."""

    passcode = Text(load_default="", metadata={"description": "Left out: one is made by chance."})


class PostAnswer(ma.Schema):
    """A message."""

    id = ma.fields.String()
    name = ma.fields.String(metadata={"description": "Who wrote it; empty where the account is gone."})
    at = ma.fields.String()
    words = ma.fields.String()
    announcement = ma.fields.Boolean()
    answers = ma.fields.String(allow_none=True, metadata={"description": "The id of the message that it answers."})
    pinned = ma.fields.Boolean()
    hidden = ma.fields.Boolean()


class PostsAnswer(PageAnswer):
    """A page of messages, the oldest first."""

    items = ma.fields.List(ma.fields.Nested(PostAnswer))


class NewPostSchema(LenientSchema):
    """Something to say."""

    words = Text(required=True)
    announcement = ma.fields.Boolean(load_default=False)
    answers = Text(load_default="")


class StepSchema(LenientSchema):
    """What is done to a message."""

    step = Choice(Step, required=True)


@blueprint.operation("GET", "/live", "lectures:read")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, LivesAnswer)
def live(asked: dict[str, Any]) -> ResponseReturnValue:
    """Your lectures that are on now, and the others of today."""
    found = live_lectures(current_services(), visible_courses(), str(reader_timezone()))
    page = cut(found, asked)
    return page_of(page, [_live(one) for one in page.items])


@blueprint.operation("GET", "/lectures/<lecture_id>/link", "lectures:read")
@blueprint.response(200, LinkAnswer)
@blueprint.refuses(404)
def lecture_link(lecture_id: str) -> dict[str, Any]:
    """How to join a lecture."""
    return _link(room_or_404(lecture_id, None))


@blueprint.operation("GET", "/courses/<course_id>/link", "lectures:read")
@blueprint.response(200, LinkAnswer)
@blueprint.refuses(404)
def course_link(course_id: str) -> dict[str, Any]:
    """How to join the lectures of a course that say nothing else."""
    return _link(room_or_404(None, course_id))


@blueprint.operation("PUT", "/lectures/<lecture_id>/link", "lectures:write", *STAFF)
@blueprint.arguments(LinkSchema)
@blueprint.response(200, LinkAnswer)
@blueprint.refuses(404, 409)
def set_lecture_link(words: dict[str, Any], lecture_id: str) -> dict[str, Any]:
    """Say where a lecture is held and how to join; who is in the course is told."""
    return _set(room_or_404(lecture_id, None), words)


@blueprint.operation("PUT", "/courses/<course_id>/link", "lectures:write", *STAFF)
@blueprint.arguments(LinkSchema)
@blueprint.response(200, LinkAnswer)
@blueprint.refuses(404, 409)
def set_course_link(words: dict[str, Any], course_id: str) -> dict[str, Any]:
    """The same for all lectures of a course."""
    return _set(room_or_404(None, course_id), words)


@blueprint.operation("POST", "/lectures/<lecture_id>/link/code", "lectures:write", *STAFF)
@blueprint.arguments(CodeSchema)
@blueprint.response(200, LinkAnswer)
@blueprint.refuses(404, 409)
def change_lecture_code(words: dict[str, Any], lecture_id: str) -> dict[str, Any]:
    """Another code: that of the lecture's own meeting, else of its course's."""
    room = room_or_404(lecture_id, None)
    of_lecture = joining_of(current_services(), room.course.id, lecture_id).of_lecture
    change_code(
        current_services(), signed_in_user(), room.course.id, lecture_id if of_lecture else None, words["passcode"]
    )
    news_cache().changed(room.course.id)
    return _link(room)


@blueprint.operation("GET", "/lectures/<lecture_id>/messages", "lectures:read")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, PostsAnswer)
@blueprint.refuses(404)
def lecture_messages(asked: dict[str, Any], lecture_id: str) -> ResponseReturnValue:
    """What was written to a lecture."""
    return _posts(room_or_404(lecture_id, None), asked)


@blueprint.operation("GET", "/courses/<course_id>/messages", "lectures:read")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, PostsAnswer)
@blueprint.refuses(404)
def course_messages(asked: dict[str, Any], course_id: str) -> ResponseReturnValue:
    """What was written to a course."""
    return _posts(room_or_404(None, course_id), asked)


@blueprint.operation("POST", "/lectures/<lecture_id>/messages", "lectures:write")
@blueprint.arguments(NewPostSchema)
@blueprint.response(201, PostAnswer)
@blueprint.refuses(404, 409)
def write_to_lecture(words: dict[str, Any], lecture_id: str) -> ResponseReturnValue:
    """Write to a lecture; students make no announcements."""
    room = room_or_404(lecture_id, None)
    return _write(room, words), 201, {"Location": url_for("rest.lecture_messages", lecture_id=lecture_id)}


@blueprint.operation("POST", "/courses/<course_id>/messages", "lectures:write")
@blueprint.arguments(NewPostSchema)
@blueprint.response(201, PostAnswer)
@blueprint.refuses(404, 409)
def write_to_course(words: dict[str, Any], course_id: str) -> ResponseReturnValue:
    """Write to a course."""
    room = room_or_404(None, course_id)
    return _write(room, words), 201, {"Location": url_for("rest.course_messages", course_id=course_id)}


@blueprint.operation("PATCH", "/lectures/<lecture_id>/messages/<post_id>", "lectures:write", *STAFF)
@blueprint.arguments(StepSchema)
@blueprint.response(200, PostAnswer)
@blueprint.refuses(404, 409)
def change_message(words: dict[str, Any], lecture_id: str, post_id: str) -> dict[str, Any]:
    """Pin, unpin, hide or show a message of a lecture."""
    room = room_or_404(lecture_id, None)
    post = moderate(current_services(), signed_in_user(), room.course.id, lecture_id, post_id, words["step"])
    news_cache().changed(room.course.id)
    return _shown(shown_posts(room, [post])[0])


def _live(one: LiveLecture) -> dict[str, Any]:
    named = {name: getattr(one.lecture, name) for name in ("course_id", "starts_at", "ends_at")}
    how = one.joining
    return named | {"lecture_id": one.lecture.id, "is_on": one.is_on} | _joined(how.place, how.room, how.meeting)


def _link(room: Room) -> dict[str, Any]:
    how = joining_of(current_services(), room.course.id, room.lecture_id)
    return _joined(how.place, how.room, how.meeting)


def _joined(place: Place, room: str, meeting: Any) -> dict[str, Any]:
    said = shown_link(meeting) or {"url": "", "number": "", "passcode": "", "old": [], "changed_at": None}
    return {"place": place.value, "room": room, "link": said["url"]} | said


def _set(room: Room, words: dict[str, Any]) -> dict[str, Any]:
    place = words.get("place")
    set_meeting(
        current_services(),
        signed_in_user(),
        room.course.id,
        room.lecture_id,
        place=str(place) if place else "",
        room=words["room"],
        url=words["link"],
        number=words["number"],
        passcode=words["passcode"],
    )
    news_cache().changed(room.course.id)
    return _link(room)


def _posts(room: Room, asked: dict[str, Any]) -> ResponseReturnValue:
    found = shown_posts(room, current_services().store.posts(room.course.id, room.lecture_id))
    page = cut(found, asked)
    return page_of(page, [_shown(one) for one in page.items])


def _write(room: Room, words: dict[str, Any]) -> dict[str, Any]:
    user = signed_in_user()
    one_message(user.id, is_staff=room.is_staff)
    post = write_post(
        current_services(),
        user,
        room.course.id,
        room.lecture_id,
        words["words"],
        is_announcement=words["announcement"],
        answers=words["answers"] or None,
    )
    news_cache().changed(room.course.id)
    return _shown(shown_posts(room, [post])[0])


def _shown(post: dict[str, Any]) -> dict[str, Any]:
    return post | {"words": "".join(text for text, _ in post["parts"])}
