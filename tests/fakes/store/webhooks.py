"""Webhooks of the fake store."""

from __future__ import annotations

from collections.abc import Sequence

from attendance.model import Webhook
from attendance.rules.versions import check_as_read
from attendance.sentences import no_webhook, webhook_taken
from tests.fakes.store.state import FakeState, in_utc, locked


@locked
class FakeWebhooks(FakeState):
    """The WebhookStore."""

    def _add_webhook(self, webhook: Webhook) -> None:
        if webhook.id in self._webhooks:
            raise webhook_taken()
        self._webhooks[webhook.id] = in_utc(webhook)

    def _save_webhook(self, webhook: Webhook, was: Webhook) -> None:
        check_as_read(self.webhook(webhook.id), was)
        self._webhooks[webhook.id] = in_utc(webhook)

    def _remove_webhook(self, webhook_id: str) -> None:
        del self._webhooks[self.webhook(webhook_id).id]

    def webhooks(self) -> Sequence[Webhook]:
        return sorted(self._webhooks.values(), key=lambda one: (one.added_at, one.id))

    def webhook(self, webhook_id: str) -> Webhook:
        if webhook_id not in self._webhooks:
            raise no_webhook()
        return self._webhooks[webhook_id]
