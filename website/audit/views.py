"""The page of the audit trail."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import Length

from attendance.errors import InvalidInput
from attendance.model import FORGOTTEN, Role
from attendance.use_cases.people.auditing import AUDIT_EXPORTED, export_audit
from attendance.use_cases.removals import STUDENT_REMOVED, USER_REMOVED, removals_of
from website.access import roles_required
from website.audit.query import read_query
from website.audit.words import ACTIONS, SETTINGS, TOPICS, who
from website.audited import exported
from website.current import current_services, reader_timezone
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
    services, query = current_services(), read_query(request.args)
    wanted = query.filter(services, reader_timezone())
    entries = services.store.audit(wanted, page=page_number(request.args))
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
        query=query,
        who_is_asked=query.shown_who(services),
        topics=TOPICS,
        settings=SETTINGS,
    )


@blueprint.get("/download.csv")
@roles_required(Role.ADMIN)
def download() -> ResponseReturnValue:
    """The whole filtered trail as a file."""
    services, query = current_services(), read_query(request.args)
    wanted = query.filter(services, reader_timezone())
    exported(AUDIT_EXPORTED, [], " ".join(sorted(query.args())))
    content = b"".join(export_audit(services, wanted))
    today = services.now().astimezone(reader_timezone()).date().isoformat()
    answer = Response(content, content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="audit-{today}.csv"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
