"""A rate from a count of trials, with the interval in which the true one lies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

_Z = 1.96  # of 95 %
_MISSED_ONCE_IN = 0.05


@dataclass(frozen=True)
class Rate:
    """So many of so many trials, which tell as much as `independent` trials would (None for as many as there are)."""

    hits: int
    trials: int
    independent: float | None = None

    @classmethod
    def of(cls, outcomes: Iterable[bool]) -> Rate:
        """How many of these are so."""
        all_of_them = list(outcomes)
        return cls(sum(all_of_them), len(all_of_them))

    @classmethod
    def by_person(cls, outcomes: NDArray[np.bool_], people: NDArray[np.str_]) -> Rate:
        """Many trials of few people: whoever is hard to recognise is so in each of them.

        The variance is that of the ratio of sums over people (Cochran, Sampling Techniques, 1977, chapter 6).
        """
        if not len(outcomes):
            return cls(0, 0)
        hits, trials = int(outcomes.sum()), len(outcomes)
        _, whose = np.unique(people, return_inverse=True)
        persons = int(whose.max()) + 1
        share = hits / trials
        residuals = np.bincount(whose, weights=outcomes) - share * np.bincount(whose)
        variance = float((residuals**2).sum()) / trials**2 * persons / max(1, persons - 1)
        independent = share * (1 - share) / variance if variance else persons
        return cls(hits, trials, min(float(trials), independent))

    @property
    def share(self) -> float:
        """As a part of 1."""
        return self.hits / self.trials if self.trials else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's interval of 95 % (Wilson 1927); for none of n the bound that 95 % of such trials respect."""
        if self.trials == 0:
            return 0.0, 1.0
        n, share = self.independent or self.trials, self.share
        if self.hits == 0:
            return 0.0, float(1 - _MISSED_ONCE_IN ** (1 / n))
        if self.hits == self.trials:
            return float(_MISSED_ONCE_IN ** (1 / n)), 1.0
        middle = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
        half = _Z / (1 + _Z**2 / n) * sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
        return middle - half, middle + half

    def __str__(self) -> str:
        """`3 of 61: 4.9 % (1.7 to 13.5 %)`, and `0 of 56 (at most 5.2 %)`."""
        counted = f"{self.hits:,} of {self.trials:,}"
        if not self.trials:
            return "not measured"
        digits = 2 if 0 < self.share < 0.01 else 1
        low, high = (f"{100 * bound:.{digits}f}" for bound in self.interval)
        if self.hits == 0:
            return f"{counted} (at most {high} %)"
        if self.hits == self.trials:
            return f"{counted} (at least {low} %)"
        return f"{counted}: {100 * self.share:.{digits}f} % ({low} to {high} %)"
