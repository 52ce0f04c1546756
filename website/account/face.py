"""Signing in with the own face: the page that switches it on, and the way in. Pictures come as JSON, in base64."""

from __future__ import annotations

import hashlib
import secrets
import time
from base64 import b64decode
from collections.abc import Sequence
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from attendance.errors import BadPhoto, InvalidInput, NotAllowed, NotFound, RollcallError, SignInRefused
from attendance.model import Role, Turn
from attendance.settings import Settings
from attendance.use_cases.sign_in.face import (
    MOST_FRAME_BYTES,
    MOST_FRAMES,
    is_offered,
    sign_in_by_face,
    switch_off,
    switch_on,
)
from website.access import roles_required
from website.account.forms import FacePasswordForm
from website.account.fresh import asks_password, is_themselves
from website.account.views import blueprint
from website.audited import sign_in_failed
from website.auth.next_page import next_page
from website.current import current_services, current_settings, signed_in_user
from website.limits import is_first, link_attempts, login_attempts
from website.login import sign_in
from website.security import takes_up_to
from website.sentences import in_words

_ASKED = "face-turn"
_TAKES_S = 180
_PEOPLE = (Role.TEACHER, Role.STUDENT)


def _most_bytes(_settings: Settings) -> int:
    return MOST_FRAMES * MOST_FRAME_BYTES * 4 // 3 + 10_000


@blueprint.route("/face", methods=["GET", "POST"])
@roles_required(*_PEOPLE)
def face() -> ResponseReturnValue:
    """Whether it is switched on; the button switches it off."""
    _check_offered()
    services, user = current_services(), signed_in_user()
    if request.method == "POST":
        switch_off(services, user)
        flash(_("Signing in with your face is switched off, and what was stored of your face is erased."), "success")
        return redirect(url_for("account.face"))
    return render_template(
        "account/face.html",
        face_login=services.store.face_login(user.id),
        turn=_ask(),
        asks_password=asks_password(),
        with_password=current_settings().face_login == "with_password",
    )


@blueprint.post("/face/on")
@roles_required(*_PEOPLE)
@takes_up_to(_most_bytes)
def switch_face_on() -> ResponseReturnValue:
    """Password, consent and pictures."""
    _check_offered()
    said = _said()
    form = FacePasswordForm(formdata=None, data={"password": str(said.get("password", ""))})
    try:
        if said.get("agreed") is not True:
            raise InvalidInput("Tick that you agree first.")
        turn = _asked()
        if not is_themselves(form, form.password):
            raise InvalidInput("This is not your present password, or you signed in too long ago.")
        version = current_settings().consent_text_version
        switch_on(current_services(), signed_in_user(), _frames(said), turn, text_version=version)
    except (SignInRefused, InvalidInput, NotAllowed) as refused:
        return _sentence(refused)
    flash(_("From now on you can sign in with your face."), "success")
    return jsonify(to=url_for("account.face"))


@blueprint.get("/face/sign-in")
def face_sign_in() -> ResponseReturnValue:
    """The page with the camera, for who is not signed in."""
    _check_offered()
    if current_user.is_authenticated:
        return redirect(next_page())
    return render_template(
        "account/face_sign_in.html",
        turn=_ask(),
        next=request.args.get("next", ""),
        with_password=current_settings().face_login == "with_password",
    )


@blueprint.post("/face/sign-in")
@takes_up_to(_most_bytes)
def sign_in_with_face() -> ResponseReturnValue:
    """Counted as attempts with a password are: for the account, and for where they come from."""
    _check_offered()
    said = _said()
    email = str(said.get("email", ""))[:320]
    link_attempts().check_code()
    with login_attempts().one_attempt(email):
        try:
            turn = _asked()
            user = sign_in_by_face(
                current_services(), email, _frames(said), turn, password=str(said.get("password", ""))[:1000]
            )
        except (SignInRefused, BadPhoto) as refused:
            login_attempts().failed(email)
            link_attempts().wrong_code()
            sign_in_failed(email)
            return _sentence(refused)
        login_attempts().succeeded(email)
    sign_in(user)
    return jsonify(to=next_page())


@blueprint.app_context_processor
def _for_pages() -> dict[str, object]:
    return {"has_face_login": lambda: is_offered(current_services())}


def _check_offered() -> None:
    if not is_offered(current_services()):
        raise NotFound("Signing in with the face is not offered here.")


def _ask() -> str:
    """To the left or to the right, so that no film that was taken before fits for sure."""
    turn = secrets.choice(list(Turn))
    session[_ASKED] = {"turn": turn.value, "id": secrets.token_hex(16), "at": int(time.time())}
    return turn.value


def _asked() -> Turn:
    """What this browser was asked last: good once. Raises SignInRefused."""
    kept = session.pop(_ASKED, None)
    used = kept is None or not is_first("face-turn", hashlib.sha256(kept["id"].encode()).hexdigest())
    if kept is None or used or time.time() - kept["at"] > _TAKES_S:
        raise SignInRefused("That took too long, or it was used before. Begin again.")
    return Turn(kept["turn"])


def _said() -> dict[str, Any]:
    said = request.get_json(silent=True)
    if not isinstance(said, dict):
        raise InvalidInput("The camera's pictures did not arrive whole. Try again.")
    return said


def _frames(said: dict[str, Any]) -> Sequence[bytes]:
    """Raises BadPhoto."""
    frames = said.get("frames")
    if not isinstance(frames, list) or len(frames) > MOST_FRAMES:
        raise BadPhoto("The camera's pictures did not arrive whole. Try again.")
    try:
        return [b64decode(str(frame), validate=True) for frame in frames]
    except ValueError as wrong:
        raise BadPhoto("The camera's pictures did not arrive whole. Try again.") from wrong


def _sentence(refused: RollcallError) -> ResponseReturnValue:
    """With another turn, for the next attempt."""
    return jsonify(sentence=in_words(refused), turn=_ask()), 403
