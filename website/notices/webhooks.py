"""The page of the webhooks: added, tried, paused, removed, and what became of what each was told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField, SubmitField

from attendance.errors import Conflict, InvalidInput
from attendance.events import read
from attendance.model import WEBHOOK, Notice, NoticeState, Role, Webhook
from attendance.sentences import no_notice, no_webhook
from attendance.use_cases.notices.sending import send_again
from attendance.use_cases.notices.webhooks import (
    add_webhook,
    deliveries,
    pause_webhook,
    remove_webhook,
    try_webhook,
)
from website.access import roles_required
from website.current import current_services, signed_in_user
from website.forms import Form
from website.notices.views import blueprint
from website.notices.words import STATES
from website.sentences import in_words

_SHOWN = 50


class WebhookForm(Form):
    """Where events are to go."""

    address = StringField(_l("Address"))
    submit = SubmitField(_l("Add the webhook"))


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way to a webhook."""

    id: str
    kind: str
    subject: str
    at: datetime
    state: NoticeState
    sent_at: datetime | None
    reason: str | None


@blueprint.route("/notices/webhooks", methods=["GET", "POST"])
@roles_required(Role.ADMIN)
def webhooks() -> ResponseReturnValue:
    """All of them, and a form for one more; its secret stands in the answer to that alone."""
    services, form = current_services(), WebhookForm()
    if form.validate_on_submit():
        try:
            made = add_webhook(services, form.address.data or "", by=signed_in_user().id)
        except (InvalidInput, Conflict) as refused:
            form.refuse(refused)
        else:
            return render_template("notices/webhook_secret.html", made=made)
    return render_template(
        "notices/webhooks.html",
        form=form,
        added=services.store.webhooks(),
        of_settings=services.notifiers[WEBHOOK].receivers if WEBHOOK in services.notifiers else (),
    )


@blueprint.get("/notices/webhooks/<webhook_id>")
@roles_required(Role.ADMIN)
def webhook(webhook_id: str) -> ResponseReturnValue:
    """One that was added, with its newest deliveries."""
    services = current_services()
    found = services.store.webhook(webhook_id)
    return _shown(found.receiver, deliveries(services, found), found)


@blueprint.get("/notices/webhooks/of-settings/<path:name>")
@roles_required(Role.ADMIN)
def webhook_of_settings(name: str) -> ResponseReturnValue:
    """One of ROLLCALL_NOTICES."""
    services = current_services()
    if WEBHOOK not in services.notifiers or name not in services.notifiers[WEBHOOK].receivers:
        raise no_webhook()
    return _shown(name, services.store.notices_to(name, _SHOWN), None)


@blueprint.post("/notices/webhooks/<webhook_id>/try")
@roles_required(Role.ADMIN)
def try_a_webhook(webhook_id: str) -> ResponseReturnValue:
    """Send it a test."""
    if Form().validate_on_submit():
        try:
            try_webhook(current_services(), webhook_id)
            flash(
                _("The test is on its way. Load this page again in a few seconds to see what became of it."), "success"
            )
        except Conflict as refused:
            flash(in_words(refused))
    return redirect(url_for("notices.webhook", webhook_id=webhook_id))


@blueprint.post("/notices/webhooks/<webhook_id>/pause")
@roles_required(Role.ADMIN)
def pause(webhook_id: str) -> ResponseReturnValue:
    """Send it nothing until it is resumed."""
    return _paused(webhook_id, True)


@blueprint.post("/notices/webhooks/<webhook_id>/resume")
@roles_required(Role.ADMIN)
def resume(webhook_id: str) -> ResponseReturnValue:
    """Send it what happens from now on."""
    return _paused(webhook_id, False)


@blueprint.post("/notices/webhooks/<webhook_id>/remove")
@roles_required(Role.ADMIN)
def remove_a_webhook(webhook_id: str) -> ResponseReturnValue:
    """For good; one that is added again has another secret."""
    if Form().validate_on_submit():
        remove_webhook(current_services(), webhook_id, by=signed_in_user().id)
        flash(_("The webhook is removed."), "success")
    return redirect(url_for("notices.webhooks"))


@blueprint.post("/notices/webhooks/<webhook_id>/deliveries/<notice_id>/again")
@roles_required(Role.ADMIN)
def deliver_again(webhook_id: str, notice_id: str) -> ResponseReturnValue:
    """One that failed."""
    services = current_services()
    if services.store.notice(notice_id).receiver != services.store.webhook(webhook_id).receiver:
        raise no_notice()
    if Form().validate_on_submit():
        try:
            send_again(services, notice_id)
            flash(_("It is sent again within a minute."), "success")
        except Conflict as refused:
            flash(in_words(refused))
    return redirect(url_for("notices.webhook", webhook_id=webhook_id))


def _paused(webhook_id: str, is_paused: bool) -> ResponseReturnValue:
    if Form().validate_on_submit():
        pause_webhook(current_services(), webhook_id, is_paused, by=signed_in_user().id)
        flash(_("The webhook is paused.") if is_paused else _("The webhook is told again of what happens."), "success")
    return redirect(url_for("notices.webhook", webhook_id=webhook_id))


def _shown(name: str, told: Sequence[Notice], found: Webhook | None) -> ResponseReturnValue:
    listed = [
        Delivery(one.id, read(one.body).kind, one.subject, one.created_at, one.state, one.sent_at, one.reason)
        for one in told
    ]
    return render_template("notices/webhook.html", name=name, deliveries=listed, webhook=found, states=STATES)
