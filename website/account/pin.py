"""The personal PIN, with which a student checks in at kiosks."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from attendance.errors import InvalidInput, NotFound
from attendance.model import Role
from attendance.rules.pins import LONGEST, SHORTEST
from attendance.use_cases.kiosks.pins import has_pin, set_pin
from website.access import roles_required
from website.account.forms import PinForm
from website.account.views import blueprint
from website.current import current_services, signed_in_user


@blueprint.route("/pin", methods=["GET", "POST"])
@roles_required(Role.STUDENT)
def pin() -> ResponseReturnValue:
    """Choose it, or another in its place."""
    user, services = signed_in_user(), current_services()
    if user.student_id is None:
        raise NotFound("This account belongs to no student.")
    form = PinForm()
    if form.validate_on_submit():
        try:
            set_pin(services, user.student_id, form.pin.data or "", by=user.id)
        except InvalidInput as refused:
            form.refuse(refused)
        else:
            flash(_("Your PIN is saved."), "success")
            return redirect(url_for("account.index"))
    return render_template(
        "account/pin.html", form=form, has_pin=has_pin(services, user.student_id), least=SHORTEST, most=LONGEST
    )
