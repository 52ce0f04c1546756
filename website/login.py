"""Who is signed in: Flask-Login over the users of the store."""

from __future__ import annotations

import secrets

from flask import Flask, abort, flash, redirect, request, session, url_for
from flask_babel import gettext as _
from flask_login import LoginManager, UserMixin
from flask_login import login_user as remember_user
from werkzeug.wrappers import Response

from attendance.errors import NotFound
from attendance.model import Role, User
from website.current import current_services
from website.errors import wants_json


class SignedIn(UserMixin):
    """A user as Flask-Login knows them. The session key is part of the id, so that a new password ends old sessions."""

    def __init__(self, user: User) -> None:
        self.user = user

    def get_id(self) -> str:
        """What the session cookie holds."""
        return f"{self.user.id}.{self.user.session_key}"

    @property
    def id(self) -> str:
        """The user's id."""
        return self.user.id

    @property
    def name(self) -> str:
        """The user's name, or the email where there is none."""
        return self.user.name or self.user.email

    @property
    def email(self) -> str:
        """The user's email."""
        return self.user.email

    @property
    def role(self) -> Role:
        """What the user may do."""
        return self.user.role

    @property
    def student_id(self) -> str | None:
        """The student whose account this is."""
        return self.user.student_id


def init_app(app: Flask) -> None:
    """Let Flask-Login find users, and send strangers to the login page."""
    manager = LoginManager(app)
    manager.user_loader(_load)
    manager.unauthorized_handler(_ask_to_sign_in)


def sign_in(user: User) -> None:
    """Start a new session for this user; nothing of the old one is left in it."""
    session.clear()
    session.permanent = True
    remember_user(SignedIn(user))


def _load(session_id: str) -> SignedIn | None:
    user_id, _dot, session_key = session_id.partition(".")
    try:
        user = current_services().store.user(user_id)
    except NotFound:
        return None
    return SignedIn(user) if secrets.compare_digest(user.session_key, session_key) else None


def _ask_to_sign_in() -> Response:
    if wants_json():
        abort(401)
    if request.method != "GET":
        return redirect(url_for("auth.login"))
    wanted = request.full_path.rstrip("?")
    if wanted != "/":
        flash(_("Please sign in to go on."), "info")
    return redirect(url_for("auth.login", next=wanted if wanted != "/" else None))
