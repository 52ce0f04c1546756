"""The pages of signing in, signing out and the first admin."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from attendance.errors import AlreadyExists, InvalidInput
from attendance.use_cases.people.accounts import check_login, check_setup_token, make_first_admin
from website.audited import sign_in_failed
from website.auth.forms import FirstAdminForm, LoginForm
from website.auth.next_page import next_page
from website.auth.passwords import check_passwords
from website.current import current_services
from website.limits import login_attempts
from website.login import sign_in, sign_out

blueprint = Blueprint("auth", __name__, template_folder="templates")


@blueprint.route("/login", methods=["GET", "POST"])
def login() -> ResponseReturnValue:
    """Sign in. The answer is the same for a wrong email and a wrong password."""
    if current_user.is_authenticated:
        return redirect(next_page())
    if request.method == "POST":
        check_passwords()
    form = LoginForm()
    if form.validate_on_submit() and _signed_in(form):
        return redirect(next_page())
    needs_setup = not current_services().store.has_admin()
    return render_template("auth/login.html", form=form, needs_setup=needs_setup, next=request.values.get("next"))


def _signed_in(form: LoginForm) -> bool:
    with login_attempts().one_attempt(form.email.data):
        user = check_login(current_services(), form.email.data, form.password.data)
        if user is None:
            login_attempts().failed(form.email.data)
            sign_in_failed(form.email.data)
            form.refuse(InvalidInput("Email or password is wrong."))
            return False
        login_attempts().succeeded(form.email.data)
    sign_in(user)
    return True


@blueprint.post("/logout")
def logout() -> ResponseReturnValue:
    """Sign out; nothing of the session is left."""
    sign_out()
    flash(_("You are signed out."), "success")
    return redirect(url_for("auth.login"))


@blueprint.route("/setup/<token>", methods=["GET", "POST"])
def setup(token: str) -> ResponseReturnValue:
    """Make the first admin; a 404 once there is one."""
    check_setup_token(current_services(), token)
    form = FirstAdminForm()
    if form.validate_on_submit():
        try:
            user = make_first_admin(
                current_services(),
                token,
                email=form.email.data,
                name=form.name.data,
                password=form.password.data,
            )
        except (InvalidInput, AlreadyExists) as error:
            form.refuse(error)
        else:
            sign_in(user)
            flash(_("Welcome to Rollcall. Start with a course, then register its students."), "success")
            return redirect(url_for("home.index"))
    return render_template("auth/setup.html", form=form)
