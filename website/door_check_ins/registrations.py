"""Who asked at a kiosk to be registered: an admin registers them with a consent, or refuses."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from attendance.errors import AlreadyExists, InvalidInput, NotFound
from attendance.model import Role
from attendance.use_cases.kiosks.registering import (
    confirm_registration,
    refuse_registration,
    waiting_people,
    waiting_person,
)
from attendance.use_cases.names import MOST_ID_CHARACTERS, MOST_NAME_CHARACTERS
from website.access import roles_required
from website.current import current_services, current_settings, reader_timezone, signed_in_user
from website.door_check_ins.views import blueprint
from website.media.serving import serve
from website.students.forms import ConfirmForm, GivenForm


class ConfirmPersonForm(GivenForm):
    """Who it is, and the consent without which nobody is registered with a photo."""

    student_id = StringField(
        _l("Student id"),
        validators=[InputRequired(_l("The student id is missing.")), Length(max=MOST_ID_CHARACTERS)],
    )
    name = StringField(
        _l("Name"), validators=[InputRequired(_l("The name is missing.")), Length(max=MOST_NAME_CHARACTERS)]
    )


@blueprint.get("/registrations")
@roles_required(Role.ADMIN)
def registrations() -> ResponseReturnValue:
    """Everybody who waits."""
    return render_template(
        "door_check_ins/registrations.html",
        waiting=waiting_people(current_services()),
        days=current_settings().registration_days,
    )


@blueprint.route("/registrations/<registration_id>", methods=["GET", "POST"])
@roles_required(Role.ADMIN)
def registration(registration_id: str) -> ResponseReturnValue:
    """One of them, and the form that registers them."""
    services = current_services()
    person = waiting_person(services, registration_id)
    today = services.now().astimezone(reader_timezone()).date()
    version = current_settings().consent_text_version
    form = ConfirmPersonForm(data={"consent_on": today, "text_version": version, "name": person.registration.name})
    if form.validate_on_submit() and (given_on := form.consent_on.data):
        try:
            done = confirm_registration(
                services,
                registration_id,
                student_id=form.student_id.data or "",
                name=form.name.data or "",
                consent_on=given_on,
                given=form.given(),
                by=signed_in_user().id,
            )
        except AlreadyExists as taken:
            form.refuse(InvalidInput(taken.template, **taken.values, field="student_id"))
        except InvalidInput as refused:
            form.refuse(refused)
        else:
            flash(_("%(name)s is registered. Look at what was found in the photos.", name=done.student.name), "success")
            return redirect(url_for("students.show", student_key=done.student.key))
    return render_template("door_check_ins/registration.html", form=form, person=person, refusing=ConfirmForm())


@blueprint.post("/registrations/<registration_id>/refuse")
@roles_required(Role.ADMIN)
def refuse(registration_id: str) -> ResponseReturnValue:
    """The name and the photo are gone."""
    if ConfirmForm().validate_on_submit():
        refuse_registration(current_services(), registration_id, by=signed_in_user().id)
        flash(_("The request was refused; name and photo are erased."), "success")
    return redirect(url_for("door_check_ins.registrations"))


@blueprint.get("/registrations/<registration_id>/photo")
@roles_required(Role.ADMIN)
def registration_photo(registration_id: str) -> ResponseReturnValue:
    """The photo that the kiosk took."""
    try:
        asked = current_services().store.door_registration(registration_id)
    except NotFound:
        raise NotFound("There is no such photo.") from None
    return serve(asked.picture_key)
