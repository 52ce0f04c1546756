"""The pages of a student who checks in."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from attendance.errors import InvalidInput, NotFound, RollcallError
from attendance.model import Course, Lecture, Mark, Method, Role, Student
from attendance.use_cases.lectures.checking_in import (
    check_in_by_code,
    check_in_to_lecture,
    check_network,
    is_on_screen,
    open_lectures,
)
from website.access import lecture_or_404, roles_required
from website.check_in.browser_words import forget_scan, remember_scan, scanned, this_device
from website.current import current_services, signed_in_user
from website.limits import code_attempts
from website.sentences import in_words

blueprint = Blueprint("check_in", __name__, url_prefix="/check-in", template_folder="templates")


class _CodeForm(FlaskForm):
    """Nothing but the token; the code is read as it was typed."""


@blueprint.route("", methods=["GET", "POST"])
@roles_required(Role.STUDENT)
def index() -> ResponseReturnValue:
    """Type the code that the screen shows, or the one of the lecture."""
    student = _student()
    form, refused = _CodeForm(), ""
    if form.validate_on_submit():
        try:
            with code_attempts(signed_in_user().id):
                found, mark = check_in_by_code(
                    current_services(),
                    student,
                    request.form.get("code", "")[:64],
                    device=this_device(),
                    address=request.remote_addr or "",
                )
        except RollcallError as error:
            refused = in_words(error)
        else:
            return _done(found.lecture, found.course, mark)
    this_device()
    lectures = open_lectures(current_services(), student.id)
    page = render_template("check_in/index.html", form=form, refused=refused, lectures=lectures)
    return page, 400 if refused else 200


@blueprint.get("/<lecture_id>/<code>")
def scan(lecture_id: str, code: str) -> ResponseReturnValue:
    """Where the picture on the screen leads: also before a login, which may take longer than the code lives."""
    services = current_services()
    try:
        lecture = services.store.lecture(lecture_id)
    except NotFound:
        lecture = None
    if lecture is None or not is_on_screen(lecture, code, services.now()):
        return render_template("check_in/over.html"), 404
    remember_scan(lecture.id, services.now())
    return redirect(url_for("check_in.here"))


@blueprint.route("/here", methods=["GET", "POST"])
@roles_required(Role.STUDENT)
def here() -> ResponseReturnValue:
    """Say that you are there, once the code was scanned."""
    student, scan = _student(), scanned()
    if scan is None:
        return render_template("check_in/over.html"), 404
    lecture, course = lecture_or_404(scan[0])
    form, refused = _CodeForm(), ""
    if form.validate_on_submit():
        try:
            if not lecture.takes_check_ins:
                raise InvalidInput("The check-in to this lecture is over. Ask your teacher.")
            check_network(course, request.remote_addr or "")
            mark = check_in_to_lecture(
                current_services(), lecture, student, at=scan[1], method=Method.SCREEN, device=this_device()
            )
        except RollcallError as error:
            refused = in_words(error)
        else:
            forget_scan()
            return _done(lecture, course, mark)
    page = render_template("check_in/here.html", form=form, lecture=lecture, course=course, refused=refused)
    return page, 400 if refused else 200


def _done(lecture: Lecture, course: Course, mark: Mark) -> ResponseReturnValue:
    return render_template("check_in/done.html", lecture=lecture, course=course, mark=mark)


def _student() -> Student:
    """Raises NotFound where no student is linked to the account."""
    student_id = signed_in_user().student_id
    if not student_id:
        raise NotFound("Your account is not linked to a student yet. Ask an admin.")
    return current_services().store.student(student_id)
