"""The page of what failed and waits."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from attendance.errors import NotFound
from attendance.model import Role
from attendance.use_cases.outbox import troubled, try_again
from website.access import roles_required
from website.current import current_services
from website.forms import Form
from website.outbox.words import HANDLERS

blueprint = Blueprint("outbox", __name__, url_prefix="/outbox", template_folder="templates")


@blueprint.get("/")
@roles_required(Role.ADMIN)
def index() -> ResponseReturnValue:
    """Those that were given up first, then by when they are tried again."""
    items = sorted(troubled(current_services()), key=lambda item: (item.due_at is not None, item.due_at))
    return render_template("outbox/index.html", items=items, handlers=HANDLERS)


@blueprint.post("/again")
@roles_required(Role.ADMIN)
def again() -> ResponseReturnValue:
    """One item, or where it was done meanwhile, nothing."""
    if Form().validate_on_submit():
        try:
            try_again(current_services(), request.form.get("handler", ""), request.form.get("item", ""))
            flash(_("It is tried again within a minute."))
        except NotFound:
            flash(_("It is done already."))
    return redirect(url_for("outbox.index"))
