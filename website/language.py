"""In which language a page is said: as the account, the switch or the browser asks, else the site's."""

from __future__ import annotations

from flask import Flask, has_request_context, request, url_for
from flask_babel import get_locale
from flask_login import current_user
from werkzeug.wrappers import Response

from attendance.languages import LANGUAGES, SOURCE
from attendance.use_cases.people.accounts import check_language
from website.current import current_settings

_COOKIE = "rollcall_language"
_A_YEAR_S = 365 * 86_400


def init_app(app: Flask) -> None:
    """Make the languages known to templates."""
    app.jinja_env.globals.update(languages=LANGUAGES, reads_in=reads_in, page_to_read_again=page_to_read_again)


def reader_language() -> str:
    """The language of whoever reads the answer. Commands speak the source's."""
    if not has_request_context():
        return SOURCE
    return _of_account() or _of_switch() or _of_browser() or current_settings().language


def page_language() -> str:
    """In which language this answer is made."""
    return str(get_locale() or SOURCE)


def reads_in(language: str) -> bool:
    """Whether this answer is made in that language."""
    return page_language() == language


def page_to_read_again() -> str:
    """Where the switch leads back to: this page, unless it cannot be asked for."""
    can_be_asked_for = request.method == "GET" or (request.url_rule and "GET" in (request.url_rule.methods or ()))
    return request.full_path.rstrip("?") if can_be_asked_for else url_for("home.index")


def remember_language(answer: Response, language: str) -> None:
    """Let this browser read in it, also where nobody is signed in. Raises InvalidInput."""
    check_language(language)
    secure = current_settings().https
    answer.set_cookie(_COOKIE, language, max_age=_A_YEAR_S, httponly=True, samesite="Lax", secure=secure)


def _of_account() -> str | None:
    try:
        return current_user.user.language if current_user.is_authenticated else None
    except Exception:  # whatever it was, the page that says so needs a language too
        return None


def _of_switch() -> str | None:
    chosen = request.cookies.get(_COOKIE)
    return chosen if chosen in LANGUAGES else None


def _of_browser() -> str | None:
    wanted = (one.partition("-")[0].lower() for one, quality in request.accept_languages if quality > 0)
    return next((one for one in wanted if one in LANGUAGES), None)  # American English goes before a second Korean
