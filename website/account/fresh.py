"""What opens a new way into an account asks who it is once more: by the password, or by a sign-in of just now."""

from __future__ import annotations

from datetime import timedelta

from flask_login import current_user
from wtforms import PasswordField

from attendance.errors import InvalidInput
from attendance.use_cases.people.accounts import check_login
from website.current import current_services, current_settings, signed_in_user
from website.forms import Form
from website.limits import login_attempts

JUST_NOW = timedelta(minutes=10)


def asks_password() -> bool:
    """False for who has none: they sign in anew."""
    return signed_in_user().has_password and current_settings().password_login


def is_themselves(form: Form, field: PasswordField) -> bool:
    """Attempts count as attempts to sign in, so that a session left open does not help to guess the password."""
    user, services = signed_in_user(), current_services()
    if not asks_password():
        session = services.store.session(user.id, current_user.session_id)
        if session is not None and services.now() - session.created_at <= JUST_NOW:
            return True
        form.refuse(InvalidInput("Sign out and in again first: this asks for a sign-in of the last 10 minutes."))
        return False
    with login_attempts().one_attempt(user.email):
        if check_login(services, user.email, field.data or "") is None:
            login_attempts().failed(user.email)
            form.refuse(InvalidInput("This is not your present password.", field=field.short_name))
            return False
        login_attempts().succeeded(user.email)
    return True
