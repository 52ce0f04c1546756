"""The page of the audit trail."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from attendance.model import Role
from website.access import roles_required
from website.audit.words import ACTIONS
from website.current import current_services
from website.request_args import page_number

blueprint = Blueprint("audit", __name__, url_prefix="/audit", template_folder="templates")


@blueprint.get("/")
@roles_required(Role.ADMIN)
def index() -> ResponseReturnValue:
    """What people did, newest first."""
    entries = current_services().store.audit(page=page_number(request.args))
    return render_template("audit/index.html", entries=entries, actions=ACTIONS)
