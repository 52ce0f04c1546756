"""Who attends a course and who teaches it."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from attendance.errors import InvalidInput, NotFound
from attendance.model import Role
from attendance.rules.texts import isolated
from attendance.use_cases.courses.courses import add_to_roster, remove_from_roster, set_teachers
from attendance.use_cases.people.reading import find_students, possible_teachers
from website.access import course_or_404, roles_required, student_or_404
from website.courses.forms import AddStudentsForm, ConfirmForm, TeachersForm
from website.courses.views import blueprint
from website.current import current_services, signed_in_user
from website.request_args import page_number
from website.sentences import in_words


@blueprint.route("/<course_id>/students/add", methods=["GET", "POST"])
@roles_required(Role.ADMIN)
def add_students(course_id: str) -> ResponseReturnValue:
    """Search students and put them on the roster."""
    course = course_or_404(course_id)
    services, form = current_services(), AddStudentsForm()
    text = request.args.get("text", "")[:100]
    if form.validate_on_submit() and not form.students.data:
        form.refuse(InvalidInput("Choose at least one student."))
    elif form.is_submitted() and not form.errors:
        students = [student_or_404(key) for key in form.students.data or ()]
        add_to_roster(services, course_id, [student.id for student in students], by=signed_in_user().id)
        words = ngettext(
            "%(num)s student was put on the roster.", "%(num)s students were put on the roster.", len(students)
        )
        flash(words, "success")
        return redirect(url_for("courses.roster", course_id=course_id))
    return render_template(
        "courses/add_students.html",
        course=course,
        form=form,
        text=text,
        page=find_students(services, (), text=text, page=page_number(request.args)),
        on_roster={student.id for student in services.store.roster(course_id)},
    )


@blueprint.post("/<course_id>/students/<student_key>/remove")
@roles_required(Role.ADMIN)
def remove_student(course_id: str, student_key: str) -> ResponseReturnValue:
    """Take a student off the roster after asking; the marks stay."""
    course = course_or_404(course_id)
    student = student_or_404(student_key)
    form = ConfirmForm()
    if form.validate_on_submit() and request.form.get("sure") != "yes":
        return render_template("courses/take_off.html", form=form, course=course, student=student)
    if form.validate_on_submit():
        try:
            remove_from_roster(current_services(), course_id, student.id, by=signed_in_user().id)
            flash(_("%(name)s is no longer on the roster. Marks that exist stay.", name=student.name), "success")
        except NotFound as gone:
            flash(in_words(gone), "warning")
    return redirect(url_for("courses.roster", course_id=course_id))


@blueprint.route("/<course_id>/teachers", methods=["GET", "POST"])
@roles_required(Role.ADMIN)
def teachers(course_id: str) -> ResponseReturnValue:
    """Choose the teachers."""
    course = course_or_404(course_id)
    services = current_services()
    form = TeachersForm(data={"teachers": [user.id for user in services.store.teachers(course_id)]})
    form.teachers.choices = [(user.id, _staff_name(user.name, user.email)) for user in possible_teachers(services)]
    if form.validate_on_submit():
        try:
            set_teachers(services, course_id, form.teachers.data or (), by=signed_in_user().id)
        except (InvalidInput, NotFound) as refused:
            form.refuse(refused)
        else:
            flash(_("The teachers were saved."), "success")
            return redirect(url_for("courses.roster", course_id=course_id))
    return render_template("courses/teachers.html", form=form, course=course)


def _staff_name(name: str, email: str) -> str:
    return f"{isolated(name)} · {email}" if name else email
