"""Webhooks that admins added, in SQL."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, insert, select, update

from attendance.adapters.sql.connection import Database
from attendance.adapters.sql.rows import lock_as_read, one, read_all, values
from attendance.adapters.sql.tables import webhooks
from attendance.model import Webhook
from attendance.sentences import no_webhook, webhook_taken


class SqlWebhooks(Database):
    """The WebhookStore."""

    def _add_webhook(self, webhook: Webhook) -> None:
        """Raises AlreadyExists."""
        with self._writing(webhook_taken()) as connection:
            connection.execute(insert(webhooks).values(values(webhook, webhooks)))

    def _save_webhook(self, webhook: Webhook, was: Webhook) -> None:
        """Raises NotFound, MovedOn."""
        with self._writing() as connection:
            lock_as_read(connection, webhooks, webhook.id, was, no_webhook())
            connection.execute(update(webhooks).where(webhooks.c.id == webhook.id).values(values(webhook, webhooks)))

    def _remove_webhook(self, webhook_id: str) -> None:
        """Raises NotFound."""
        with self._removing() as connection:
            if not connection.execute(delete(webhooks).where(webhooks.c.id == webhook_id)).rowcount:
                raise no_webhook()

    def webhooks(self) -> Sequence[Webhook]:
        """In the order in which they were added."""
        with self._looking() as connection:
            query = select(webhooks).order_by(webhooks.c.added_at, webhooks.c.id)
            return read_all(connection, Webhook, webhooks, query)

    def webhook(self, webhook_id: str) -> Webhook:
        """Raises NotFound."""
        with self._looking() as connection:
            return one(connection, Webhook, webhooks, webhooks.c.id == webhook_id, no_webhook())
