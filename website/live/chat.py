"""Writing to a lecture or a course, and what a teacher does with messages: pins, hides, closes, takes along."""

from __future__ import annotations

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from attendance.errors import Conflict, InvalidInput, NotAllowed, NotFound
from attendance.use_cases.live.meetings import close_chat
from attendance.use_cases.live.posting import export_posts, moderate, write_post
from website.access import roles_required
from website.current import current_services, signed_in_user
from website.errors import wants_json
from website.limits import one_message
from website.live.forms import PostForm
from website.live.views import OF_COURSE, OF_LECTURE, Room, blueprint, news_cache, refused_page, room_or_404
from website.navigation import STAFF


@blueprint.post(f"{OF_LECTURE}/messages")
@blueprint.post(f"{OF_COURSE}/messages")
@roles_required()
def write(lecture_id: str | None = None, course_id: str | None = None) -> ResponseReturnValue:
    """Say something; a page's script gets no page back."""
    room = room_or_404(lecture_id, course_id)
    form, user = PostForm(), signed_in_user()
    one_message(user.id, is_staff=room.is_staff)
    try:
        write_post(
            current_services(),
            user,
            room.course.id,
            room.lecture_id,
            form.words.data or "",
            is_announcement=bool(form.is_announcement.data),
            answers=request.form.get("answers") or None,
        )
    except (InvalidInput, Conflict, NotAllowed, NotFound) as refused:
        if wants_json():
            raise
        return refused_page(room, refused, form=form)
    return _done(room)


@blueprint.post(f"{OF_LECTURE}/messages/<post_id>")
@blueprint.post(f"{OF_COURSE}/messages/<post_id>")
@roles_required(*STAFF)
def step(post_id: str, lecture_id: str | None = None, course_id: str | None = None) -> ResponseReturnValue:
    """Pin, unpin, hide or show a message."""
    room = room_or_404(lecture_id, course_id)
    wanted = request.form.get("step", "")
    moderate(current_services(), signed_in_user(), room.course.id, room.lecture_id, post_id, wanted)
    return _done(room)


@blueprint.post(f"{OF_LECTURE}/chat")
@blueprint.post(f"{OF_COURSE}/chat")
@roles_required(*STAFF)
def close(lecture_id: str | None = None, course_id: str | None = None) -> ResponseReturnValue:
    """Let students write, or not."""
    room = room_or_404(lecture_id, course_id)
    is_closed = request.form.get("closed") == "yes"
    close_chat(current_services(), signed_in_user(), room.course.id, room.lecture_id, is_closed=is_closed)
    flash(_("Only teachers write here now.") if is_closed else _("Students can write here now."), "success")
    return _done(room)


@blueprint.get(f"{OF_LECTURE}/messages.csv")
@blueprint.get(f"{OF_COURSE}/messages.csv")
@roles_required(*STAFF)
def export(lecture_id: str | None = None, course_id: str | None = None) -> ResponseReturnValue:
    """All messages as a file."""
    room = room_or_404(lecture_id, course_id)
    content = export_posts(current_services(), signed_in_user(), room.course, room.lecture)
    headers = {"Content-Disposition": 'attachment; filename="messages.csv"'}
    return Response(content, mimetype="text/csv", headers=headers)


def _done(room: Room) -> ResponseReturnValue:
    news_cache().changed(room.course.id)
    if wants_json():
        return "", 204
    return redirect(url_for("live.show", **room.address, _anchor="chat"))
