"""What other thresholds cost, as docs/accuracy.md measured it with the built-in engine (`Other thresholds`, all)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cost:
    """In percent: students who are sure by one picture, and strangers who are marked, on a roster of 40."""

    accept: float
    margin: float
    students_sure: float
    strangers_sure: float


COSTS = (
    Cost(76.7, 10.5, 91.9, 0.003),
    Cost(70.2, 6.1, 96.5, 0.015),
    Cost(70.2, 10.5, 96.2, 0.015),
    Cost(70.2, 15.9, 94.8, 0.009),
    Cost(62.8, 10.5, 97.3, 0.067),
    Cost(62.8, 15.9, 95.1, 0.014),
)
"""In points of similarity; the page has them as distances."""
STUDENTS_FOR_REVIEW, STRANGERS_FOR_REVIEW = 3, 2
"""Of a hundred, with the usual thresholds on a roster of 40."""
