"""Signing in by the school's sign-on: there by a link, because the address of a form may not go on to another site.

What holds a sign-in together lies in a signed cookie of this browser, one for each that is under way, and is good
once: the counters of attempts know for an hour which were used.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping

from flask import Response, current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from itsdangerous import BadSignature, URLSafeTimedSerializer
from limits import RateLimitItemPerMinute
from werkzeug.exceptions import TooManyRequests

from attendance.errors import NotFound, SignInRefused
from attendance.use_cases.sign_in.sign_on import account_of, begin, finish, unlink
from website.access import roles_required
from website.audited import sign_in_failed
from website.auth.next_page import next_page
from website.auth.views import blueprint
from website.current import current_services, current_settings, signed_in_user
from website.limits import asking_network, is_first, login_attempts
from website.login import sign_in
from website.sentences import in_words

_PREFIX, _PATH = "rollcall-sign-on-", "/sign-on"
_TAKES_S = 600
_PER_MINUTE = 600
"""Of one network: a class of 300 may come in at once, each by two requests."""


@blueprint.get("/sign-on")
def begin_sign_on() -> ResponseReturnValue:
    """On to the school's sign-on."""
    _check_and_count()
    if current_user.is_authenticated:
        return redirect(next_page())
    try:
        begun = begin(current_services(), _back_to())
    except SignInRefused as refused:
        return _refused(refused)
    answer = redirect(begun.url)
    kept = {"state": begun.state, "nonce": begun.nonce, "verifier": begun.verifier, "next": next_page()}
    answer.set_cookie(
        _cookie_of(begun.state),
        _signed().dumps(kept),
        max_age=_TAKES_S,
        path=_PATH,
        httponly=True,
        secure=current_settings().https,
        samesite="Lax",
    )
    return answer


@blueprint.get("/sign-on/back")
def end_sign_on() -> ResponseReturnValue:
    """The sign-on sends somebody back, with a code or an error."""
    _check_and_count()
    state = request.args.get("state", "")
    try:
        answer = _let_in(state)
    except SignInRefused as refused:
        sign_in_failed("")
        answer = _refused(refused)
    answer.delete_cookie(_cookie_of(state), path=_PATH)
    return answer


@blueprint.route("/account/sign-on", methods=["GET", "POST"])
@roles_required()
def sign_on_accounts() -> ResponseReturnValue:
    """The accounts at the school's sign-on that lead here, each with a button that ends it."""
    services, user = current_services(), signed_in_user()
    if request.method == "POST":
        unlink(services, user, request.form.get("account", ""))
        return redirect(url_for("auth.sign_on_accounts"))
    return render_template("auth/sign_on_accounts.html", accounts=services.store.sign_on_accounts(user.id))


@blueprint.app_context_processor
def _ways_in() -> dict[str, object]:
    """For the pages of signing in and of the own account."""
    settings = current_settings()
    return {
        "sign_on_name": settings.oidc_name,
        "has_sign_on": settings.oidc_issuer is not None,
        "has_passwords": settings.password_login,
    }


def _let_in(state: str) -> Response:
    kept = _kept(state)
    if not is_first("sign-on", hashlib.sha256(state.encode()).hexdigest()):
        raise _used()
    if request.args.get("error"):
        raise SignInRefused("The sign-on did not sign you in. Begin it again, or ask your school.")
    come = finish(
        current_services(),
        code=request.args.get("code", ""),
        back_to=_back_to(),
        nonce=kept["nonce"],
        verifier=kept["verifier"],
    )
    user = account_of(current_services(), come)
    login_attempts().succeeded(user.email)
    sign_in(user)
    return make_response(redirect(kept["next"]))


def _kept(state: str) -> Mapping[str, str]:
    """What this browser began. Raises SignInRefused."""
    try:
        kept: Mapping[str, str] = _signed().loads(request.cookies.get(_cookie_of(state), ""), max_age=_TAKES_S)
    except BadSignature:
        raise _used() from None
    if not secrets.compare_digest(kept["state"].encode(), state.encode()):
        raise _used()
    return kept


def _used() -> SignInRefused:
    return SignInRefused(
        "This sign-in was not begun in this browser, or it was used before, or it took too long. Begin it again."
    )


def _refused(refused: SignInRefused) -> Response:
    answer = make_response(render_template("auth/refused.html", sentence=in_words(refused)))
    answer.status_code = 403
    return answer


def _back_to() -> str:
    return f"{current_settings().address}{url_for('auth.end_sign_on')}"


def _cookie_of(state: str) -> str:
    return _PREFIX + hashlib.sha256(state.encode()).hexdigest()[:12]


def _signed() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=_PREFIX)


def _check_and_count() -> None:
    """Raises NotFound where there is no sign-on, TooManyRequests."""
    if current_settings().oidc_issuer is None:
        raise NotFound("This site has no sign-on of a school.")
    counter = current_app.extensions["request_counter"]
    if not counter.hit(RateLimitItemPerMinute(_PER_MINUTE), "sign-on", asking_network()):
        raise TooManyRequests(retry_after=60)
