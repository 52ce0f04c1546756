"""The page of the own passkeys, and signing in with one."""

from __future__ import annotations

import hashlib
import time
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from attendance.errors import AlreadyExists, Conflict, InvalidInput, NotFound, SignInRefused
from attendance.ports import PasskeySite
from attendance.use_cases.sign_in.passkeys import (
    Asked,
    add_passkey,
    ask_to_make,
    ask_to_sign,
    remove_passkey,
    sign_in_with,
    site_of,
)
from website.access import roles_required
from website.account.forms import PasskeyForm
from website.account.fresh import asks_password, is_themselves
from website.account.views import blueprint
from website.audited import sign_in_failed
from website.auth.next_page import next_page
from website.auth.passwords import check_passwords
from website.current import current_services, current_settings, current_site, signed_in_user
from website.limits import is_first, link_attempts, login_attempts
from website.login import sign_in
from website.sentences import in_words

_ASKED = "passkey"
_TAKES_S = 300


@blueprint.get("/passkeys")
@roles_required()
def passkeys() -> ResponseReturnValue:
    """The own ones, the oldest first."""
    _site_or_404()
    return render_template("account/passkeys.html", passkeys=current_services().store.passkeys(signed_in_user().id))


@blueprint.route("/passkeys/add", methods=["GET", "POST"])
@roles_required()
def add() -> ResponseReturnValue:
    """Name and password first; then the browser asks for a finger, a face or a PIN."""
    site, form = _site_or_404(), PasskeyForm()
    if not asks_password():
        del form.password
    if form.validate_on_submit() and is_themselves(form, form.password if "password" in form else form.name):
        try:
            asked = ask_to_make(current_services(), signed_in_user(), site)
        except Conflict as refused:
            form.refuse(InvalidInput(refused.template, **refused.values, field="name"))
        else:
            _keep(asked, "make", name=form.name.data or "")
            return render_template("account/make_passkey.html", options=asked.options, name=form.name.data)
    return render_template("account/add_passkey.html", form=form)


@blueprint.post("/passkeys/made")
@roles_required()
def made() -> ResponseReturnValue:
    """What the authenticator made."""
    site = _site_or_404()
    try:
        kept = _kept("make")
        add_passkey(
            current_services(),
            signed_in_user(),
            site,
            answer=request.form.get("answer", ""),
            challenge=kept["challenge"],
            name=kept["name"],
        )
    except (SignInRefused, AlreadyExists, Conflict, InvalidInput) as refused:
        flash(in_words(refused), "warning")
    else:
        flash(_("The passkey is added. You can sign in with it from now on."), "success")
    return redirect(url_for("account.passkeys"))


@blueprint.post("/passkeys/<passkey_id>/remove")
@roles_required()
def remove_one(passkey_id: str) -> ResponseReturnValue:
    """One of the own. Raises NotFound."""
    remove_passkey(current_services(), signed_in_user(), passkey_id)
    flash(_("The passkey is removed; nobody signs in with it any more."), "success")
    return redirect(url_for("account.passkeys"))


@blueprint.post("/passkeys/options")
def options_to_sign_in() -> ResponseReturnValue:
    """What the browser is asked with on the sign-in page."""
    asked = ask_to_sign(current_services(), _site_or_404())
    _keep(asked, "sign")
    return jsonify(options=asked.options)


@blueprint.post("/passkeys/sign-in")
def sign_in_by_passkey() -> ResponseReturnValue:
    """The passkey says who it is."""
    site = _site_or_404()
    if current_user.is_authenticated:
        return redirect(next_page())
    link_attempts().check_code()
    try:
        user = sign_in_with(
            current_services(), site, answer=request.form.get("answer", ""), challenge=_kept("sign")["challenge"]
        )
    except SignInRefused as refused:
        link_attempts().wrong_code()
        sign_in_failed("")
        flash(in_words(refused), "warning")
        return redirect(url_for("auth.login", next=request.form.get("next") or None))
    login_attempts().succeeded(user.email)
    sign_in(user)
    return redirect(next_page())


@blueprint.app_context_processor
def _for_pages() -> dict[str, object]:
    return {"has_passkeys": lambda: _site() is not None}


def _site() -> PasskeySite | None:
    """None where passwords are switched off, or the site has no name: the settings say its address, or it is here."""
    settings = current_settings()
    if not settings.password_login:
        return None
    here = request.host.partition(":")[0] == "localhost"
    address = settings.address or (request.host_url if here else "")
    return site_of(address, current_site().name or "Rollcall")


def _site_or_404() -> PasskeySite:
    check_passwords()
    site = _site()
    if site is None:
        raise NotFound("Passkeys need the address of this site: ROLLCALL_ADDRESS with a name, not a number.")
    return site


def _keep(asked: Asked, purpose: str, **more: str) -> None:
    session[_ASKED] = {"challenge": asked.challenge, "for": purpose, "at": int(time.time()), **more}


def _kept(purpose: str) -> dict[str, Any]:
    """What this browser was asked last: good once, and for five minutes. Raises SignInRefused."""
    kept = session.pop(_ASKED, None)
    if not kept or kept["for"] != purpose or time.time() - kept["at"] > _TAKES_S:
        raise SignInRefused("That took too long, or it was used before. Begin again.")
    if not is_first("passkey", hashlib.sha256(kept["challenge"].encode()).hexdigest()):
        raise SignInRefused("That took too long, or it was used before. Begin again.")
    return kept
