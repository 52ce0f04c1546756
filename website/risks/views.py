"""The lists of who is at risk, the rules of a course, and "seen"."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from attendance.errors import InvalidInput, NotFound
from attendance.model import Role
from attendance.rules.risks import LEAST_COUNTED, Finding, rules_of
from attendance.use_cases.courses.risks import note_seen, risk_cards, set_rules
from attendance.use_cases.notices.risk_messages import in_words as finding_in_words
from attendance.words import Words
from website.access import course_or_404, roles_required, student_or_404, visible_courses
from website.current import current_services, current_settings, reader_timezone, signed_in_user
from website.forms import Form
from website.language import page_language
from website.request_args import page_number
from website.risks.forms import RulesForm
from website.sentences import in_words

blueprint = Blueprint("risks", __name__, template_folder="templates")

_STAFF = (Role.ADMIN, Role.TEACHER)


@blueprint.app_template_filter("finding_in_words")
def finding_words(finding: Finding) -> str:
    """What a rule found, in one sentence of the page's language."""
    return finding_in_words(Words(page_language(), str(reader_timezone())), finding)


@blueprint.get("/at-risk")
@roles_required(*_STAFF)
def index() -> ResponseReturnValue:
    """In all courses that this person may see."""
    everywhere = signed_in_user().role is Role.ADMIN
    page = risk_cards(current_services(), visible_courses(), everywhere=everywhere, page=page_number(request.args))
    if page.number > page.pages:
        return redirect(url_for("risks.index", page=page.pages))
    return render_template("risks/index.html", page=page)


@blueprint.route("/courses/<course_id>/at-risk", methods=["GET", "POST"])
@roles_required(*_STAFF)
def of_course(course_id: str) -> ResponseReturnValue:
    """In one course, with its rules."""
    course, services = course_or_404(course_id), current_services()
    form = RulesForm(obj=rules_of(course))
    if form.validate_on_submit():
        try:
            set_rules(
                services,
                course_id,
                below_percent=form.below_percent.data,
                absences=form.absences.data,
                in_a_row=form.in_a_row.data,
                tells_students=form.tells_students.data,
                tells_contacts=form.tells_contacts.data,
                by=signed_in_user().id,
            )
        except (InvalidInput, NotFound) as refused:
            form.refuse(refused)
        else:
            flash(_("The rules were saved. Who is at risk is found within a minute."), "success")
            return redirect(url_for("risks.of_course", course_id=course_id))
    page = risk_cards(services, [course], page=page_number(request.args))
    if page.number > page.pages:
        return redirect(url_for("risks.of_course", course_id=course_id, page=page.pages))
    return render_template(
        "risks/course.html",
        course=course,
        form=form,
        page=page,
        least=LEAST_COUNTED,
        tells_contacts=current_settings().tell_contacts,
        has_rules=rules_of(course).ask,
    )


@blueprint.post("/courses/<course_id>/at-risk/<student_key>/seen")
@roles_required(*_STAFF)
def seen(course_id: str, student_key: str) -> ResponseReturnValue:
    """Somebody looked at it."""
    course_or_404(course_id)
    student = student_or_404(student_key)
    if Form().validate_on_submit():
        try:
            note_seen(current_services(), course_id, student.id, by=signed_in_user().id)
        except NotFound as gone:
            flash(in_words(gone), "warning")
    from_course = request.args.get("from") == "course"
    return redirect(url_for("risks.of_course", course_id=course_id) if from_course else url_for("risks.index"))
