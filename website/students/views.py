"""The list of students, one student, and changing and removing one."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from attendance.errors import InvalidInput
from attendance.model import Role
from attendance.use_cases.kiosks.pins import has_pin
from attendance.use_cases.people.reading import find_students, student_cards
from attendance.use_cases.students.consents import who_recorded
from attendance.use_cases.students.photo_advice import photo_advice
from attendance.use_cases.students.registering import change_student
from attendance.use_cases.students.removing import remove_student, what_will_be_erased
from website.access import roles_required, student_or_404, visible_courses
from website.current import current_services, signed_in_user
from website.request_args import page_number
from website.students.forms import ChangeForm, RemoveForm
from website.students.words import consent_word

blueprint = Blueprint("students", __name__, url_prefix="/students", template_folder="templates")
blueprint.add_app_template_filter(consent_word)

_STAFF = (Role.ADMIN, Role.TEACHER)
_LONGEST_TEXT = 100


@blueprint.get("/")
@roles_required(*_STAFF)
def index() -> ResponseReturnValue:
    """The students that this person may see."""
    user, courses = signed_in_user(), visible_courses()
    text = request.args.get("text", "").strip()[:_LONGEST_TEXT]
    chosen = next((course.id for course in courses if course.id == request.args.get("course")), None)
    page = find_students(
        current_services(),
        courses,
        text=text,
        course_id=chosen,
        teacher_id=user.id if user.role is Role.TEACHER else None,
        page=page_number(request.args),
    )
    return render_template("students/index.html", page=page, courses=courses, course_id=chosen, text=text)


@blueprint.get("/<student_key>")
@roles_required(*_STAFF)
def show(student_key: str) -> ResponseReturnValue:
    """One student; teachers read only."""
    student = student_or_404(student_key)
    courses = visible_courses()
    card = student_cards(current_services(), [student], courses)[0]
    advice = photo_advice(current_services(), [course.id for course in courses], student.id) if card.faces else None
    names = who_recorded(current_services(), student)
    pin = has_pin(current_services(), student.id)
    return render_template("students/show.html", student=student, card=card, advice=advice, names=names, has_pin=pin)


@blueprint.route("/<student_key>/change", methods=["GET", "POST"])
@roles_required(Role.ADMIN)
def change(student_key: str) -> ResponseReturnValue:
    """Change the name and the contact."""
    student = student_or_404(student_key)
    form = ChangeForm(data={"name": student.name, "contact_email": student.contact_email})
    if form.validate_on_submit():
        try:
            change_student(
                current_services(),
                student.id,
                name=form.name.data,
                contact_email=form.contact_email.data or "",
                by=signed_in_user().id,
            )
        except InvalidInput as refused:
            form.refuse(refused)
        else:
            flash(_("Saved."), "success")
            return redirect(url_for("students.show", student_key=student_key))
    return render_template("students/change.html", form=form, student=student)


@blueprint.route("/<student_key>/remove", methods=["GET", "POST"])
@roles_required(Role.ADMIN)
def remove(student_key: str) -> ResponseReturnValue:
    """Remove a student whose name was typed, after saying what is erased."""
    student = student_or_404(student_key)
    form = RemoveForm(student.name)
    if form.validate_on_submit():
        erasure = remove_student(current_services(), student.id, by=signed_in_user().id)
        flash(_("%(name)s was removed with photos, faces, evidence and marks.", name=student.name), "success")
        if erasure.filmed:
            flash(_still_filmed(len(erasure.filmed)), "warning")
        return redirect(url_for("students.index"))
    erasure = what_will_be_erased(current_services(), student.id)
    return render_template("students/remove.html", form=form, student=student, erasure=erasure)


def _still_filmed(count: int) -> Markup:
    """The page before has named the lectures; nobody can find them by the student any more."""
    said = ngettext(
        "Recordings of %(num)s lecture may still show the student until they are removed.",
        "Recordings of %(num)s lectures may still show the student until they are removed.",
        count,
    )
    return Markup('{} <a href="{}">{}</a>').format(said, url_for("lectures.index"), _("Go to the lectures"))
