"""Who is signed in: Flask-Login over the users of the store."""

from __future__ import annotations

import secrets

from flask import Flask, Request, abort, flash, redirect, request, session, url_for
from flask_babel import gettext as _
from flask_login import LoginManager, UserMixin, current_user
from flask_login import login_user as remember_user
from werkzeug.wrappers import Response

from attendance.errors import NotFound
from attendance.model import AccessToken, Role, Session, User
from attendance.use_cases.people.accounts import begin_session, visit_session
from attendance.use_cases.people.tokens import user_of_token
from website.current import current_services
from website.errors import wants_json

FOR_PROGRAMS = ("api", "rest")
"""The blueprints that take access tokens; everywhere else a token is nothing."""


class SignedIn(UserMixin):
    """A user as Flask-Login knows them, in one of their sessions, or by a program with a token of theirs.

    The session key is part of the id too: no session of before a new password is one, whatever the store still holds.
    """

    def __init__(self, user: User, session: Session | None, token: AccessToken | None = None) -> None:
        self.user = user
        self.session_id = session.id if session else ""
        self.token = token

    def get_id(self) -> str:
        """What the session cookie holds."""
        return f"{self.user.id}.{self.user.session_key}.{self.session_id}"

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
    manager.request_loader(_load_by_token)
    manager.unauthorized_handler(_ask_to_sign_in)


def sign_in(user: User) -> None:
    """Start a new session for this user; nothing of the old one is left in it."""
    begun = begin_session(
        current_services(), user, browser=request.headers.get("User-Agent", ""), address=request.remote_addr or ""
    )
    sign_out()
    session.permanent = True
    remember_user(SignedIn(user, begun))


def sign_out() -> None:
    """End this session in the store, so that no copy of the cookie is worth anything; nothing of it is left."""
    if current_user.is_authenticated:
        current_services().store.remove_session(current_user.id, current_user.session_id)
    session.clear()


def current_token() -> AccessToken | None:
    """What the program that asks acts with; None where it is a browser."""
    return current_user.token if current_user.is_authenticated else None


def _bearer(asked: Request) -> str | None:
    """The token in the header, which counts for more than any cookie."""
    given = asked.authorization
    return given.token or "" if asked.blueprint in FOR_PROGRAMS and given and given.type == "bearer" else None


def _load_by_token(asked: Request) -> SignedIn | None:
    found = user_of_token(current_services(), _bearer(asked) or "")
    return SignedIn(found[0], None, found[1]) if found else None


def _load(known_as: str) -> SignedIn | None:
    if _bearer(request) is not None:
        return None
    user_id, _, rest = known_as.partition(".")
    session_key, _, session_id = rest.partition(".")
    visited = visit_session(current_services(), user_id, session_id) if session_id else None
    if visited is None:
        return None
    try:
        user = current_services().store.user(user_id)
    except NotFound:
        return None
    return SignedIn(user, visited) if secrets.compare_digest(user.session_key, session_key) else None


def _ask_to_sign_in() -> Response:
    if wants_json():
        abort(401)
    if request.method != "GET":
        return redirect(url_for("auth.login"))
    wanted = request.full_path.rstrip("?")
    if wanted != "/":
        flash(_("Please sign in to go on."), "info")
    return redirect(url_for("auth.login", next=wanted if wanted != "/" else None))
