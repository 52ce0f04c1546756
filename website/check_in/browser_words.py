"""What check-in remembers in a student's browser: that it is one device, and what it has scanned.

Both are signed cookies. A picture that was scanned may need a login first, which takes longer than its code lives: what
counts then is when it was scanned, and only in the browser that scanned it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response, after_this_request, current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from attendance.model import new_id

DEVICE, SCANNED = "rollcall-device", "rollcall-scanned"
_YEAR_S = 365 * 24 * 3600
SCANNED_FOR_S = 10 * 60


def this_device() -> str:
    """The id of this browser, which it has from now on if it had none."""
    known = _read(DEVICE, _YEAR_S)
    if isinstance(known, str) and known:
        return known
    made = new_id()
    _remember(DEVICE, made, _YEAR_S)
    return made


def remember_scan(lecture_id: str, at: datetime) -> None:
    """A code of this lecture was scanned in time."""
    _remember(SCANNED, [lecture_id, at.isoformat(), this_device()], SCANNED_FOR_S)


def scanned() -> tuple[str, datetime] | None:
    """Lecture and moment of what this browser has scanned a short while ago."""
    try:
        words: Any = _read(SCANNED, SCANNED_FOR_S)
        lecture_id, at, device = words
        if device != _read(DEVICE, _YEAR_S):
            return None
        return str(lecture_id), datetime.fromisoformat(at)
    except (TypeError, ValueError):
        return None


def forget_scan() -> None:
    """It is used."""

    @after_this_request
    def forget(answer: Response) -> Response:
        answer.delete_cookie(SCANNED)
        return answer


def _read(name: str, longest_s: int) -> object:
    try:
        return _serializer(name).loads(request.cookies.get(name, ""), max_age=longest_s)
    except BadSignature:
        return None


def _remember(name: str, value: object, longest_s: int) -> None:
    word = _serializer(name).dumps(value)

    @after_this_request
    def set_cookie(answer: Response) -> Response:
        secure = current_app.config["SESSION_COOKIE_SECURE"]
        answer.set_cookie(name, word, max_age=longest_s, httponly=True, secure=secure, samesite="Lax")
        return answer


def _serializer(name: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=name)
