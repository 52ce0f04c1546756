"""The page of the audit trail."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import Length

from attendance.errors import InvalidInput
from attendance.model import FORGOTTEN, Role
from attendance.use_cases.removals import STUDENT_REMOVED, USER_REMOVED, removals_of
from website.access import roles_required
from website.audit.words import ACTIONS, who
from website.current import current_services
from website.forms import Form
from website.request_args import page_number

_REMOVALS = (STUDENT_REMOVED, USER_REMOVED)


class AskForm(Form):
    """Whether somebody was removed."""

    asked = StringField(_l("Was this student id or email address removed?"), validators=[Length(max=254)])


blueprint = Blueprint("audit", __name__, url_prefix="/audit", template_folder="templates")


@blueprint.route("/", methods=["GET", "POST"])
@roles_required(Role.ADMIN)
def index() -> ResponseReturnValue:
    """What people did, newest first. Asked for an id by POST, so that no address holds it: when it was removed."""
    entries = current_services().store.audit(page=page_number(request.args))
    form, removals = AskForm(), None
    if form.validate_on_submit():
        try:
            removals = removals_of(current_services(), form.asked.data or "")
        except InvalidInput as refused:
            form.refuse(refused)
    return render_template(
        "audit/index.html",
        entries=entries,
        actions=ACTIONS,
        who=who,
        form=form,
        removals=removals,
        forgotten=FORGOTTEN,
        hashed=_REMOVALS,
    )
