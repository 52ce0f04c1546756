"""Errors as devices read them: the site's JSON, and beside the sentence a short code that a program compares."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from attendance.errors import RollcallError
from website.errors import http_error, sentence_of
from website.sentences import in_words
from website.statuses import status_of

_CODES = {
    400: "not_understood",
    401: "key_refused",
    403: "not_allowed",
    404: "not_found",
    405: "not_allowed",
    409: "conflict",
    412: "wrong_version",
    413: "too_large",
    415: "not_understood",
    422: "bad_recording",
    423: "locked",
    429: "too_many_requests",
    503: "unavailable",
    507: "out_of_space",
}


def answer_errors(blueprint: Blueprint) -> None:
    """Let the blueprint answer errors of its requests, also those that come before its views."""
    blueprint.register_error_handler(RollcallError, _ours)
    blueprint.register_error_handler(HTTPException, _theirs)


def answer_wrong_addresses(app: Flask, below: str) -> None:
    """Answer wrong addresses and methods below this one as all others there: they reach no blueprint."""

    def answer(error: HTTPException) -> Response:
        is_ours = request.path == below or request.path.startswith(f"{below}/")
        return _theirs(error) if is_ours else http_error(error)

    for status in (404, 405):
        app.register_error_handler(status, answer)


def coded_answer(status: int, sentence: str, code: str, ids: Sequence[str] = ()) -> Response:
    """An error with its code, and with the ids that it is about where only some are."""
    answer = jsonify(error={"status": status, "message": sentence, "code": code} | ({"ids": list(ids)} if ids else {}))
    answer.status_code = status
    return answer


def _ours(error: RollcallError) -> Response:
    status = status_of(error)
    code = getattr(error, "code", None) or _code(status)
    answer = coded_answer(status, in_words(error), code, getattr(error, "ids", ()))
    if status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def _theirs(error: HTTPException) -> Response:
    """With the sentence that the site has for such a status."""
    if error.response is not None or error.code is None or error.code < 400:
        return error.get_response()  # type: ignore[return-value]
    answer = coded_answer(error.code, sentence_of(error.code), _code(error.code))
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            answer.headers[name] = value
    return answer


def _code(status: int) -> str:
    return _CODES.get(status) or ("unavailable" if status >= 500 else "not_understood")
