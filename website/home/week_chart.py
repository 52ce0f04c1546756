"""Lays out the chart of weeks: how much was attended, a dot a week, with gaps where no mark counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from attendance.use_cases.dashboard import Week

WIDTH, HEIGHT = 440, 190
LEFT, RIGHT, TOP, BOTTOM = 46, 22, 12, 28
_STEPS = (0, 25, 50, 75, 100)
_MOST_LABELS = 4


@dataclass(frozen=True, slots=True)
class Dot:
    """A week in pixels of the chart; `y` is None where no mark counts. `is_named` says that its day is written."""

    week: Week
    x: float
    y: float | None
    is_named: bool


@dataclass(frozen=True, slots=True)
class WeekChart:
    """Everything that the template draws."""

    dots: Sequence[Dot]
    paths: Sequence[str]
    steps: Sequence[tuple[int, float]]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT


def week_chart(weeks: Sequence[Week]) -> WeekChart | None:
    """None where no week has a mark that counts."""
    if not any(week.share.counted for week in weeks):
        return None
    between = (WIDTH - LEFT - RIGHT) / max(1, len(weeks) - 1)
    every = -(-len(weeks) // _MOST_LABELS)
    dots = [
        Dot(week, round(LEFT + number * between, 1), _y(week.share.part), (len(weeks) - 1 - number) % every == 0)
        for number, week in enumerate(weeks)
    ]
    return WeekChart(dots, _paths(dots), [(step, _height_of(step / 100)) for step in _STEPS])


def _y(part: float | None) -> float | None:
    return None if part is None else _height_of(part)


def _height_of(part: float) -> float:
    return round(TOP + (1 - part) * (HEIGHT - TOP - BOTTOM), 1)


def _paths(dots: Sequence[Dot]) -> list[str]:
    """One a stretch of weeks without a gap."""
    found: list[list[str]] = [[]]
    for dot in dots:
        if dot.y is None:
            found.append([])
        else:
            found[-1].append(f"{dot.x},{dot.y}")
    return [f"M{' L'.join(points)}" for points in found if len(points) > 1]
