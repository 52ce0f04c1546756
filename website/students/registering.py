"""Register a student, and look over photos while they are chosen."""

from __future__ import annotations

from flask import flash, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from attendance.errors import AlreadyExists, InvalidInput, NotFound
from attendance.model import Role
from attendance.use_cases.students.checking import check_photo
from attendance.use_cases.students.registering import register_student
from website.access import roles_required, student_or_404, visible_courses
from website.current import current_services, current_settings, reader_timezone, signed_in_user
from website.forms import wants_another
from website.students.answers import done, not_done, one_with_photos_at_a_time, uploaded_photos
from website.students.forms import RegisterForm
from website.students.views import blueprint
from website.students.words import report_json


@blueprint.route("/register", methods=["GET", "POST"])
@roles_required(Role.ADMIN)
@one_with_photos_at_a_time
def register() -> ResponseReturnValue:
    """Register a student with photos."""
    today = current_services().now().astimezone(reader_timezone()).date()
    courses = visible_courses()
    named = request.args.getlist("course") or [course.id for course in courses if len(courses) == 1]
    version = current_settings().consent_text_version
    form = RegisterForm(data={"consent_on": today, "text_version": version, "courses": named})
    form.offer(courses)
    if form.validate_on_submit():
        try:
            return done(_register(form))
        except AlreadyExists as taken:
            form.refuse(InvalidInput(taken.template, **taken.values, field="student_id"))
        except (InvalidInput, NotFound) as refused:
            form.refuse(refused)
    return not_done(form, lambda: _page(form)) if form.is_submitted() else _page(form)


@blueprint.post("/photo-check")
@roles_required(Role.ADMIN)
@one_with_photos_at_a_time
def photo_check() -> ResponseReturnValue:
    """What a photo shows, before it is stored. Nothing of it stays."""
    photo = request.files.get("photo")
    if photo is None:
        raise InvalidInput("Choose a photo first.", field="photo")
    key = request.form.get("student_key", "")
    report = check_photo(
        current_services(),
        photo.read(),
        consented=request.form.get("consented") == "yes",
        student_id=student_or_404(key).id if key else "",
    )
    return jsonify(report_json(report))


def _register(form: RegisterForm) -> str:
    registration = register_student(
        current_services(),
        student_id=form.student_id.data,
        name=form.name.data,
        consent_on=form.consent,
        given=form.given(),
        course_ids=form.courses.data or (),
        photos=uploaded_photos(form),
        by=signed_in_user().id,
    )
    student = registration.student
    if registration.photos and wants_another():
        flash(_("%(name)s is registered. Here is the next.", name=student.name), "success")
    elif registration.photos:
        flash(_("%(name)s is registered. Look at what was found in the photos.", name=student.name), "success")
    else:
        flash(_("%(name)s is registered, but cannot be recognised without a photo.", name=student.name), "warning")
    if not form.courses.data:
        flash(_("%(name)s is on no roster yet, so no lecture can mark them.", name=student.name), "warning")
    if wants_another():
        return url_for("students.register", course=form.courses.data or None)
    return url_for("students.show", student_key=student.key)


def _page(form: RegisterForm) -> str:
    return render_template("students/register.html", form=form, most_photo_mb=current_settings().max_photo_mb)
