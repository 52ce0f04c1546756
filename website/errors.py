"""Errors as pages and as JSON: one plain sentence each, translated here and nowhere else."""

from __future__ import annotations

from flask import Flask, Response, current_app, jsonify, make_response, render_template, request
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from attendance.errors import RollcallError
from website.sentences import in_words
from website.statuses import status_of


def init_app(app: Flask) -> None:
    """Answer every error, also those that Flask and its extensions raise."""
    app.register_error_handler(RollcallError, _rollcall_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(HTTPException, http_error)


def wants_json() -> bool:
    """Whether a program asks: under /api/, or with a header that prefers JSON."""
    if request.path.startswith("/api/"):
        return True
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


def error_answer(status: int, sentence: str) -> Response:
    """The answer for a status and a sentence, as the asker wants it."""
    if wants_json():
        answer = jsonify(error={"status": status, "message": sentence})
    else:
        answer = make_response(_page(status, sentence))
    answer.status_code = status
    return answer


def _page(status: int, sentence: str) -> str:
    """The page; without the navigation where the store, which knows who is signed in, is what failed."""
    words = {"status": status, "title": _title(status), "sentence": sentence}
    if status < 500:
        try:
            return render_template("errors/page.html", **words)
        except RollcallError:
            pass
    return current_app.jinja_env.get_template("errors/bare.html").render(**words)  # asks nobody who is signed in


def _rollcall_error(error: RollcallError) -> Response:
    return error_answer(status_of(error), in_words(error))


def _csrf_error(error: CSRFError) -> Response:
    if wants_json() and not current_user.is_authenticated:
        return error_answer(401, sentence_of(401))  # the token went with the session, which is what a program must know
    return error_answer(400, _("This form was open for too long or comes from another site. Go back and try again."))


def http_error(error: HTTPException) -> Response:
    """The answer to an error of Flask's, with its headers."""
    if error.response is not None or error.code is None or error.code < 400:
        return error.get_response()  # type: ignore[return-value]
    answer = error_answer(error.code, sentence_of(error.code))
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            answer.headers[name] = value
    return answer


def _title(status: int) -> str:
    titles = {
        400: _("That did not work"),
        401: _("Please sign in"),
        403: _("Not allowed"),
        404: _("Not found"),
        405: _("Not possible here"),
        409: _("Something changed meanwhile"),
        413: _("Too large"),
        415: _("Not understood"),
        422: _("That cannot be used"),
        429: _("Too many attempts"),
        503: _("Not available at the moment"),
        507: _("No room left"),
    }
    return titles.get(status) or (_("Something went wrong") if status >= 500 else _("That did not work"))


def sentence_of(status: int) -> str:
    """What people are told where nothing more is known than the status."""
    sentences = {
        400: _("The request could not be understood."),
        401: _("You need to sign in first."),
        403: _("Your account may not do this."),
        404: _("There is nothing at this address, or it is not for your account."),
        405: _("This address does not take this kind of request."),
        413: _("What was sent is larger than this site accepts."),
        415: _("This kind of content is not accepted here."),
        422: _("What was sent cannot be used."),
        429: _("Please wait a minute and try again."),
        503: _("A part of the site does not answer at the moment. Try again in a little while."),
        507: _("The disk of this site is full."),
    }
    if status in sentences:
        return sentences[status]
    return _("Something went wrong on our side. It has been noted.") if status >= 500 else sentences[400]
