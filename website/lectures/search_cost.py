"""What the upload page tells of the cost of searches, on a site whose face engine charges for them."""

from __future__ import annotations

from dataclasses import dataclass

from attendance.searching.budget import Budget, budget
from attendance.services import Services


@dataclass(frozen=True, slots=True)
class SearchCost:
    """The price of a minute of video and this month's budget, in US dollars."""

    price_per_minute: float
    budget: Budget

    @property
    def is_used_up(self) -> bool:
        """Whether no video can be searched any more this month."""
        return self.budget.left == 0


def search_cost(services: Services) -> SearchCost | None:
    """None where nothing is charged."""
    month = budget(services)
    return None if month is None else SearchCost(services.settings.price_per_minute, month)


def dollars(amount: float) -> str:
    """With cents, and with more digits where a price has them."""
    return f"{amount:.2f}" if round(amount, 2) == amount or amount >= 1 else f"{amount:.4f}".rstrip("0")
