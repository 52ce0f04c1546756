"""Lays out the chart of a day: skin estimates and the mean of the picture over hours, with gaps left as gaps."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytz

from attendance.model import ReadingSpan
from attendance.rules.hours import hours_of_day
from attendance.use_cases.devices.reading import DayOfReadings

WIDTH, HEIGHT = 760, 280
LEFT, RIGHT, TOP, BOTTOM = 48, 12, 12, 30
_HOURS_BETWEEN_TICKS = 3
_MOST_LINES = 8
_NEIGHBOURS = 1.5  # spans whose starts are farther apart than this many spans have a gap between them


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the grid with its words, in pixels of the chart."""

    at: float
    words: str


@dataclass(frozen=True, slots=True)
class Line:
    """A curve: paths of what lies together, and dots where a span stands alone."""

    paths: Sequence[str]
    dots: Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class HourRow:
    """The same in numbers, an hour a row. `skin_c` has the device's offset."""

    clock: str
    readings: int
    skin_c: float | None
    mean_c: float
    coolest_c: float
    hottest_c: float


@dataclass(frozen=True, slots=True)
class DayChart:
    """Everything that the template draws. `alarm_y` is None where no threshold is set."""

    hours: Sequence[Tick]
    degrees: Sequence[Tick]
    skin: Line
    mean: Line
    alarm_y: float | None
    highest_skin_c: float | None
    rows: Sequence[HourRow]


@dataclass(frozen=True, slots=True)
class _Axes:
    starts_at: datetime
    ends_at: datetime
    low_c: float
    high_c: float

    def x(self, at: datetime) -> float:
        share = (at - self.starts_at) / (self.ends_at - self.starts_at)
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    def y(self, temperature_c: float) -> float:
        share = (self.high_c - temperature_c) / (self.high_c - self.low_c)
        return round(TOP + share * (HEIGHT - TOP - BOTTOM), 1)


def day_chart(measured: DayOfReadings, day: date, timezone: str) -> DayChart | None:
    """None where nothing was measured. Each span is drawn at its middle."""
    if not measured.spans:
        return None
    offset_c, threshold_c = measured.device.calibration_offset_c, measured.device.alarm_line_c
    skin = [(one.at, one.skin_c + offset_c) for one in measured.spans if one.skin_c is not None]
    mean = [(one.at, one.mean_c) for one in measured.spans]
    axes = _axes(measured, [value for _, value in (*skin, *mean)], threshold_c)
    return DayChart(
        hours=_hours(axes, day, timezone),
        degrees=_degrees(axes),
        skin=_line(axes, skin, measured.minutes),
        mean=_line(axes, mean, measured.minutes),
        alarm_y=axes.y(threshold_c) if threshold_c is not None else None,
        highest_skin_c=max((value for _, value in skin), default=None),
        rows=_rows(measured.spans, offset_c, day, timezone),
    )


def _axes(measured: DayOfReadings, values: Sequence[float], threshold_c: float | None) -> _Axes:
    shown = [*values, *([threshold_c] if threshold_c is not None else [])]
    return _Axes(measured.starts_at, measured.ends_at, math.floor(min(shown)) - 1, math.ceil(max(shown)) + 1)


def _hours(axes: _Axes, day: date, timezone: str) -> list[Tick]:
    zone = pytz.timezone(timezone)
    starts = [starts_at.astimezone(zone) for starts_at, _ in hours_of_day(timezone, day)]
    return [Tick(axes.x(one), one.strftime("%H:%M")) for one in starts if one.hour % _HOURS_BETWEEN_TICKS == 0]


def _degrees(axes: _Axes) -> list[Tick]:
    span = axes.high_c - axes.low_c
    step = next(step for step in (1, 2, 5, 10, 20, 50) if span / step <= _MOST_LINES)
    first = math.ceil(axes.low_c / step) * step
    return [Tick(axes.y(c), f"{c} °C") for c in range(int(first), int(axes.high_c) + 1, step)]


def _line(axes: _Axes, points: Sequence[tuple[datetime, float]], minutes: int) -> Line:
    half = timedelta(minutes=minutes / 2)
    paths, dots = [], []
    for piece in _pieces(points, timedelta(minutes=_NEIGHBOURS * minutes)):
        places = [(axes.x(min(at + half, axes.ends_at)), axes.y(value)) for at, value in piece]
        if len(places) == 1:
            dots.append(places[0])
        else:
            paths.append("M" + " L".join(f"{x:g} {y:g}" for x, y in places))
    return Line(paths, dots)


def _pieces(points: Iterable[tuple[datetime, float]], apart: timedelta) -> list[list[tuple[datetime, float]]]:
    pieces: list[list[tuple[datetime, float]]] = []
    for point in points:
        if not pieces or point[0] - pieces[-1][-1][0] > apart:
            pieces.append([])
        pieces[-1].append(point)
    return pieces


def _rows(spans: Sequence[ReadingSpan], offset_c: float, day: date, timezone: str) -> list[HourRow]:
    zone = pytz.timezone(timezone)
    rows = []
    for starts_at, ends_at in hours_of_day(timezone, day):
        own = [one for one in spans if starts_at <= one.at < ends_at]
        if own:
            rows.append(_row(starts_at.astimezone(zone).strftime("%H:%M"), own, offset_c))
    return rows


def _row(clock: str, own: Sequence[ReadingSpan], offset_c: float) -> HourRow:
    count = sum(one.count for one in own)
    skin = [one.skin_c + offset_c for one in own if one.skin_c is not None]
    return HourRow(
        clock=clock,
        readings=count,
        skin_c=max(skin, default=None),
        mean_c=sum(one.mean_c * one.count for one in own) / count,
        coolest_c=min(one.coolest_c for one in own),
        hottest_c=max(one.hottest_c for one in own),
    )
