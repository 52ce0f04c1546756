"""The page of the access tokens for programs: made, shown once, and revoked."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from attendance.errors import Conflict, InvalidInput
from attendance.use_cases.people.tokens import make_token, revoke_token
from website.access import roles_required
from website.account.forms import TokenForm
from website.account.views import blueprint
from website.current import current_services, signed_in_user


@blueprint.get("/tokens")
@roles_required()
def tokens() -> ResponseReturnValue:
    """The own ones, the newest first."""
    services = current_services()
    found = services.store.access_tokens(signed_in_user().id)
    return render_template("account/tokens.html", tokens=found, now=services.now())


@blueprint.route("/tokens/make", methods=["GET", "POST"])
@roles_required()
def make() -> ResponseReturnValue:
    """A new one; its secret stands in this answer and nowhere else."""
    form = TokenForm()
    if form.validate_on_submit():
        try:
            made = make_token(
                current_services(),
                signed_in_user().id,
                name=form.name.data or "",
                scopes=form.scopes.data or (),
                days=int(form.days.data),
            )
        except (InvalidInput, Conflict) as refused:
            form.refuse(refused)
        else:
            return render_template("account/made_token.html", made=made)
    return render_template("account/make_token.html", form=form)


@blueprint.post("/tokens/<token_id>/revoke")
@roles_required()
def revoke(token_id: str) -> ResponseReturnValue:
    """One of the own. Raises NotFound."""
    user = signed_in_user()
    revoke_token(current_services(), user.id, token_id, by=user.id)
    flash(_("The token is revoked; programs that use it are refused from now on."), "success")
    return redirect(url_for("account.tokens"))
