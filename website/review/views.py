"""The review queue. Its script asks for pieces of the page; without it each decision reads the page anew."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from attendance.errors import Conflict, InvalidInput, NotFound
from attendance.model import Role, Status
from attendance.rules.statuses import BY_PERSON, MEANINGS
from attendance.use_cases.appeals.reading import waiting_appeals
from attendance.use_cases.lectures import marks as review_mark
from attendance.use_cases.lectures.review import review_queue
from attendance.use_cases.unknowns import deciding
from website.access import course_or_404, lecture_or_404, roles_required, visible_courses
from website.current import current_services, signed_in_user
from website.lectures.marks import student_of_lecture
from website.media.playable import is_playable
from website.request_args import whole_number
from website.sentences import in_words, translated

blueprint = Blueprint("review", __name__, url_prefix="/review", template_folder="templates")

STAFF = (Role.ADMIN, Role.TEACHER)
_DECIDED = "reviewed"
_MOST_DECIDED = 10
"""Decisions that the keys can undo; older ones are undone on the page of the mark."""


@blueprint.get("/")
@roles_required(*STAFF)
def index() -> ResponseReturnValue:
    """The next one that waits."""
    return _shown()


@blueprint.post("/<lecture_id>/<student_key>/confirm")
@roles_required(*STAFF)
def confirm(lecture_id: str, student_key: str) -> ResponseReturnValue:
    """It is this student, or they were there."""
    _lecture, _course, student = student_of_lecture(lecture_id, student_key)
    try:
        mark = review_mark.confirm(current_services(), lecture_id, student.id, by=signed_in_user().id)
    except Conflict as refused:  # somebody else decided a moment before
        return _answered(in_words(refused), "warning")
    _remember(lecture_id, student_key)
    return _answered(_("%(name)s: %(status)s.", name=student.name, status=_word(mark.status)))


@blueprint.post("/<lecture_id>/<student_key>/refuse")
@roles_required(*STAFF)
def refuse(lecture_id: str, student_key: str) -> ResponseReturnValue:
    """It is somebody else, or they were not there."""
    _lecture, _course, student = student_of_lecture(lecture_id, student_key)
    try:
        mark = review_mark.refuse(current_services(), lecture_id, student.id, by=signed_in_user().id)
    except Conflict as refused:
        return _answered(in_words(refused), "warning")
    _remember(lecture_id, student_key)
    return _answered(_("%(name)s: %(status)s.", name=student.name, status=_word(mark.status)))


@blueprint.post("/<lecture_id>/<student_key>/name")
@roles_required(*STAFF)
def name(lecture_id: str, student_key: str) -> ResponseReturnValue:
    """The face is somebody else's on the roster."""
    _lecture, course, _student = student_of_lecture(lecture_id, student_key)
    sighting_id, chosen = request.form.get("sighting", ""), request.form.get("student", "")
    if sighting_id not in {seen.id for seen in current_services().store.sightings(lecture_id)}:
        return _answered(_("The recording was searched again meanwhile; look at the mark anew."), "warning")
    keep = bool(request.form.get("keep_photo"))
    try:
        if not chosen:
            raise InvalidInput("Choose who this is.")
        done = deciding.name_sighting(current_services(), signed_in_user(), sighting_id, chosen, keep_photo=keep)
    except InvalidInput as refused:
        return _answered(in_words(refused), "warning")
    _remember(lecture_id, student_key, course.id, done.decision.id)
    if done.refusal is not None:
        words = _(
            "This is %(name)s now. No photo was kept: %(reason)s", name=done.student.name, reason=in_words(done.refusal)
        )
        return _answered(words, "warning")
    return _answered(_("This is %(name)s now, and the lectures were marked anew.", name=done.student.name))


@blueprint.post("/undo")
@roles_required(*STAFF)
def undo() -> ResponseReturnValue:
    """Take back the last decision that was made here."""
    decided = session.get(_DECIDED, [])
    if not decided:
        return _answered(_("There is nothing to undo here."), "warning")
    *earlier, (lecture_id, student_key, course_id, decision_id) = decided
    session[_DECIDED] = earlier
    _lecture, _course, student = student_of_lecture(lecture_id, student_key)
    try:
        if decision_id:
            deciding.undo(current_services(), signed_in_user(), course_or_404(course_id), decision_id)
        else:
            review_mark.undo(current_services(), lecture_id, student.id, by=signed_in_user().id)
    except NotFound as gone:
        return _answered(in_words(gone), "warning")
    return _answered(_("Undone: %(name)s waits again.", name=student.name))


def _remember(lecture_id: str, student_key: str, course_id: str = "", decision_id: str = "") -> None:
    decided = [*session.get(_DECIDED, []), [lecture_id, student_key, course_id, decision_id]]
    session[_DECIDED] = decided[-_MOST_DECIDED:]


def _answered(words: str, kind: str = "success") -> ResponseReturnValue:
    """The next one, as a piece of the page for its script, else as the page."""
    if _is_for_script():
        return _shown(words, kind)
    flash(words, kind)
    return redirect(url_for("review.index", **_filters()))  # type: ignore[arg-type]


def _shown(words: str = "", kind: str = "") -> ResponseReturnValue:
    courses = visible_courses()
    asked = _filters()
    chosen = [course for course in courses if course.id == asked.get("course")] or courses
    lecture_id = str(asked.get("lecture", ""))
    queue = review_queue(
        current_services(), chosen, lecture_id=lecture_id, skipped=whole_number(request.values, "skip")
    )
    waiting = queue.waiting
    context = {
        "queue": queue,
        "waiting": waiting,
        "courses": courses,
        "asked": asked,
        "lecture": lecture_or_404(lecture_id) if lecture_id else None,
        "playable": waiting is not None and waiting.recording is not None and is_playable(waiting.recording),
        "can_undo": bool(session.get(_DECIDED)),
        "appeals": () if _is_for_script() else waiting_appeals(current_services(), chosen),
        "statuses": [(one.value, _word(one)) for one in BY_PERSON],
        "words": words,
        "kind": kind,
    }
    return render_template("review/queue.html" if _is_for_script() else "review/index.html", **context)


def _filters() -> dict[str, object]:
    """What the address or the form limits the queue to, without what says nothing."""
    asked = {"course": request.values.get("course", ""), "lecture": request.values.get("lecture", "")}
    return {**{name: value for name, value in asked.items() if value}, **_skip()}


def _skip() -> dict[str, object]:
    skip = whole_number(request.values, "skip")
    return {"skip": skip} if skip else {}


def _is_for_script() -> bool:
    return request.headers.get("X-Requested-With") == "fetch"


def _word(status: Status) -> str:
    return translated(str(MEANINGS[status].word))
