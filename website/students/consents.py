"""The consents of a student: record one, take one back."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from attendance.errors import InvalidInput, NotFound
from attendance.model import Purpose, Role, Student
from attendance.rules.consent import OFFERED, has_consent
from attendance.use_cases.students.consents import record_consent, withdraw_consent
from website.access import roles_required, student_or_404
from website.current import current_services, current_settings, reader_timezone, signed_in_user
from website.students.consent_texts import consent_texts
from website.students.forms import ConfirmForm, ConsentForm
from website.students.views import blueprint


@blueprint.route("/<student_key>/consents/record", endpoint="record_consent", methods=["GET", "POST"])
@roles_required(Role.ADMIN)
def record(student_key: str) -> ResponseReturnValue:
    """Record a consent to one or more purposes."""
    student = student_or_404(student_key)
    form = ConsentForm(data=_as_usual(student))
    if form.validate_on_submit() and (given_on := form.consent_on.data):
        try:
            record_consent(current_services(), student.id, given_on, form.chosen(), by=signed_in_user().id)
        except InvalidInput as refused:
            form.refuse(refused)
        else:
            flash(_("The consent was recorded."), "success")
            return redirect(url_for("students.show", student_key=student_key))
    return render_template(
        "students/record_consent.html", form=form, student=student, texts=consent_texts(current_settings())
    )


@blueprint.route("/<student_key>/consents/<purpose>/withdraw", endpoint="withdraw_consent", methods=["GET", "POST"])
@roles_required(Role.ADMIN)
def withdraw(student_key: str, purpose: str) -> ResponseReturnValue:
    """Take back the consent to one purpose, after saying what is erased."""
    student = student_or_404(student_key)
    named = next((one for one in Purpose if one.value == purpose and has_consent(student.consents, one)), None)
    if named is None:
        raise NotFound("There is no such consent.")
    form = ConfirmForm()
    if form.validate_on_submit():
        withdraw_consent(current_services(), student.id, [named], by=signed_in_user().id)
        flash(_said(named), "success")
        return redirect(url_for("students.show", student_key=student_key))
    photos = len(current_services().store.faces([student.id]))
    return render_template("students/withdraw_consent.html", form=form, student=student, purpose=named, photos=photos)


def _as_usual(student: Student) -> dict[str, object]:
    """Today, for what is not agreed to yet, to the text that is handed out now."""
    missing = [one.value for one in OFFERED if not has_consent(student.consents, one)]
    return {
        "consent_on": current_services().now().astimezone(reader_timezone()).date(),
        "text_version": current_settings().consent_text_version,
        "purposes": missing,
    }


def _said(purpose: Purpose) -> str:
    if purpose is Purpose.FACE:
        return _("Consent was taken back; faces and photos were erased.")
    if purpose is Purpose.EVIDENCE:
        return _("Consent was taken back; pictures beside marks were erased.")
    return _("Consent was taken back.")
