"""The photos of a registered student: add, look over, remove."""

from __future__ import annotations

from flask import flash, jsonify, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from attendance.errors import InvalidInput, NotFound
from attendance.model import Face, Purpose, Role, Student
from attendance.rules.consent import has_consent
from attendance.use_cases.students.checking import check_face
from attendance.use_cases.students.photos import add_photos, remove_photo
from website.access import roles_required, student_or_404
from website.current import current_services, current_settings, signed_in_user
from website.students.answers import done, not_done, one_with_photos_at_a_time, uploaded_photos
from website.students.forms import ConfirmForm, PhotosForm
from website.students.views import blueprint
from website.students.words import report_json


@blueprint.route("/<student_key>/photos/add", endpoint="add_photos", methods=["GET", "POST"])
@roles_required(Role.ADMIN)
@one_with_photos_at_a_time
def add(student_key: str) -> ResponseReturnValue:
    """Add photos to a student who agreed."""
    student = student_or_404(student_key)
    if not has_consent(student.consents, Purpose.FACE):
        flash(_("Record the student's consent first; then photos can be added."), "warning")
        return redirect(url_for("students.record_consent", student_key=student_key))
    form = PhotosForm()
    if form.validate_on_submit():
        try:
            return done(_add(student, form))
        except InvalidInput as refused:
            form.refuse(refused)
    return not_done(form, lambda: _page(form, student)) if form.is_submitted() else _page(form, student)


@blueprint.get("/<student_key>/photos/<face_id>/found", endpoint="found_in_photo")
@roles_required(Role.ADMIN)
def found(student_key: str, face_id: str) -> ResponseReturnValue:
    """What a stored photo shows."""
    face = _face_or_404(student_or_404(student_key), face_id)
    return jsonify(report_json(check_face(current_services(), face)))


@blueprint.route("/<student_key>/photos/<face_id>/remove", endpoint="remove_photo", methods=["GET", "POST"])
@roles_required(Role.ADMIN)
def remove_one(student_key: str, face_id: str) -> ResponseReturnValue:
    """Remove a photo and its face after asking."""
    student = student_or_404(student_key)
    face = _face_or_404(student, face_id)
    form = ConfirmForm()
    if form.validate_on_submit():
        remove_photo(current_services(), student.id, face_id, by=signed_in_user().id)
        flash(_("The photo and its face were erased."), "success")
        return redirect(url_for("students.show", student_key=student_key))
    count = len(current_services().store.faces([student.id]))
    return render_template("students/remove_photo.html", form=form, student=student, face=face, count=count)


def _add(student: Student, form: PhotosForm) -> str:
    photos = uploaded_photos(form)
    if not photos:
        raise InvalidInput("Choose a photo first.", field="photos")
    add_photos(current_services(), student.id, photos, by=signed_in_user().id)
    flash(ngettext("%(num)s photo was added.", "%(num)s photos were added.", len(photos)), "success")
    return url_for("students.show", student_key=student.key)


def _page(form: PhotosForm, student: Student) -> str:
    most = current_settings().max_photo_mb
    return render_template("students/add_photos.html", form=form, student=student, most_photo_mb=most)


def _face_or_404(student: Student, face_id: str) -> Face:
    faces = [face for face in current_services().store.faces([student.id]) if face.id == face_id]
    if not faces:
        raise NotFound("There is no such photo.")
    return faces[0]
