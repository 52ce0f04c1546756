"""Webhooks that admins added, in DynamoDB: there are few, in one partition."""

from __future__ import annotations

from collections.abc import Sequence

from attendance.adapters.dynamodb import keys
from attendance.adapters.dynamodb.actions import NEW, THERE, as_stored, delete, put
from attendance.adapters.dynamodb.table import TablePart
from attendance.adapters.dynamodb.values import attributes, read
from attendance.model import Webhook
from attendance.rules.versions import check_as_read
from attendance.sentences import moved_on, no_webhook, webhook_taken


class DynamoWebhooks(TablePart):
    """The WebhookStore."""

    def _add_webhook(self, webhook: Webhook) -> None:
        """Raises AlreadyExists."""
        self.table.transact([put(keys.webhook(webhook.id), attributes(webhook), NEW, webhook_taken())])

    def _save_webhook(self, webhook: Webhook, was: Webhook) -> None:
        """Raises NotFound, MovedOn."""
        check_as_read(self.webhook(webhook.id), was)
        unchanged, values = as_stored(was)
        self.table.transact([put(keys.webhook(webhook.id), attributes(webhook), unchanged, moved_on(), **values)])

    def _remove_webhook(self, webhook_id: str) -> None:
        """Raises NotFound."""
        self.table.transact([delete(keys.webhook(webhook_id), THERE, no_webhook())])

    def webhooks(self) -> Sequence[Webhook]:
        """In the order in which they were added."""
        found = [read(Webhook, item) for item in self.table.query(keys.WEBHOOKS)]
        return sorted(found, key=lambda one: (one.added_at, one.id))

    def webhook(self, webhook_id: str) -> Webhook:
        """Raises NotFound."""
        item = self.table.get(keys.webhook(webhook_id))
        if item is None:
            raise no_webhook()
        return read(Webhook, item)
