"""Webhooks that an admin adds, tries, pauses and removes; what became of what each was told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from attendance.changes import AddWebhook, RemoveWebhook, SaveWebhook
from attendance.committing import commit, read_again
from attendance.disk.secret_files import webhook_secret
from attendance.errors import Conflict
from attendance.events import WebhookTried
from attendance.model import WEBHOOK, AuditEntry, Notice, NoticeKind, Webhook, new_id
from attendance.rules.addresses import checked_url
from attendance.rules.notices import Receiver
from attendance.services import Services
from attendance.use_cases.notices.telling import write

MOST_WEBHOOKS = 20
_NEWEST = 50


@dataclass(frozen=True, slots=True)
class NewWebhook:
    """A webhook with what its events are signed with, which is shown once."""

    webhook: Webhook
    secret: str


def add_webhook(services: Services, url: str, *, by: str) -> NewWebhook:
    """It is told of what happens from now on. Raises InvalidInput, Conflict (there are too many, or this is one)."""
    checked = checked_url(url, private=services.settings.private_addresses, field="address")
    present = services.store.webhooks()
    if len(present) >= MOST_WEBHOOKS:
        raise Conflict("There are %(most)s webhooks already; remove one of them first.", most=MOST_WEBHOOKS)
    if any(one.url == checked for one in present):
        raise Conflict("This address is a webhook already.")
    webhook = Webhook(new_id(), checked, services.now())
    commit(services, AddWebhook(webhook), _entry(services, by, "webhook.added", webhook))
    return NewWebhook(webhook, webhook_secret(services.settings.data, webhook.id))


@read_again
def pause_webhook(services: Services, webhook_id: str, is_paused: bool, *, by: str) -> Webhook:
    """What happens while it is paused is not told later. Raises NotFound."""
    was = services.store.webhook(webhook_id)
    if was.is_paused == is_paused:
        return was
    webhook = replace(was, is_paused=is_paused)
    action = "webhook.paused" if is_paused else "webhook.resumed"
    commit(services, SaveWebhook(webhook, was), _entry(services, by, action, webhook))
    return webhook


def remove_webhook(services: Services, webhook_id: str, *, by: str) -> None:
    """What waits for it is not sent any more. Raises NotFound."""
    webhook = services.store.webhook(webhook_id)
    commit(services, RemoveWebhook(webhook_id), _entry(services, by, "webhook.removed", webhook))


def try_webhook(services: Services, webhook_id: str) -> None:
    """Send it a test, on the way of all events. Raises NotFound, Conflict where it is paused."""
    webhook = services.store.webhook(webhook_id)
    if webhook.is_paused:
        raise Conflict("The webhook is paused; resume it first.")
    event = WebhookTried(at=services.now(), webhook_id=webhook.id)
    write(services, event, NoticeKind.EVENT, Receiver(WEBHOOK, webhook.receiver), event.id)


def deliveries(services: Services, webhook: Webhook) -> Sequence[Notice]:
    """The newest first."""
    return services.store.notices_to(webhook.receiver, _NEWEST)


def _entry(services: Services, by: str, action: str, webhook: Webhook) -> AuditEntry:
    return AuditEntry(services.now(), by, action, webhook.receiver)
