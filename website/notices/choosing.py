"""The pages on which a user, or a course, chooses what is told by which channel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from attendance.errors import InvalidInput
from attendance.model import MAIL, SLACK, NoticeKind, Pace, Role
from attendance.rules.notices import OF_COURSES, OF_THE_SITE, choices_of, choices_of_course, kinds_for, usual_of_course
from attendance.use_cases.notices.choosing import choose_for_course, choose_own
from website.access import course_or_404, roles_required
from website.current import current_services, reader_timezone, signed_in_user
from website.forms import Form
from website.notices.views import blueprint
from website.notices.words import KINDS
from website.sentences import in_words

_STAFF = (Role.ADMIN, Role.TEACHER)
_USUAL = "usual"
_LOG_FORMATS = {"csv": _l("CSV, for spreadsheets"), "pdf": _l("PDF, for paper")}


@blueprint.route("/account/notices", methods=["GET", "POST"])
@roles_required()
def own() -> ResponseReturnValue:
    """For oneself."""
    user, form, error = signed_in_user(), Form(), None
    kinds = kinds_for(user.role)
    if form.validate_on_submit():
        given = request.form
        try:
            choose_own(
                current_services(),
                user.id,
                channels=_chosen(kinds),
                pace=given.get("pace", ""),
                quiet_from=given.get("quiet_from", ""),
                quiet_until=given.get("quiet_until", ""),
                log_format=given.get("log_format", ""),
            )
        except InvalidInput as refused:
            error = in_words(refused)
        else:
            flash(_("Your choice is saved."), "success")
            return redirect(url_for("notices.own"))
    chosen = choices_of(user)
    usual = {kind: _("As usual: by mail") if kind in OF_THE_SITE else _("As the course says") for kind in kinds}
    if user.role is Role.STUDENT:
        usual = {kind: _("As usual: by mail") for kind in kinds}
    usual |= {kind: _("As usual: never") for kind in kinds if kind not in (*OF_THE_SITE, *OF_COURSES)}
    return render_template(
        "notices/own.html",
        form=form,
        error=error,
        kinds=kinds,
        words=KINDS,
        usual=usual,
        options=_options(),
        selected={kind: _as_option(chosen.channels, kind) for kind in kinds},
        chosen=chosen,
        log_formats=_LOG_FORMATS,
        paces={Pace.AT_ONCE: _("At once"), Pace.DAILY: _("Once a day, at seven in the morning")},
        zone=str(reader_timezone()),
        has_mail=MAIL in current_services().notifiers,
    )


@blueprint.route("/courses/<course_id>/notices", methods=["GET", "POST"])
@roles_required(*_STAFF)
def of_course(course_id: str) -> ResponseReturnValue:
    """For all teachers of a course who did not choose themselves."""
    course, form, error = course_or_404(course_id), Form(), None
    if form.validate_on_submit():
        try:
            choose_for_course(
                current_services(),
                course_id,
                channels=_chosen(OF_COURSES),
                slack_channel=request.form.get("slack_channel", ""),
                log_format=request.form.get("log_format", ""),
                by=signed_in_user().id,
            )
        except InvalidInput as refused:
            error = in_words(refused)
        else:
            flash(_("The choice of this course is saved."), "success")
            return redirect(url_for("courses.show", course_id=course_id))
    chosen = choices_of_course(course)
    return render_template(
        "notices/course.html",
        form=form,
        error=error,
        course=course,
        kinds=OF_COURSES,
        words=KINDS,
        options=_options(),
        selected={kind: " ".join(sorted(usual_of_course(chosen, kind))) for kind in OF_COURSES},
        chosen=chosen,
        log_formats=_LOG_FORMATS,
        has_slack=SLACK in current_services().notifiers,
    )


def _options() -> Mapping[str, str]:
    """By the value of an option; of channels that this site does not have there are none."""
    served = set(current_services().notifiers)
    options = {"": _("Never"), MAIL: _("By mail"), SLACK: _("By Slack"), f"{MAIL} {SLACK}": _("By mail and by Slack")}
    return {value: words for value, words in options.items() if set(value.split()) <= served}


def _chosen(kinds: Sequence[NoticeKind]) -> dict[NoticeKind, frozenset[str]]:
    """What the form says; where it says nothing that can be chosen, nothing is."""
    given = {kind: request.form.get(kind.value, _USUAL) for kind in kinds}
    return {kind: frozenset(value.split()) for kind, value in given.items() if value in _options()}


def _as_option(channels: Mapping[NoticeKind, frozenset[str]], kind: NoticeKind) -> str:
    return " ".join(sorted(channels[kind])) if kind in channels else _USUAL
