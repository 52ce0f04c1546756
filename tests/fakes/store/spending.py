"""What was ordered from a service that charges, in the fake store."""

from __future__ import annotations

from tests.fakes.store.state import FakeState, locked


@locked
class FakeSpending(FakeState):
    """The SpendingStore."""

    def order_search(self, month: str, token: str, seconds: float, most_seconds: float | None) -> bool:
        if token in self._orders:
            return True
        if most_seconds is not None and self.ordered_seconds(month) + seconds > most_seconds:
            return False
        self._orders[token] = (month, seconds)
        return True

    def ordered_seconds(self, month: str) -> float:
        return sum(seconds for of, seconds in self._orders.values() if of == month)
