"""The outbox in DynamoDB: what waits for each handler in a partition of its own, deletions among the erasures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from attendance.adapters.dynamodb import keys
from attendance.adapters.dynamodb.actions import NEW, THERE, Action, put, setting
from attendance.adapters.dynamodb.keys import Key
from attendance.adapters.dynamodb.table import TablePart
from attendance.adapters.dynamodb.values import Item, attributes, read, text, whole
from attendance.model import ERASE, OutboxItem

_BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)
_KEY = "key#"


class DynamoOutbox(TablePart):
    """The OutboxStore."""

    def outbox(self, handler: str, *, limit: int = 1000) -> Sequence[OutboxItem]:
        """The oldest first; deletions by their key."""
        return [_item(one) for one in self.table.query(keys.of_outbox(handler), most=limit)]

    def claim_outbox(self, item: OutboxItem, until: datetime) -> bool:
        """False where somebody else has it, or it is done."""
        expression, values = setting({"due_at": until, "attempts": item.attempts + 1})
        if item.attempts:
            condition, values = f"{THERE} AND #attempts = :seen", values | {"seen": item.attempts}
        else:
            condition = f"{THERE} AND (attribute_not_exists(#attempts) OR #attempts = :seen)"
            values |= {"seen": 0}
        return self.table.update(_key(item), expression, condition, **values) is not None

    def postpone_outbox(self, item: OutboxItem) -> None:
        """Nothing happens where it is done."""
        expression, values = setting({"due_at": item.due_at, "attempts": item.attempts, "error": item.error})
        self.table.update(_key(item), expression, THERE, **values)

    def finish_outbox(self, items: Sequence[OutboxItem]) -> None:
        """They are done."""
        self.table.delete_many(map(_key, items))


def adding_to_outbox(items: Sequence[OutboxItem]) -> list[Action]:
    """What writes them down, in a transaction."""
    return [
        put((keys.of_outbox(one.handler), keys.outbox_place(one.created_at, one.id)), attributes(one), NEW)
        for one in items
    ]


def _key(item: OutboxItem) -> Key:
    place = f"{_KEY}{item.subject}" if item.handler == ERASE else keys.outbox_place(item.created_at, item.id)
    return keys.of_outbox(item.handler), place


def _item(stored: Item) -> OutboxItem:
    if text(stored, "pk") != keys.ERASURES:
        return read(OutboxItem, stored)
    # A deletion is written down by its key alone, and is due from then on.
    subject, attempts = text(stored, "sk").removeprefix(_KEY), whole(stored, "attempts")
    due_at = datetime.fromisoformat(text(stored, "due_at")) if "due_at" in stored else None
    if not attempts:
        due_at = _BEFORE_ALL
    error = text(stored, "error") if "error" in stored else None
    return OutboxItem(ERASE, subject, "", _BEFORE_ALL, due_at, attempts, error, id=subject)
