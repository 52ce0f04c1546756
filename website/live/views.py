"""The list of live lectures, and the page of one lecture or course: its link, and what people write there."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, current_app, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from attendance.errors import Conflict, InvalidInput, RollcallError, ServiceUnavailable
from attendance.model import Course, Lecture, LiveVersion, Meeting, Passage, Post, Witness
from attendance.rules.live import LONGEST_WORDS, is_on, parts_of, service_of
from attendance.use_cases.live.meetings import change_code, deliveries, set_meeting
from attendance.use_cases.live.posting import authors, is_staff_of
from attendance.use_cases.live.reading import joining_of, live_lectures
from website.access import course_or_404, lecture_or_404, roles_required, visible_courses
from website.current import current_services, reader_timezone, signed_in_user
from website.live.forms import PLACES, CodeForm, MeetingForm, PostForm
from website.live.news import NewsCache, tag_of
from website.navigation import STAFF
from website.notices.words import CHANNELS, STATES
from website.sentences import in_words
from website.statuses import status_of

blueprint = Blueprint("live", __name__, url_prefix="/live", template_folder="templates")

OF_LECTURE, OF_COURSE = "/lectures/<lecture_id>", "/courses/<course_id>"


@dataclass(frozen=True, slots=True)
class Room:
    """A lecture or a course, where this person may see it."""

    course: Course
    lecture: Lecture | None
    is_staff: bool

    @property
    def lecture_id(self) -> str | None:
        """None of the course itself."""
        return self.lecture.id if self.lecture else None

    @property
    def address(self) -> dict[str, Any]:
        """What leads to it in addresses."""
        return {"lecture_id": self.lecture.id} if self.lecture else {"course_id": self.course.id}


def room_or_404(lecture_id: str | None, course_id: str | None) -> Room:
    """Raises NotFound."""
    if lecture_id is not None:
        lecture, course = lecture_or_404(lecture_id)
    else:
        lecture, course = None, course_or_404(course_id or "")
    return Room(course, lecture, is_staff_of(current_services(), signed_in_user(), course))


def news_cache() -> NewsCache:
    """That of the app that answers this request."""
    cache: NewsCache = current_app.extensions["live_news"]
    return cache


@blueprint.get("/")
@roles_required()
def index() -> ResponseReturnValue:
    """Lectures that are on now, and the others of today."""
    courses = visible_courses()
    found = live_lectures(current_services(), courses, str(reader_timezone()))
    return render_template("live/index.html", lectures=found, courses=courses, places=PLACES)


@blueprint.get(OF_LECTURE)
@blueprint.get(OF_COURSE)
@roles_required()
def show(lecture_id: str | None = None, course_id: str | None = None) -> ResponseReturnValue:
    """How to join, and what was written."""
    return page_of(room_or_404(lecture_id, course_id))


def page_of(room: Room, form: PostForm | None = None, code_form: CodeForm | None = None) -> str:
    """The page, with a form that was refused where there is one."""
    services, user = current_services(), signed_in_user()
    version = services.store.live_version(room.course.id)  # before the posts, so that none that comes now is missed
    own = services.store.meeting(room.course.id, room.lecture_id)
    how = joining_of(services, room.course.id, room.lecture_id)
    told = deliveries(services, room.course, how.meeting) if room.is_staff and how.meeting else []
    answers = request.args.get("answer", "")
    return render_template(
        "live/show.html",
        room=room,
        own=own,
        how=how,
        places=PLACES,
        channels=CHANNELS,
        states=STATES,
        told=told,
        posts=shown_posts(room, services.store.posts(room.course.id, room.lecture_id)),
        tag=tag_of(version, room.is_staff),
        version=version.number,
        form=form or PostForm(formdata=None),
        code_form=code_form or CodeForm(formdata=None),
        answers=answers if answers.isalnum() else "",
        me=author_mark(room.course, user.id),
        longest=LONGEST_WORDS,
        is_on=_is_on(room),
        witnesses=seen_in_meeting(room),
    )


def _is_on(room: Room) -> bool:
    """Of a course, whether any of its lectures is."""
    now = current_services().now()
    lecture = room.lecture or current_services().store.find_lecture(room.course.id, now)
    return lecture is not None and is_on(lecture, now)


@blueprint.get(f"{OF_LECTURE}/news")
@blueprint.get(f"{OF_COURSE}/news")
@roles_required()
def news(lecture_id: str | None = None, course_id: str | None = None) -> ResponseReturnValue:
    """What is new since a version, for pages that are open; those that were let in are answered ahead of this."""
    room = room_or_404(lecture_id, course_id)
    store, cache = current_services().store, news_cache()
    place = (room.course.id, room.lecture_id)
    version = cache.version(place, lambda: store.live_version(room.course.id))
    cookie = request.cookies.get(current_app.config["SESSION_COOKIE_NAME"], "")
    cache.seat(request.path, cookie, place, room.is_staff)
    tag = tag_of(version, room.is_staff)
    if request.headers.get("If-None-Match") == tag:
        answer = current_app.response_class(status=304)
    else:
        said = request.args.get("after", "0")
        after = int(said) if said.isascii() and said.isdigit() and len(said) < 12 else 0
        answer = jsonify(news_of(room, version, after))
        cache.keep(place, version, room.is_staff, after, answer.get_data())
    answer.headers["ETag"] = tag
    answer.headers["Cache-Control"] = "no-store"
    return answer


def news_of(room: Room, version: LiveVersion, after: int) -> dict[str, Any]:
    """How to join, and the messages that are newer than `after`; all of them where some were erased since."""
    services = current_services()
    is_whole = after < version.floor or after > version.number
    found = services.store.posts(room.course.id, room.lecture_id, after=0 if is_whole else after)
    of_place = services.store.meeting(room.course.id, room.lecture_id)
    how = joining_of(services, room.course.id, room.lecture_id)
    return {
        "version": version.number,
        "whole": is_whole,
        "closed": bool(of_place and of_place.is_closed),
        "link": shown_link(how.meeting),
        "posts": [
            post if not post["hidden"] or room.is_staff else {"id": post["id"], "gone": True}
            for post in shown_posts(room, found, with_hidden=True)
        ],
    }


def shown_link(meeting: Meeting | None) -> dict[str, Any] | None:
    """As pages and programs get it."""
    if meeting is None:
        return None
    return {
        "url": meeting.url,
        "service": service_of(meeting.url),
        "number": meeting.number,
        "passcode": meeting.passcode,
        "changed_at": meeting.changed_at.isoformat() if meeting.changed_at else None,
        "old": [{"code": one.code, "until": one.until.isoformat()} for one in meeting.old_codes],
    }


def shown_posts(room: Room, posts: Sequence[Post], *, with_hidden: bool = False) -> list[dict[str, Any]]:
    """As pages get them; hidden ones are for those who teach."""
    visible = [post for post in posts if room.is_staff or with_hidden or not post.is_hidden]
    names = authors(current_services(), visible)
    return [
        {
            "id": post.id,
            "name": names[post.id],
            "author": author_mark(room.course, post.by),
            "staff": post.student_id is None,
            "at": post.at.isoformat(),
            "parts": [[text, is_link] for text, is_link in parts_of(post.words)],
            "announcement": post.is_announcement,
            "answers": post.answers,
            "pinned": post.is_pinned,
            "hidden": post.is_hidden,
            "mentions": sorted(author_mark(room.course, one) for one in post.mentions),
        }
        for post in visible
    ]


def author_mark(course: Course, user_id: str) -> str:
    """By which a page tells its reader's own messages; it means nothing elsewhere."""
    return hashlib.sha256(f"{course.id} {user_id}".encode()).hexdigest()[:16]


@blueprint.route(f"{OF_LECTURE}/link", methods=["GET", "POST"])
@blueprint.route(f"{OF_COURSE}/link", methods=["GET", "POST"])
@roles_required(*STAFF)
def link(lecture_id: str | None = None, course_id: str | None = None) -> ResponseReturnValue:
    """Where it is held, and by which link."""
    room = room_or_404(lecture_id, course_id)
    was = current_services().store.meeting(room.course.id, room.lecture_id)
    form = MeetingForm(data=_known(was) if was else {"place": "" if room.lecture else "room"})
    own = [(one.value, words) for one, words in PLACES.items()]
    form.place.choices = [("", _("As the course")), *own] if room.lecture else own
    if form.validate_on_submit():
        try:
            set_meeting(
                current_services(),
                signed_in_user(),
                room.course.id,
                room.lecture_id,
                place=form.place.data or "",
                room=form.room.data or "",
                url=form.link.data or "",
                number=form.number.data or "",
                passcode=form.passcode.data or "",
            )
        except (InvalidInput, ServiceUnavailable) as refused:
            form.refuse(refused)
        else:
            news_cache().changed(room.course.id)
            flash(_("Saved. Who is in the course sees it now."), "success")
            return redirect(url_for("live.show", **room.address))
    return render_template("live/link.html", room=room, form=form), 400 if form.errors or form.form_errors else 200


def _known(meeting: Meeting) -> dict[str, str]:
    default = "" if meeting.lecture_id else "room"
    named = {"room": meeting.room, "link": meeting.url, "number": meeting.number, "passcode": meeting.passcode}
    return {"place": meeting.place.value if meeting.place else default} | named


@blueprint.post(f"{OF_LECTURE}/code")
@blueprint.post(f"{OF_COURSE}/code")
@roles_required(*STAFF)
def code(lecture_id: str | None = None, course_id: str | None = None) -> ResponseReturnValue:
    """Another code: that of the lecture's own meeting, else of its course's."""
    room = room_or_404(lecture_id, course_id)
    services, form = current_services(), CodeForm()
    of_lecture = joining_of(services, room.course.id, room.lecture_id).of_lecture
    changed = room.lecture_id if of_lecture else None
    try:
        change_code(services, signed_in_user(), room.course.id, changed, form.passcode.data or "")
    except (InvalidInput, Conflict, ServiceUnavailable) as refused:
        return refused_page(room, refused, code_form=form)
    news_cache().changed(room.course.id)
    flash(_("The code was changed. Who is in the course sees the new one now."), "success")
    return redirect(url_for("live.show", **room.address))


def refused_page(
    room: Room, refused: RollcallError, form: PostForm | None = None, code_form: CodeForm | None = None
) -> ResponseReturnValue:
    """The page again, with the sentence at its field."""
    for one in (form, code_form):
        if one is not None:
            one.refuse(refused)
    if form is None and code_form is None:
        flash(in_words(refused), "error")
    return page_of(room, form, code_form), status_of(refused)


def seen_in_meeting(room: Room) -> list[tuple[str, list[Witness]]]:
    """Names with what the meeting service saw of them: of all for who teaches, of oneself for a student."""
    if room.lecture is None:
        return []
    services = current_services()
    by_student: dict[str, list[Witness]] = {}
    for one in services.store.witnesses(room.lecture.id):
        by_student.setdefault(one.student_id, []).append(one)
    if not room.is_staff:
        own = current_user.student_id
        return [(current_user.name, by_student[own])] if own in by_student else []
    names = {student.id: student.name for student in services.store.roster(room.course.id)}
    found = [(names.get(student_id, student_id), seen) for student_id, seen in by_student.items()]
    return sorted(found, key=lambda one: one[0])


@blueprint.app_template_global()
def witnesses_of(lecture_id: str, student_id: str) -> list[Witness]:
    """What a meeting service saw of a student, for the page of their mark."""
    found = current_services().store.witnesses(lecture_id)
    return [one for one in found if one.student_id == student_id]


@blueprint.app_template_filter()
def from_iso(moment: str) -> datetime:
    """A moment as answers to programs have it."""
    return datetime.fromisoformat(moment)


@blueprint.app_template_global()
def passage_words(passage: Passage) -> str:
    """Joined or left, in words."""
    return _("joined") if passage is Passage.JOINED else _("left")
