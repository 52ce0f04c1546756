"""The pages where marks are set by hand for many: the roll, several at once, and what can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from attendance.errors import Conflict, InvalidInput, NotFound
from attendance.model import Lecture, Mark, Status, is_id, new_id
from attendance.rules.roll import Answer, Tap
from attendance.rules.statuses import BY_PERSON
from attendance.use_cases.lectures.by_hand import TapAnswer, acts, set_marks, take_roll, undo_act, usual_reasons
from attendance.use_cases.lectures.lectures import lecture_board
from website.access import lecture_or_404, roles_required
from website.current import current_services, signed_in_user
from website.errors import wants_json
from website.lectures.forms import ConfirmForm
from website.lectures.undo_offer import offer_undo
from website.lectures.views import STAFF, blueprint
from website.sentences import in_words

_LONGEST_AGE_MS = 30 * 24 * 3600 * 1000


@blueprint.route("/<lecture_id>/roll", methods=["GET", "POST"])
@roles_required(*STAFF)
def roll(lecture_id: str) -> ResponseReturnValue:
    """Everybody as a row with one tap a status; without a script, a form that is saved as a whole."""
    lecture, course = lecture_or_404(lecture_id)
    conflicts: Sequence[TapAnswer] = ()
    if request.method == "POST":
        answers = take_roll(current_services(), lecture_id, _taps_of_form(lecture), by=signed_in_user().id)
        conflicts = [one for one in answers if one.answer is Answer.CONFLICT]
        if not conflicts:
            flash(_("The roll was saved."), "success")
            return redirect(url_for("lectures.show", lecture_id=lecture_id))
    board = lecture_board(current_services(), lecture_id)
    return render_template(
        "lectures/roll.html",
        board=board,
        lecture=lecture,
        course=course,
        statuses=BY_PERSON,
        conflicts={one.tap.student_id: one.tap.status for one in conflicts},
        form=ConfirmForm(formdata=None),
        act=new_id(),
    )


@blueprint.post("/<lecture_id>/roll/taps")
@roles_required(*STAFF)
def taps(lecture_id: str) -> ResponseReturnValue:
    """Taps of the roll's page, also those of a while ago; the same ones again change nothing."""
    lecture, _course = lecture_or_404(lecture_id)
    answers = take_roll(current_services(), lecture_id, _taps_of_json(lecture), by=signed_in_user().id)
    rows = [_row(one.tap.student_id, one.mark) | {"id": one.tap.id, "answer": one.answer.value} for one in answers]
    return jsonify(rows=_with_keys(lecture, rows))


@blueprint.route("/<lecture_id>/several", methods=["GET", "POST"])
@roles_required(*STAFF)
def several(lecture_id: str) -> ResponseReturnValue:
    """Choose students, a reason and a status: one commit for all."""
    lecture, course = lecture_or_404(lecture_id)
    services, user = current_services(), signed_in_user()
    refused: InvalidInput | None = None
    chosen = set(request.form.getlist("students"))
    reason = request.form.get("reason", "").strip() or request.form.get("usual", "")
    if request.method == "POST":
        try:
            ids = [one for one, key in _keys(lecture).items() if key in chosen]
            own = request.form.get("own_status") or None
            status = Status.PRESENT if own else _status(request.form.get("status"))
            act = set_marks(services, lecture_id, ids, status, reason, by=user.id, own_status=own)
        except InvalidInput as wrong:
            refused = wrong
        else:
            words = ngettext("%(num)d mark was changed.", "%(num)d marks were changed.", len(ids))
            offer_undo(lecture_id, act, words)
            return redirect(url_for("lectures.show", lecture_id=lecture_id))
    usual = usual_reasons(services, course.id, by=user.id)
    board = lecture_board(services, lecture_id)
    return render_template(
        "lectures/several.html",
        board=board,
        lecture=lecture,
        course=course,
        statuses=BY_PERSON,
        own_statuses=[one for one in course.statuses if not one.retired],
        chosen=chosen or _preselected(board.attendees),
        reason=request.form.get("reason", ""),
        usual=request.form.get("usual", ""),
        reasons=list(dict.fromkeys([*usual, _("School event"), _("Official duty"), _("Sick note"), _("Late bus")]))[:8],
        refused=in_words(refused) if refused else "",
        form=ConfirmForm(formdata=None),
    )


@blueprint.get("/<lecture_id>/changes")
@roles_required(*STAFF)
def changes(lecture_id: str) -> ResponseReturnValue:
    """What people did to the marks, each with a button that undoes it."""
    lecture, course = lecture_or_404(lecture_id)
    names = {one.student.id: one.student.name for one in lecture_board(current_services(), lecture_id).attendees}
    found = acts(current_services(), lecture_id)
    return render_template("lectures/changes.html", lecture=lecture, course=course, acts=found, names=names)


@blueprint.post("/<lecture_id>/acts/<act_id>/undo")
@roles_required(*STAFF)
def undo_an_act(lecture_id: str, act_id: str) -> ResponseReturnValue:
    """Give marks back what they were, as a new entry of their history."""
    lecture, _course = lecture_or_404(lecture_id)
    undone = new_id()
    try:
        back, stayed = undo_act(current_services(), lecture_id, act_id, by=signed_in_user().id, action=undone)
    except (Conflict, NotFound) as refused:
        if wants_json():
            raise
        flash(in_words(refused), "warning")
        return _back(lecture_id)
    if wants_json():
        marks = current_services().store.marks(lecture_id)
        return jsonify(rows=_with_keys(lecture, [_row(mark.student_id, mark) for mark in marks]))
    words = ngettext("%(num)d mark is as it was.", "%(num)d marks are as they were.", back)
    if stayed:
        flash(
            ngettext("%(num)d mark was changed since and stays.", "%(num)d marks were changed since and stay.", stayed),
            "warning",
        )
    offer_undo(lecture_id, undone, words)
    return _back(lecture_id)


def _back(lecture_id: str) -> ResponseReturnValue:
    where = "lectures.changes" if request.form.get("back") == "changes" else "lectures.show"
    return redirect(url_for(where, lecture_id=lecture_id))


def _preselected(attendees: Sequence[Any]) -> set[str]:
    """Without a script, links choose all, or all who have no mark yet."""
    wanted = request.args.get("choose")
    if wanted == "all":
        return {one.student.key for one in attendees}
    if wanted == "open":
        return {one.student.key for one in attendees if one.mark is None or one.mark.needs_another_way}
    return set()


def _keys(lecture: Lecture) -> dict[str, str]:
    """Of all who are or were on the roster, by their ids."""
    board = lecture_board(current_services(), lecture.id)
    return {one.student.id: one.student.key for one in board.attendees}


def _status(word: Any) -> Status:
    try:
        return Status(word)
    except ValueError:
        raise InvalidInput("Choose what the student was.", field="status") from None


def _taps_of_form(lecture: Lecture) -> list[Tap]:
    """Those rows that are not as the page showed them."""
    now, act = current_services().now(), request.form.get("act", "")
    found = []
    for student_id, key in _keys(lecture).items():
        said = request.form.get(f"status-{key}", "")
        if said and said != request.form.get(f"was-{key}", ""):
            seen_at = _moment(request.form.get(f"seen-{key}", ""))
            found.append(Tap(_id(act), student_id, _status(said), now, seen_at))
    return found


def _taps_of_json(lecture: Lecture) -> list[Tap]:
    """How long ago each tap was counts, not the clock of the phone, which may be wrong. Raises InvalidInput."""
    sent = request.get_json(silent=True)
    lines = sent.get("taps") if isinstance(sent, dict) else None
    if not isinstance(lines, list) or not all(isinstance(line, dict) for line in lines):
        raise InvalidInput("These are no taps.")
    now, ids = current_services().now(), {key: one for one, key in _keys(lecture).items()}
    found = []
    for line in lines:
        if line.get("key") not in ids:
            raise NotFound("There is no such student in this lecture.")
        age = line.get("age_ms", 0)
        if isinstance(age, bool) or not isinstance(age, int | float) or not age == age:  # noqa: PLR0124 - not a number
            raise InvalidInput("These are no taps.")
        at = now - timedelta(milliseconds=min(max(age, 0), _LONGEST_AGE_MS))
        seen_at = _moment(str(line.get("seen_at") or ""))
        found.append(Tap(_id(line.get("id")), ids[line["key"]], _status(line.get("status")), at, seen_at))
    return found


def _id(word: Any) -> str:
    if not isinstance(word, str) or not is_id(word):
        raise InvalidInput("These are no taps.")
    return word


def _moment(word: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(word)
    except ValueError:
        return None
    return found if found.tzinfo else None


def _row(student_id: str, mark: Mark | None) -> dict[str, Any]:
    return {
        "student_id": student_id,
        "status": mark.status.value if mark else "",
        "seen_at": mark.updated_at.isoformat() if mark else "",
        "by_name": _name(mark.set_by) if mark and mark.set_by else "",
    }


def _with_keys(lecture: Lecture, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    keys = _keys(lecture)
    return [{"key": keys[row.pop("student_id")], **row} for row in rows]


def _name(user_id: str) -> str:
    try:
        user = current_services().store.user(user_id)
    except NotFound:
        return _("a person")
    return user.name or user.email
