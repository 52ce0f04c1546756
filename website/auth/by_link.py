"""The way in that admins have when no other works: a link that the command line prints, good once and for minutes."""

from __future__ import annotations

import hashlib
import secrets

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeTimedSerializer

from attendance.errors import InvalidInput, NotFound
from attendance.model import Role, User, new_id
from attendance.use_cases.people.auditing import LINK_USED, note_sign_in
from website.auth.forms import LinkForm
from website.auth.views import blueprint
from website.current import current_services
from website.limits import is_first, link_attempts
from website.login import sign_in

LINK_TAKES_S = 900
_SALT = "sign-in-link"


@blueprint.route("/sign-in-link", methods=["GET", "POST"])
def sign_in_link() -> ResponseReturnValue:
    """The page's script takes the code out of the link, where it stands behind #."""
    form = LinkForm()
    if form.validate_on_submit():
        link_attempts().check_code()
        user = _user_of(form.code.data or "")
        if user is not None:
            note_sign_in(current_services(), user, LINK_USED)
            sign_in(user)
            flash(_("You are signed in."), "success")
            return redirect(url_for("home.index"))
        link_attempts().wrong_code()
        form.refuse(InvalidInput("This link is not right, or it was used, or it is too old.", field="code"))
    return render_template("auth/sign_in_link.html", form=form)


def sign_in_code(user: User) -> str:
    """For an admin as they are now: another password makes it worthless."""
    return _signed().dumps([user.id, _fingerprint(user), new_id()])


def _user_of(code: str) -> User | None:
    """An admin's alone, and each code once."""
    try:
        user_id, fingerprint, _ = _signed().loads(code.strip(), max_age=LINK_TAKES_S)
        user = current_services().store.user(user_id)
    except (BadSignature, ValueError, TypeError, NotFound):
        return None
    if user.role is not Role.ADMIN or not secrets.compare_digest(_fingerprint(user), str(fingerprint)):
        return None
    return user if is_first("sign-in-link", hashlib.sha256(code.strip().encode()).hexdigest()) else None


def _fingerprint(user: User) -> str:
    return hashlib.sha256(user.session_key.encode()).hexdigest()


def _signed() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=_SALT)
