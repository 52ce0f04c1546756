"""Where a learning platform sends people: the login is begun, checked and finished, and leads to the course.

In a frame of the platform only a link is shown that opens a window: no cookie of ours is needed in a frame. The cookie
that holds a login together comes back with the platform's own form, from its site to ours, so it is SameSite=None
where the site is reached by https.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from urllib.parse import urlsplit

from flask import Response, current_app, flash, make_response, redirect, render_template, request, session, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeTimedSerializer
from limits import RateLimitItemPerMinute
from werkzeug.exceptions import TooManyRequests

from attendance.errors import LaunchRefused, NotAllowed
from attendance.model import Launch, Platform, Role, User
from attendance.use_cases.platforms.launching import (
    LOGIN_TAKES,
    account_of,
    begin_login,
    course_of,
    find_platform,
    finish_login,
    link_account,
    unlink_account,
)
from attendance.use_cases.platforms.registering import platform_services, tool_key
from attendance.use_cases.platforms.rosters import link_course
from website.access import course_or_404, roles_required, visible_courses
from website.current import current_services, current_settings, signed_in_user
from website.forms import Form
from website.limits import asking_network
from website.login import sign_in
from website.platforms.blueprint import blueprint, our_address
from website.security import content_security_policy
from website.sentences import in_words

_PREFIX, _ACCOUNT = "lti-login-", "lti-account"
_FRAMES = ("iframe", "frame", "embed", "object", "fencedframe")
_COURSE = "platform_course"
_PER_MINUTE = 600
"""Of one network: a class of 300 may come in at once, each by two requests."""
_MOST_HINT = 4000
_ACCOUNT_TAKES_S = 900


@blueprint.route("/lti/login", methods=["GET", "POST"])
def begin() -> ResponseReturnValue:
    """A platform says that somebody wants to come in (OIDC, third-party initiated)."""
    _count()
    said = request.values
    try:
        platform = find_platform(current_services(), said.get("iss", ""), said.get("client_id", ""))
        if request.headers.get("Sec-Fetch-Dest") in _FRAMES:
            return _open_window(platform, said)
        begun = begin_login(
            current_services(),
            platform,
            login_hint=said.get("login_hint", "")[:_MOST_HINT],
            message_hint=said.get("lti_message_hint", "")[:_MOST_HINT],
            launch_url=our_address("platforms.launch"),
        )
    except LaunchRefused as refused:
        return _refused(refused)
    answer = redirect(begun.url)
    https = current_settings().https
    answer.set_cookie(
        _cookie_of(begun.state),
        begun.state,
        max_age=LOGIN_TAKES,
        path="/lti",
        httponly=True,
        secure=https,
        samesite="None" if https else "Lax",
    )
    return answer


@blueprint.post("/lti/launch")
def launch() -> ResponseReturnValue:
    """The platform says who comes, and from which course."""
    _count()
    state = request.form.get("state", "")
    try:
        if request.form.get("error"):
            raise LaunchRefused("The learning platform did not sign you in. Open the course there again.")
        come = finish_login(
            current_services(),
            state=state,
            of_browser=request.cookies.get(_cookie_of(state), ""),
            id_token=request.form.get("id_token", ""),
        )
        user = account_of(current_services(), come)
    except LaunchRefused as refused:
        answer = make_response(_refused(refused))
    else:
        answer = make_response(_ask_who(come) if user is None else _let_in(user, come))
    answer.delete_cookie(_cookie_of(state), path="/lti")
    return answer


@blueprint.get("/lti/keys")
def keys() -> ResponseReturnValue:
    """Our public key, by which platforms know what is ours."""
    services = current_services()
    answer = make_response(platform_services(services).public_keys(tool_key(services)))
    answer.headers["Cache-Control"] = "public, max-age=3600"
    return answer


@blueprint.route("/lti/course", methods=["GET", "POST"])
@roles_required(Role.TEACHER)
def choose_course() -> ResponseReturnValue:
    """A teacher says which of their courses it is from which they came."""
    kept = session.get(_COURSE)
    if kept is None:
        return redirect(url_for("courses.index"))
    come = Launch(**kept)
    if Form().validate_on_submit():
        course = course_or_404(request.form.get("course", ""))
        link_course(current_services(), signed_in_user(), come, course)
        session.pop(_COURSE, None)
        flash(_("The course is linked."), "success")
        return redirect(url_for("platforms.of_course", course_id=course.id))
    return render_template("platforms/choose_course.html", form=Form(), come=come, courses=visible_courses())


@blueprint.route("/lti/account", methods=["GET", "POST"])
@roles_required()
def connect() -> ResponseReturnValue:
    """Whoever came without an account here, and signed in, says that it is theirs."""
    kept = _kept_account()
    if kept is None:
        return redirect(url_for("home.index"))
    platform = current_services().store.platform(kept["platform_id"])
    if Form().validate_on_submit():
        try:
            link_account(current_services(), signed_in_user(), platform.id, kept["subject"])
            flash(_("From now on %(platform)s leads to this account.", platform=platform.name), "success")
        except NotAllowed as refused:
            flash(in_words(refused), "error")
        answer = redirect(url_for("home.index"))
        answer.delete_cookie(_ACCOUNT, path="/lti")
        return answer
    return render_template("platforms/connect.html", form=Form(), platform=platform, name=kept["name"])


@blueprint.route("/account/platforms", methods=["GET", "POST"])
@roles_required()
def accounts() -> ResponseReturnValue:
    """The accounts on learning platforms that lead here, each with a button that ends it."""
    services, user = current_services(), signed_in_user()
    if Form().validate_on_submit():
        unlink_account(services, user, request.form.get("platform", ""), request.form.get("subject", ""))
        return redirect(url_for("platforms.accounts"))
    found = [(one, services.store.platform(one.platform_id)) for one in services.store.platform_accounts(user.id)]
    return render_template("platforms/accounts.html", accounts=found)


@blueprint.record_once
def _take_posts_of_platforms(state: BlueprintSetupState) -> None:
    """They send no token of a form; what they send is signed, and belongs to a login that this browser began."""
    for view in (begin, launch):
        state.app.extensions["csrf"].exempt(view)


def _let_in(user: User, come: Launch) -> ResponseReturnValue:
    link = course_of(current_services(), come)
    sign_in(user)
    if user.role is Role.STUDENT:
        return redirect(url_for("log.mine"))
    if link is not None:
        return redirect(url_for("courses.show", course_id=link.course_id))
    if come.is_teacher and come.course:
        session[_COURSE] = asdict(come)
        return redirect(url_for("platforms.choose_course"))
    flash(_("This course is not linked yet; its teacher links it by opening Rollcall there."))
    return redirect(url_for("courses.index"))


def _ask_who(come: Launch) -> Response:
    """Nobody here has the account there: who knows a password of ours may connect the two."""
    answer = redirect(url_for("auth.login", next=url_for("platforms.connect")))
    flash(_("No account here belongs to yours on the learning platform. Sign in once to connect the two."))
    kept = {"platform_id": come.platform_id, "subject": come.subject, "name": come.name}
    answer.set_cookie(
        _ACCOUNT,
        _signed().dumps(kept),
        max_age=_ACCOUNT_TAKES_S,
        path="/lti",
        httponly=True,
        secure=current_settings().https,
        samesite="Lax",
    )
    return answer  # type: ignore[return-value]


def _kept_account() -> Mapping[str, Any] | None:
    """Of this browser alone, so that nobody is led to connect the account of somebody else."""
    try:
        found: Mapping[str, Any] = _signed().loads(request.cookies.get(_ACCOUNT, ""), max_age=_ACCOUNT_TAKES_S)
    except BadSignature:
        return None
    return found


def _signed() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=_ACCOUNT)


def _open_window(platform: Platform, said: Mapping[str, str]) -> Response:
    """The same login, in a window: a link, because the address of a form may not go on to another site."""
    names = ("iss", "client_id", "login_hint", "lti_message_hint", "target_link_uri", "lti_deployment_id")
    asked: dict[str, Any] = {name: said[name][:_MOST_HINT] for name in names if name in said}
    page = render_template("platforms/open_window.html", platform=platform, url=url_for("platforms.begin", **asked))
    answer = make_response(page)
    policy = content_security_policy(())
    answer.headers["Content-Security-Policy"] = policy.replace("frame-ancestors 'none'", _frames_of(platform))
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer


def _frames_of(platform: Platform) -> str:
    parts = urlsplit(platform.auth_url)
    issuer = urlsplit(platform.issuer)
    origins = {f"{parts.scheme}://{parts.netloc}"}
    if issuer.scheme in ("https", "http") and issuer.netloc.isascii():
        origins.add(f"{issuer.scheme}://{issuer.netloc}")
    safe = sorted(one for one in origins if not set(one) & set(";, '\""))
    return "frame-ancestors " + (" ".join(safe) or "'none'")


def _refused(refused: LaunchRefused) -> ResponseReturnValue:
    return render_template("platforms/refused.html", sentence=in_words(refused)), 403


def _cookie_of(state: str) -> str:
    """One for each login that is under way in this browser."""
    return _PREFIX + hashlib.sha256(state.encode()).hexdigest()[:12]


def _count() -> None:
    """Each begun login is a row. Raises TooManyRequests."""
    counter = current_app.extensions["request_counter"]
    if not counter.hit(RateLimitItemPerMinute(_PER_MINUTE), "lti", asking_network()):
        raise TooManyRequests(retry_after=60)
