"""What the distances of strangers to single people say of the nearest of many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp

import numpy as np

_TAIL = 0.05
"""The nearest part of the pairs, to which the curve is fitted."""


@dataclass(frozen=True)
class Tail:
    """The near end of the distances of different people: below `start` they get rarer by e with each `scale`.

    An exponential tail is the simplest of the generalised Pareto family (Pickands 1975), fitted by the mean excess.
    """

    start: float
    scale: float

    @classmethod
    def of(cls, distances: Sequence[float]) -> Tail:
        """Fit to the nearest twentieth of these distances."""
        values = np.asarray(distances, np.float64)
        start = float(np.quantile(values, _TAIL))
        return cls(start, float((start - values[values < start]).mean()))

    def share_within(self, line: float) -> float:
        """The part of pairs of different people that are as near as a line in the tail."""
        return _TAIL * exp(-max(0.0, self.start - line) / self.scale)


def nearest_of_many(share: float, people: int) -> float:
    """Chance that the nearest of so many is as near as something that so large a share of single ones is."""
    return float(-np.expm1(people * np.log1p(-share)))
