"""An admin invites one user, or all who have no password yet."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from attendance.errors import Conflict, InvalidInput
from attendance.model import Role
from attendance.use_cases.people.invitations import Report, Slip, count_waiting, invite, invite_everybody, take_back
from attendance.use_cases.people.links import sends_mail
from website.access import roles_required
from website.current import current_services, signed_in_user
from website.forms import Form
from website.invitations.sheet import sheet
from website.sentences import in_words

blueprint = Blueprint("invitations", __name__, template_folder="templates")


class InviteForm(Form):
    """Only the buttons, by mail or on paper."""


def by_mail() -> bool:
    """Which of the two buttons was pressed."""
    return request.form.get("way") == "mail"


@blueprint.post("/users/<user_id>/invitation")
@roles_required(Role.ADMIN)
def invite_user(user_id: str) -> ResponseReturnValue:
    """Invite, or invite again."""
    try:
        slip = invite(current_services(), user_id, by_mail=by_mail(), by=signed_in_user().id)
    except (Conflict, InvalidInput) as refused:
        flash(in_words(refused), "warning")
        return redirect(url_for("users.index"))
    return invited([slip], url_for("users.index"))


@blueprint.post("/users/<user_id>/invitation/take-back")
@roles_required(Role.ADMIN)
def take_back_of_user(user_id: str) -> ResponseReturnValue:
    """The link is worth nothing any more."""
    take_back(current_services(), user_id, by=signed_in_user().id)
    flash(_("The invitation is taken back: its link leads nowhere any more."), "success")
    return redirect(url_for("users.index"))


@blueprint.route("/users/invitations", methods=["GET", "POST"])
@roles_required(Role.ADMIN)
def everybody() -> ResponseReturnValue:
    """All users without a password for whom no invitation is open."""
    services, form = current_services(), InviteForm()
    if form.validate_on_submit():
        try:
            report = invite_everybody(services, by_mail=by_mail(), by=signed_in_user().id)
        except Conflict as refused:
            flash(in_words(refused), "warning")
            return redirect(url_for("invitations.everybody"))
        tell(report)
        return invited(report.slips, url_for("invitations.everybody"))
    return render_template(
        "invitations/everybody.html", form=form, waiting=count_waiting(services), sends_mail=sends_mail(services)
    )


def invited(slips: list[Slip], back: str) -> ResponseReturnValue:
    """Mails are on their way; slips are shown to be printed."""
    if not slips or by_mail():
        if slips:
            flash(
                ngettext(
                    "%(num)s invitation is on its way by mail.",
                    "%(num)s invitations are on their way by mail.",
                    len(slips),
                ),
                "success",
            )
        return redirect(back)
    return sheet(slips, back, ngettext("%(num)s invitation", "%(num)s invitations", len(slips)))


def tell(report: Report) -> None:
    """What did not go as wished."""
    for name, refused in report.refused[:20]:
        flash(_("%(name)s was not invited: %(reason)s", name=name, reason=in_words(refused)), "warning")
    if report.left:
        flash(
            ngettext(
                "%(num)s more waits: invite again for the next part.",
                "%(num)s more wait: invite again for the next part.",
                report.left,
            ),
            "info",
        )
    if not report.slips and not report.refused:
        flash(_("Nobody was left to invite."), "info")
