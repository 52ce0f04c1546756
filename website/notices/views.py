"""What became of the notices, for admins, with "send again"; and "mail me this log"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from attendance.errors import Conflict
from attendance.events import LogAsked
from attendance.model import MAIL, Notice, NoticeState, Role
from attendance.ports import MailFolder
from attendance.rules.notices import LOG_FORMATS
from attendance.use_cases.devices.reading import names_of_users
from attendance.use_cases.lectures.log import of_lecture
from attendance.use_cases.notices.sending import list_notices, send_again
from attendance.use_cases.notices.telling import ask_log
from website.access import lecture_or_404, roles_required, visible_courses
from website.current import current_services, reader_timezone, signed_in_user
from website.forms import Form
from website.log.query import read_query
from website.notices.words import CHANNELS, KINDS, STATES
from website.request_args import page_number
from website.sentences import in_words

blueprint = Blueprint("notices", __name__, template_folder="templates")

_STAFF = (Role.ADMIN, Role.TEACHER)


@blueprint.app_context_processor
def _mailing() -> dict[str, object]:
    """For the pages of lectures and the log."""
    return {"mails_logs": lambda: MAIL in current_services().notifiers}


@blueprint.get("/notices/")
@roles_required(Role.ADMIN)
def index() -> ResponseReturnValue:
    """Those that failed, unless the address asks for others."""
    services = current_services()
    state = next((one for one in NoticeState if one.value == request.args.get("state")), NoticeState.FAILED)
    page = list_notices(services, state, page_number(request.args))
    if page.number > page.pages:
        return redirect(url_for("notices.index", state=state.value, page=page.pages))
    return render_template(
        "notices/index.html",
        page=page,
        state=state,
        states=STATES,
        kinds=KINDS,
        channels=CHANNELS,
        receivers=_receivers(page.items),
        is_folder=isinstance(services.notifiers.get(MAIL), MailFolder),
    )


@blueprint.post("/notices/<notice_id>/again")
@roles_required(Role.ADMIN)
def again(notice_id: str) -> ResponseReturnValue:
    """One that failed."""
    if Form().validate_on_submit():
        try:
            send_again(current_services(), notice_id)
            flash(_("It is sent again within a minute."), "success")
        except Conflict as refused:
            flash(in_words(refused))
    return redirect(url_for("notices.index"))


@blueprint.post("/lectures/<lecture_id>/mail-log")
@roles_required(*_STAFF)
def mail_lecture_log(lecture_id: str) -> ResponseReturnValue:
    """The log of this lecture, to whoever is signed in."""
    lecture, course = lecture_or_404(lecture_id)
    if Form().validate_on_submit():
        wanted = of_lecture(lecture)
        assert wanted.from_at is not None
        assert wanted.before_at is not None
        _ask(
            LogAsked(
                at=current_services().now(),
                by=signed_in_user().id,
                course_ids=(course.id,),
                from_at=wanted.from_at.isoformat(),
                before_at=wanted.before_at.isoformat(),
                format=_format(),
            )
        )
    return redirect(url_for("lectures.show", lecture_id=lecture_id))


@blueprint.post("/log/mail")
@roles_required(*_STAFF)
def mail_log() -> ResponseReturnValue:
    """The log as it is filtered; but not by a text, which may be a name, and names do not wait in the outbox."""
    courses = visible_courses()
    query = read_query(request.args, courses)
    if Form().validate_on_submit() and not query.text:
        wanted = query.filter(courses, reader_timezone())
        _ask(
            LogAsked(
                at=current_services().now(),
                by=signed_in_user().id,
                course_ids=tuple(wanted.course_ids or ()),
                statuses=tuple(status.value for status in wanted.statuses),
                from_at=wanted.from_at.isoformat() if wanted.from_at else "",
                before_at=wanted.before_at.isoformat() if wanted.before_at else "",
                format=_format(),
            )
        )
    if request.args.get("from") == "course" and query.course_id:
        return redirect(url_for("courses.show", course_id=query.course_id))
    return redirect(url_for("log.index", **query.args()))  # type: ignore[arg-type]


def _format() -> str:
    wanted = request.form.get("format", "")
    return wanted if wanted in LOG_FORMATS else LOG_FORMATS[0]


def _ask(asked: LogAsked) -> None:
    user = signed_in_user()
    if ask_log(current_services(), user, asked):
        flash(_("The log is on its way to %(email)s.", email=user.email), "success")
    else:
        flash(_("This log is on its way already."))


def _receivers(notices: Iterable[Notice]) -> Mapping[str, str]:
    """In words; an account that is gone is none."""
    names = {notice.receiver for notice in notices}
    users = {name: name.partition(" ")[2] for name in names if name.startswith("user ")}
    found = names_of_users(current_services(), users.values())
    return {name: found.get(users[name], _("a removed user")) if name in users else name for name in names}
