"""What was ordered from a service that charges, in DynamoDB: an order and the month's sum in one transaction."""

from __future__ import annotations

from decimal import Decimal

from attendance.adapters import store_dynamodb_keys as keys
from attendance.adapters.store_dynamodb.actions import NEW, put, update
from attendance.adapters.store_dynamodb.table import TablePart
from attendance.adapters.store_dynamodb.values import attribute


class _OrderedAlready(Exception):
    """The same order was written before."""


class _TooMuch(Exception):
    """The month would come to more than it may."""


class DynamoSpending(TablePart):
    """The SpendingStore."""

    def order_search(self, month: str, token: str, seconds: float, most_seconds: float | None) -> bool:
        """False where the month would come to more."""
        new, condition, values = Decimal(repr(seconds)), "", {}
        if most_seconds is not None:
            left = Decimal(repr(most_seconds)) - new
            condition, values = "#seconds <= :left", {"left": left}
            if left >= 0:
                condition += " OR attribute_not_exists(#seconds)"
        order = {"month": attribute(month), "seconds": attribute(new)}
        adding = update(keys.month(month), "ADD #seconds :new", condition, _TooMuch(), new=new, **values)
        try:
            self.table.transact([put(keys.order(token), order, NEW, _OrderedAlready()), adding])
        except _OrderedAlready:
            return True
        except _TooMuch:
            return False
        return True

    def ordered_seconds(self, month: str) -> float:
        """0 where nothing was ordered."""
        item = self.table.get(keys.month(month))
        return float(item["seconds"]["N"]) if item else 0.0
