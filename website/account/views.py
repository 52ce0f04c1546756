"""The pages of the own account."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import refresh
from flask_login import current_user

from attendance.errors import InvalidInput
from attendance.use_cases.people.accounts import change_language, change_password, change_profile
from website.access import roles_required
from website.account.forms import PasswordForm, ProfileForm
from website.auth.next_page import next_page
from website.auth.passwords import check_passwords
from website.current import current_services, current_site, signed_in_user
from website.language import remember_language
from website.limits import login_attempts
from website.login import sign_in

blueprint = Blueprint("account", __name__, url_prefix="/account", template_folder="templates")


@blueprint.route("/", methods=["GET", "POST"])
@roles_required()
def index() -> ResponseReturnValue:
    """Name, time zone and language."""
    user = signed_in_user()
    form = ProfileForm(obj=user)
    if form.validate_on_submit():
        try:
            current_user.user = change_profile(
                current_services(),
                user.id,
                name=form.name.data,
                timezone=form.timezone.data or None,
                language=form.language.data or None,
            )
        except InvalidInput as error:
            form.refuse(error)
        else:
            refresh()  # what follows is said in the language that was chosen
            flash(_("Your account is saved."), "success")
            return redirect(url_for("account.index"))
    return render_template("account/index.html", form=form, site_timezone=current_site().timezone)


@blueprint.post("/language")
def language() -> ResponseReturnValue:
    """The switch: this browser reads in that language from now on, and so does the account of who is signed in."""
    chosen = request.form.get("language", "")
    if current_user.is_authenticated:
        change_language(current_services(), current_user.id, chosen)
    answer = redirect(next_page())
    remember_language(answer, chosen)
    return answer


@blueprint.route("/password", methods=["GET", "POST"])
@roles_required()
def password() -> ResponseReturnValue:
    """A new password. Attempts count as attempts to sign in, so that a session left open does not help to guess it."""
    check_passwords()
    form = PasswordForm()
    if form.validate_on_submit() and _changed(form):
        flash(_("Your password is changed. Everywhere else you are signed out."), "success")
        return redirect(url_for("account.index"))
    return render_template("account/password.html", form=form)


def _changed(form: PasswordForm) -> bool:
    user = signed_in_user()
    with login_attempts().one_attempt(user.email):
        try:
            user = change_password(current_services(), user.id, old=form.old_password.data, new=form.password.data)
        except InvalidInput as error:
            form.refuse(error)
            if error.field == "old_password":
                login_attempts().failed(user.email)
            return False
        login_attempts().succeeded(user.email)
    sign_in(user)
    return True
