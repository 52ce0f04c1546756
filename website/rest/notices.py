"""What one chooses to be told, and for admins what became of each notice, and the webhooks."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask import url_for
from flask.typing import ResponseReturnValue

from attendance.errors import Phrase
from attendance.model import MAIL, SLACK, Notice, NoticeKind, NoticeState, Pace, Role, Webhook
from attendance.rules.notices import choices_of
from attendance.use_cases.notices.choosing import choose_own
from attendance.use_cases.notices.sending import send_again
from attendance.use_cases.notices.webhooks import (
    NewWebhook,
    add_webhook,
    pause_webhook,
    remove_webhook,
    try_webhook,
)
from website.current import current_services, signed_in_user
from website.openapi.schemas import Choice, LenientSchema, Text, YesOrNo
from website.rest.blueprint import STAFF, blueprint, check_version
from website.rest.paging import PageAnswer, PageQuery, cut, page_of

_CHOSEN = [kind.value for kind in NoticeKind if kind not in (NoticeKind.DIGEST, NoticeKind.EVENT)]


class ChoiceSchema(LenientSchema):
    """By what somebody is told of a kind; none is never."""

    kind = Text(required=True, validate=ma.validate.OneOf(_CHOSEN, error=Phrase("must be a kind of notices.")))
    channels = ma.fields.List(
        Text(validate=ma.validate.OneOf((MAIL, SLACK), error=Phrase("must be mail or slack."))), required=True
    )


class ChoicesSchema(LenientSchema):
    """What you are told, in place of what you chose before; kinds that are missing are as usual."""

    choices = ma.fields.List(ma.fields.Nested(ChoiceSchema), required=True)
    pace = Choice(Pace, load_default=Pace.AT_ONCE.value)
    quiet_from = Text(load_default="", metadata={"description": "Such as 22:00; empty: no quiet hours."})
    quiet_until = Text(load_default="")


class ChoiceAnswer(ma.Schema):
    """One kind that you chose for."""

    kind = ma.fields.String()
    channels = ma.fields.List(ma.fields.String())


class ChoicesAnswer(ma.Schema):
    """What you chose to be told."""

    choices = ma.fields.List(ma.fields.Nested(ChoiceAnswer))
    pace = ma.fields.String(metadata={"description": "at_once or daily."})
    quiet_from = ma.fields.String(allow_none=True)
    quiet_until = ma.fields.String(allow_none=True)


class NoticesQuery(PageQuery):
    """Which notices."""

    state = Choice(NoticeState, load_default=NoticeState.FAILED.value)


class NoticeAnswer(ma.Schema):
    """One notice on its way; what it says is composed when it is sent."""

    id = ma.fields.String()
    kind = ma.fields.String()
    channel = ma.fields.String()
    receiver = ma.fields.String(metadata={"description": "`user ID`, or the name of a channel or webhook."})
    subject = ma.fields.String()
    state = ma.fields.String()
    created_at = ma.fields.AwareDateTime()
    due_at = ma.fields.AwareDateTime(allow_none=True)
    sent_at = ma.fields.AwareDateTime(allow_none=True)


class NoticesAnswer(PageAnswer):
    """A page of notices in one state, the newest first."""

    items = ma.fields.List(ma.fields.Nested(NoticeAnswer))


class WebhookAnswer(ma.Schema):
    """A webhook that was added; its address may be secret and is shown as its machine."""

    id = ma.fields.String()
    receiver = ma.fields.String()
    added_at = ma.fields.AwareDateTime()
    is_paused = ma.fields.Boolean()


class WebhookWithSecretAnswer(WebhookAnswer):
    """A webhook, and what its events are signed with: it is said here once."""

    secret = ma.fields.String(metadata={"description": "Left out where the request was answered before."})


class WebhooksAnswer(PageAnswer):
    """A page of webhooks, as they were added."""

    items = ma.fields.List(ma.fields.Nested(WebhookAnswer))


class NewWebhookSchema(LenientSchema):
    """Where events are to go."""

    address = Text(required=True, metadata={"description": "Begins with https://."})


class PauseSchema(LenientSchema):
    """Whether it is told of anything."""

    is_paused = YesOrNo(required=True)


@blueprint.operation("GET", "/account/notices", "notices:read", *STAFF)
@blueprint.response(200, ChoicesAnswer)
def own_notices() -> dict[str, Any]:
    """What you chose to be told."""
    chosen = choices_of(current_services().store.user(signed_in_user().id))
    listed = [{"kind": kind.value, "channels": sorted(channels)} for kind, channels in sorted(chosen.channels.items())]
    return {
        "choices": listed,
        "pace": chosen.pace.value,
        "quiet_from": chosen.quiet_from,
        "quiet_until": chosen.quiet_until,
    }


@blueprint.operation("PUT", "/account/notices", "notices:write", *STAFF, versioned=True)
@blueprint.arguments(ChoicesSchema)
@blueprint.response(200, ChoicesAnswer)
@blueprint.refuses(412)
def choose_notices(words: dict[str, Any]) -> dict[str, Any]:
    """Choose what you are told."""
    check_version(own_notices)
    choose_own(
        current_services(),
        signed_in_user().id,
        channels={NoticeKind(one["kind"]): frozenset(one["channels"]) for one in words["choices"]},
        pace=words["pace"],
        quiet_from=words["quiet_from"],
        quiet_until=words["quiet_until"],
    )
    return own_notices()


@blueprint.operation("GET", "/notices", "notices:read", Role.ADMIN)
@blueprint.arguments(NoticesQuery, location="query")
@blueprint.response(200, NoticesAnswer)
def notices(asked: dict[str, Any]) -> ResponseReturnValue:
    """Notices in one state; those that failed unless another is asked for."""
    services, state = current_services(), NoticeState(asked["state"])
    found = services.store.notices(state, page=asked["page"], size=asked["size"])
    return page_of(found, [_shown(one) for one in found.items])


@blueprint.operation("GET", "/notices/<notice_id>", "notices:read", Role.ADMIN)
@blueprint.response(200, NoticeAnswer)
@blueprint.refuses(404)
def notice(notice_id: str) -> dict[str, Any]:
    """One notice."""
    return _shown(current_services().store.notice(notice_id))


@blueprint.operation("POST", "/notices/<notice_id>/again", "notices:write", Role.ADMIN)
@blueprint.response(200, NoticeAnswer)
@blueprint.refuses(404, 409)
def notice_again(notice_id: str) -> ResponseReturnValue:
    """Send one again that failed."""
    send_again(current_services(), notice_id)
    return notice(notice_id), 200, {"Content-Location": url_for("rest.notice", notice_id=notice_id)}


@blueprint.operation("GET", "/webhooks", "notices:read", Role.ADMIN)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, WebhooksAnswer)
def webhooks(asked: dict[str, Any]) -> ResponseReturnValue:
    """The webhooks that were added; those of the settings are not among them."""
    found = cut(current_services().store.webhooks(), asked)
    return page_of(found, found.items)


@blueprint.operation("POST", "/webhooks", "notices:write", Role.ADMIN)
@blueprint.arguments(NewWebhookSchema)
@blueprint.response(201, WebhookWithSecretAnswer)
@blueprint.refuses(409)
def add_a_webhook(words: dict[str, Any]) -> ResponseReturnValue:
    """Add a webhook; its secret is said in this answer alone."""
    made = add_webhook(current_services(), words["address"], by=signed_in_user().id)
    return _with_secret(made), 201, {"Location": url_for("rest.webhook", webhook_id=made.webhook.id)}


@blueprint.operation("GET", "/webhooks/<webhook_id>", "notices:read", Role.ADMIN)
@blueprint.response(200, WebhookAnswer)
@blueprint.refuses(404)
def webhook(webhook_id: str) -> Webhook:
    """One webhook."""
    return current_services().store.webhook(webhook_id)


@blueprint.operation("PATCH", "/webhooks/<webhook_id>", "notices:write", Role.ADMIN, versioned=True)
@blueprint.arguments(PauseSchema)
@blueprint.response(200, WebhookAnswer)
@blueprint.refuses(404, 412)
def pause_a_webhook(words: dict[str, Any], webhook_id: str) -> Webhook:
    """Pause a webhook, or resume it; what happens meanwhile is not told later."""
    check_version(webhook, webhook_id=webhook_id)
    return pause_webhook(current_services(), webhook_id, words["is_paused"], by=signed_in_user().id)


@blueprint.operation("POST", "/webhooks/<webhook_id>/try", "notices:write", Role.ADMIN)
@blueprint.response(200, WebhookAnswer)
@blueprint.refuses(404, 409)
def try_a_webhook(webhook_id: str) -> ResponseReturnValue:
    """Send a webhook a test."""
    try_webhook(current_services(), webhook_id)
    return webhook(webhook_id), 200, {"Content-Location": url_for("rest.webhook", webhook_id=webhook_id)}


@blueprint.operation("DELETE", "/webhooks/<webhook_id>", "notices:write", Role.ADMIN, versioned=True)
@blueprint.response(204)
@blueprint.refuses(404, 412)
def remove_a_webhook(webhook_id: str) -> None:
    """Remove a webhook; what waits for it is not sent any more."""
    check_version(webhook, webhook_id=webhook_id)
    remove_webhook(current_services(), webhook_id, by=signed_in_user().id)


def _with_secret(made: NewWebhook) -> dict[str, Any]:
    return {name: getattr(made.webhook, name) for name in WebhookAnswer().fields} | {"secret": made.secret}


def _shown(one: Notice) -> dict[str, Any]:
    return {name: getattr(one, name) for name in NoticeAnswer().fields}
