"""A rate from a count of trials, with the interval in which the true one lies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

_Z = 1.96  # of 95 %
_MISSED_ONCE_IN = 0.05


@dataclass(frozen=True)
class Rate:
    """So many of so many trials."""

    hits: int
    trials: int

    @classmethod
    def of(cls, outcomes: Iterable[bool]) -> Rate:
        """How many of these are so."""
        all_of_them = list(outcomes)
        return cls(sum(all_of_them), len(all_of_them))

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's interval of 95 % (Wilson 1927); for none of n the bound that 95 % of such trials respect."""
        n = self.trials
        if n == 0:
            return 0.0, 1.0
        if self.hits == 0:
            return 0.0, float(1 - _MISSED_ONCE_IN ** (1 / n))
        if self.hits == n:
            return float(_MISSED_ONCE_IN ** (1 / n)), 1.0
        share = self.hits / n
        middle = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
        half = _Z / (1 + _Z**2 / n) * sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
        return middle - half, middle + half

    def __str__(self) -> str:
        """`3 of 61: 4.9 % (1.7 to 13.5 %)`, and `0 of 56 (at most 5.2 %)`."""
        low, high = (100 * bound for bound in self.interval)
        counted = f"{self.hits} of {self.trials}"
        if not self.trials:
            return "not measured"
        if self.hits == 0:
            return f"{counted} (at most {high:.1f} %)"
        if self.hits == self.trials:
            return f"{counted} (at least {low:.1f} %)"
        return f"{counted}: {100 * self.hits / self.trials:.1f} % ({low:.1f} to {high:.1f} %)"
