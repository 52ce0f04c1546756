"""One visit: who it is, said by a person, and its removal."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectChoice, SelectField
from wtforms.validators import InputRequired

from attendance.errors import InvalidInput, MovedOn
from attendance.rules.texts import isolated
from attendance.use_cases.devices.reading import names_of_users
from attendance.use_cases.doors.consenting import agreed
from attendance.use_cases.doors.naming import SaidOfVisit, kept_photo, name_visit, remove_visit, unname_visit
from attendance.use_cases.doors.reading import ShownVisit, one_visit
from website.access import roles_required
from website.current import current_services, signed_in_user
from website.forms import Form
from website.navigation import STAFF
from website.people.views import blueprint, heat_of
from website.sentences import in_words


class NameForm(Form):
    """Whom a visit shows, of those who agreed to be known at doors."""

    student = SelectField(_l("This is"), validators=[InputRequired(_l("Choose at least one student."))])
    keep_photo = BooleanField(_l("Keep the picture as a photo"))


@blueprint.post("/visits/<visit_id>/name")
@roles_required(*STAFF)
def name(visit_id: str) -> ResponseReturnValue:
    """It shows this student."""
    services, user = current_services(), signed_in_user()
    shown = one_visit(services, user, visit_id)
    form = _form(shown)
    if form.validate_on_submit():
        student = services.store.student_by_key(form.student.data)
        try:
            done = name_visit(services, visit_id, student, by=user.id, keep_photo=form.keep_photo.data)
        except (InvalidInput, MovedOn) as refused:
            flash(in_words(refused), "error")
        else:
            if done.refusal is not None:
                flash(_("No photo was kept: %(reason)s", reason=in_words(done.refusal)), "warning")
            _say_removed(done)
            flash(_("This visit is one of %(name)s now.", name=student.name), "success")
        return redirect(url_for("people.visit", visit_id=visit_id))
    return visit_page(shown, form)


@blueprint.post("/visits/<visit_id>/unname")
@roles_required(*STAFF)
def unname(visit_id: str) -> ResponseReturnValue:
    """It shows somebody else."""
    services, user = current_services(), signed_in_user()
    one_visit(services, user, visit_id)
    try:
        done = unname_visit(services, visit_id, by=user.id)
    except MovedOn as refused:
        flash(in_words(refused), "error")
    else:
        _say_removed(done)
        flash(_("This visit has no name any more."), "success")
    return redirect(url_for("people.visit", visit_id=visit_id))


@blueprint.route("/visits/<visit_id>/remove", methods=["GET", "POST"])
@roles_required(*STAFF)
def remove(visit_id: str) -> ResponseReturnValue:
    """With its picture, after asking."""
    services, user = current_services(), signed_in_user()
    shown, form = one_visit(services, user, visit_id), Form()
    if form.validate_on_submit():
        remove_visit(services, visit_id, by=user.id)
        flash(_("The visit was removed with its picture."), "success")
        return redirect(url_for("people.index"))
    return render_template("people/remove.html", one=shown, form=form)


def _say_removed(done: SaidOfVisit) -> None:
    if done.removed_photo:
        flash(_("The photo that was kept with the name before was removed."), "success")


def visit_page(shown: ShownVisit, form: NameForm | None = None) -> str:
    """The page of a visit, with the form as it was sent."""
    by = shown.visit.named_by
    return render_template(
        "people/visit.html",
        one=shown,
        heat=heat_of(shown),
        kept_photo=shown.student is not None and kept_photo(current_services(), shown.visit),
        form=form or _form(shown),
        named_by=names_of_users(current_services(), [by]).get(by) if by else None,
    )


def _form(shown: ShownVisit) -> NameForm:
    form = NameForm(data={"student": shown.student.key} if shown.student is not None else None)
    form.student.choices = [
        SelectChoice(one.key, f"{isolated(one.name)} ({isolated(one.id)})") for one in agreed(current_services())
    ]
    if form.student.choices and shown.student is None:  # nobody is named by a click too early
        form.student.choices.insert(0, SelectChoice("", _("Choose…")))
    return form
