"""The pages on which a student objects to a mark or asks to be excused."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from attendance.errors import Conflict, InvalidInput, TooLarge
from attendance.model import Appeal, Mark, Role
from attendance.rules.appeals import LONGEST_WORDS, MOST_FILE_BYTES
from attendance.rules.texts import isolated
from attendance.sentences import no_mark
from attendance.use_cases.appeals.filing import ask_excuse, object_to_mark
from website.access import lecture_or_404, roles_required, visible_courses
from website.appeals.forms import ExcuseForm, ObjectionForm
from website.config import MOST_BYTES_OF_FIELDS
from website.current import current_services, signed_in_user
from website.forms import Form
from website.security import takes_up_to

blueprint = Blueprint("appeals", __name__, url_prefix="/appeals", template_folder="templates")

_MOST_BYTES = MOST_FILE_BYTES + MOST_BYTES_OF_FIELDS


@blueprint.route("/objection/<lecture_id>", methods=["GET", "POST"])
@roles_required()
@takes_up_to(lambda settings: _MOST_BYTES)
def objection(lecture_id: str) -> ResponseReturnValue:
    """To the own mark in a lecture; others have none."""
    lecture, course = lecture_or_404(lecture_id)
    mark = _own_mark(lecture_id)
    form = ObjectionForm()

    def ask() -> Appeal:
        return object_to_mark(current_services(), signed_in_user(), lecture_id, form.words.data or "", _file())

    if form.validate_on_submit() and _is_asked(form, ask):
        flash(_("Your objection was sent. The answer will stand here."), "success")
        return redirect(url_for("log.mine"))
    return render_template(
        "appeals/objection.html", form=form, lecture=lecture, course=course, mark=mark, longest=LONGEST_WORDS
    )


@blueprint.route("/excuse", methods=["GET", "POST"])
@roles_required(Role.STUDENT)
@takes_up_to(lambda settings: _MOST_BYTES)
def excuse() -> ResponseReturnValue:
    """In advance, for lectures of a course."""
    form = ExcuseForm()
    form.course_id.choices = [
        (course.id, f"{isolated(course.label)} · {isolated(course.name)}") for course in visible_courses()
    ]

    def ask() -> Appeal:
        return ask_excuse(
            current_services(),
            signed_in_user(),
            form.course_id.data or "",
            form.first_day.data,
            form.last_day.data,
            form.words.data or "",
            _file(),
        )

    if form.validate_on_submit() and _is_asked(form, ask):
        flash(_("Your excuse was sent. The answer will stand here."), "success")
        return redirect(url_for("log.mine"))
    return render_template("appeals/excuse.html", form=form, longest=LONGEST_WORDS)


@blueprint.app_template_global()
def own_appeals() -> Sequence[Appeal]:
    """Of the student who is signed in, newest first."""
    student_id = signed_in_user().student_id
    return current_services().store.appeals_of(student_id)[::-1] if student_id else ()


def _own_mark(lecture_id: str) -> Mark:
    own = signed_in_user().student_id
    for mark in current_services().store.marks(lecture_id):
        if mark.student_id == own:
            return mark
    raise no_mark()


def _is_asked(form: Form, ask: Callable[[], Appeal]) -> bool:
    try:
        ask()
    except (Conflict, InvalidInput, TooLarge) as refused:
        form.refuse(refused)
        return False
    return True


def _file() -> bytes:
    """What was chosen; nothing where nothing was."""
    chosen = request.files.get("file")
    return chosen.read(MOST_FILE_BYTES + 1) if chosen else b""
