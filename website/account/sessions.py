"""The page of where somebody is signed in, where each of these sessions can be ended."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from attendance.errors import NotFound
from website.access import roles_required
from website.account.browser_names import browser_name
from website.account.views import blueprint
from website.current import current_services, signed_in_user
from website.login import sign_out


@blueprint.get("/sessions")
@roles_required()
def sessions() -> ResponseReturnValue:
    """This one first."""
    services = current_services()
    found = services.store.sessions(signed_in_user().id, services.now())
    ordered = sorted(found, key=lambda session: session.id != current_user.session_id)
    return render_template(
        "account/sessions.html", sessions=ordered, this_one=current_user.session_id, browser_name=browser_name
    )


@blueprint.post("/sessions/<session_id>/end")
@roles_required()
def end_session(session_id: str) -> ResponseReturnValue:
    """One of the own. Raises NotFound."""
    store, user_id = current_services().store, signed_in_user().id
    if store.session(user_id, session_id) is None:
        raise NotFound("This session has ended already.")
    if session_id == current_user.session_id:
        sign_out()
        flash(_("You are signed out."), "success")
        return redirect(url_for("auth.login"))
    store.remove_session(user_id, session_id)
    flash(_("That browser is signed out."), "success")
    return redirect(url_for("account.sessions"))


@blueprint.post("/sessions/end-others")
@roles_required()
def end_other_sessions() -> ResponseReturnValue:
    """All but this one."""
    current_services().store.remove_sessions(signed_in_user().id, keep=current_user.session_id)
    flash(_("Everywhere else you are signed out."), "success")
    return redirect(url_for("account.sessions"))
