"""Lays out the pictures of the book: percentages over a term, and a student's line beside the name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from attendance.rules.book import Book, BookStudent
from attendance.rules.statuses import points_of

WIDTH, HEIGHT = 760, 220
LEFT, RIGHT, TOP, BOTTOM = 64, 24, 12, 30
_MOST_DATES = 8
SPARK_WIDTH, SPARK_HEIGHT = 96, 24
_SPARK_MARGIN = 2


@dataclass(frozen=True, slots=True)
class Dot:
    """One lecture's percentage: where it is drawn, and what it says."""

    x: float
    y: float
    starts_at: datetime
    percent: float
    lecture_id: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A place on an axis of dates."""

    x: float
    at: datetime


@dataclass(frozen=True, slots=True)
class PercentChart:
    """A percentage a lecture, from 0 to 100, over the lectures in which something counts."""

    path: str
    dots: Sequence[Dot]
    dates: Sequence[Tick]
    levels: Sequence[tuple[float, int]]


def class_chart(book: Book) -> PercentChart | None:
    """None where no lecture has a percentage yet."""
    shown = [(one.lecture, one.figures.percent) for one in book.lectures if one.figures.percent is not None]
    if not shown:
        return None
    step = (WIDTH - LEFT - RIGHT) / max(1, len(shown) - 1)
    dots = [
        Dot(round(LEFT + place * step, 1), _y(percent), lecture.starts_at, percent, lecture.id)
        for place, (lecture, percent) in enumerate(shown)
        if percent is not None
    ]
    every = -(-len(dots) // _MOST_DATES)
    return PercentChart(
        path=_path((dot.x, dot.y) for dot in dots),
        dots=dots,
        dates=[Tick(dot.x, dot.starts_at) for dot in dots[::every]],
        levels=[(_y(percent), percent) for percent in (0, 25, 50, 75, 100)],
    )


def spark(student: BookStudent, book: Book) -> str:
    """The path of a student's percentage as it went lecture by lecture; empty before the second that counts."""
    shares = _running(student, book)
    if len(shares) < 2:
        return ""
    step = (SPARK_WIDTH - 2 * _SPARK_MARGIN) / (len(shares) - 1)
    height = SPARK_HEIGHT - 2 * _SPARK_MARGIN
    return _path(
        (round(_SPARK_MARGIN + place * step, 1), round(_SPARK_MARGIN + (1 - share) * height, 1))
        for place, share in enumerate(shares)
    )


def _running(student: BookStudent, book: Book) -> list[float]:
    """Points of those that could be had, after each lecture that counts."""
    shares: list[float] = []
    points = 0.0
    for mark, column in zip(student.marks, book.lectures, strict=True):
        worth = points_of(mark, book.course) if mark is not None and column.is_over else None
        if worth is not None:
            points += worth
            shares.append(points / (len(shares) + 1))
    return shares


def _y(percent: float) -> float:
    return round(TOP + (1 - percent / 100) * (HEIGHT - TOP - BOTTOM), 1)


def _path(places: Iterable[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in places)
