"""The PIN of a student, which an admin can clear and nobody can read."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from attendance.model import Role
from attendance.use_cases.kiosks.pins import clear_pin as clear
from website.access import roles_required, student_or_404
from website.current import current_services, signed_in_user
from website.students.forms import ConfirmForm
from website.students.views import blueprint


@blueprint.post("/<student_key>/pin/clear")
@roles_required(Role.ADMIN)
def clear_pin(student_key: str) -> ResponseReturnValue:
    """The student chooses another one."""
    student = student_or_404(student_key)
    if ConfirmForm().validate_on_submit():
        clear(current_services(), student.id, by=signed_in_user().id)
        flash(_("The PIN of %(name)s is cleared.", name=student.name), "success")
    return redirect(url_for("students.show", student_key=student_key))
