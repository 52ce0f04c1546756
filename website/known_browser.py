"""A browser in which an account was signed in before: it is told apart from strangers who guess at the account.

Its cookie gives no rights. It lets attempts from it be counted on their own, so that nobody can use them up.
"""

from __future__ import annotations

from flask import Response, after_this_request, current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from attendance.model import new_id

COOKIE = "rollcall-known"
_KEPT_S = 365 * 24 * 3600


def remember_browser(account: str) -> None:
    """With the answer to this request; an id that it has already stays the same, and its attempts are counted on."""
    word = _serializer().dumps([account, known_browser(account) or new_id()])

    @after_this_request
    def set_cookie(answer: Response) -> Response:
        secure = current_app.config["SESSION_COOKIE_SECURE"]
        answer.set_cookie(COOKIE, word, max_age=_KEPT_S, httponly=True, secure=secure, samesite="Lax")
        return answer


def known_browser(account: str) -> str | None:
    """Its id, where this account was the last that was signed in with it."""
    try:
        known, browser = _serializer().loads(request.cookies.get(COOKIE, ""), max_age=_KEPT_S)
    except (BadSignature, ValueError, TypeError):
        return None
    return str(browser) if known == account else None


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=COOKIE)
