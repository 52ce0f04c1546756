"""The pages where somebody sets their own password by a link or a code, or asks for one.

A link has its code behind `#`, which browsers send nowhere: no log of a server or proxy ever holds it, and who looks
at links in mails on the way uses none up.
"""

from __future__ import annotations

from flask import flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from attendance.errors import AlreadyExists, InvalidInput, NotFound
from attendance.use_cases.people.links import ask_for_link, find_link, follow_link, has_address
from website.auth.forms import CodeForm, ForgottenForm, OwnPasswordForm
from website.auth.passwords import check_passwords
from website.auth.views import blueprint
from website.current import current_services
from website.limits import link_attempts
from website.login import sign_in

_CODE = "code"


@blueprint.route("/join", methods=["GET", "POST"])
def join() -> ResponseReturnValue:
    """Type the code; the page's script takes it out of the link."""
    check_passwords()
    form = CodeForm()
    if form.validate_on_submit():
        link_attempts().check_code()
        try:
            find_link(current_services(), form.code.data or "")
        except NotFound as wrong:
            link_attempts().wrong_code()
            form.refuse(InvalidInput(wrong.template, **wrong.values, field="code"))
        else:
            session[_CODE] = form.code.data
            return redirect(url_for("auth.set_password"))
    return render_template("auth/join.html", form=form)


@blueprint.route("/join/password", methods=["GET", "POST"])
def set_password() -> ResponseReturnValue:
    """The person behind the code sets a password, and is signed in."""
    check_passwords()
    code = session.get(_CODE, "")
    try:
        _link, user = find_link(current_services(), code)
    except NotFound:
        session.pop(_CODE, None)
        return redirect(url_for("auth.join"))
    form = OwnPasswordForm()
    if form.validate_on_submit():
        try:
            joined = follow_link(
                current_services(), code, password=form.password.data or "", email=form.email.data or ""
            )
        except (InvalidInput, AlreadyExists) as refused:
            form.refuse(refused)
        else:
            session.pop(_CODE, None)
            sign_in(joined)
            flash(_("Your password is set, and you are signed in."), "success")
            return redirect(url_for("home.index"))
    return render_template("auth/set_password.html", form=form, user=user, has_address=has_address(user))


@blueprint.route("/forgot", methods=["GET", "POST"])
def forgot() -> ResponseReturnValue:
    """Ask for a link by mail. The answer is the same whether an account has the address."""
    check_passwords()
    form = ForgottenForm()
    if form.validate_on_submit():
        link_attempts().asked_for(form.email.data or "")
        ask_for_link(current_services(), form.email.data or "")
        return redirect(url_for("auth.asked"))
    return render_template("auth/forgot.html", form=form)


@blueprint.get("/forgot/sent")
def asked() -> ResponseReturnValue:
    """What happens now, whoever asked."""
    return render_template("auth/asked.html")
