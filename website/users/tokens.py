"""The access tokens of somebody else, which an admin sees and revokes."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from attendance.model import Role
from attendance.use_cases.people.tokens import revoke_token
from website.access import roles_required
from website.current import current_services, signed_in_user
from website.users.views import blueprint


@blueprint.get("/<user_id>/tokens")
@roles_required(Role.ADMIN)
def tokens(user_id: str) -> ResponseReturnValue:
    """The newest first."""
    services = current_services()
    user = services.store.user(user_id)
    found = services.store.access_tokens(user_id)
    return render_template("users/tokens.html", user=user, tokens=found, now=services.now())


@blueprint.post("/<user_id>/tokens/<token_id>/revoke")
@roles_required(Role.ADMIN)
def revoke_token_of_user(user_id: str, token_id: str) -> ResponseReturnValue:
    """Raises NotFound."""
    revoke_token(current_services(), user_id, token_id, by=signed_in_user().id)
    flash(_("The token is revoked; programs that use it are refused from now on."), "success")
    return redirect(url_for("users.tokens", user_id=user_id))
