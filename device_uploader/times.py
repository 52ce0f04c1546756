"""Hours and days of the device's own time zone: timetables and quiet hours."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOURS = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")
MIDNIGHT = time(0, 0)


@dataclass(frozen=True, slots=True)
class Hours:
    """From one time of the day to another, over midnight where that is earlier; `days` are 0 (Monday) to 6."""

    begin: time
    end: time
    days: frozenset[int] = frozenset(range(7))

    def hold(self, at: datetime) -> bool:
        """Whether that moment lies within. The days are those on which the hours begin."""
        today, now = at.weekday(), at.time()
        if self.begin < self.end:
            return today in self.days and self.begin <= now < self.end
        yesterday = (at - timedelta(days=1)).weekday()
        return (today in self.days and now >= self.begin) or (yesterday in self.days and now < self.end)


def parse_hours(text: str, days: Sequence[str] = DAYS) -> Hours:
    """`09:00-10:30`. Raises ValueError."""
    found = HOURS.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} must look like 09:00-10:30")
    begin_hour, begin_minute, end_hour, end_minute = map(int, found.groups())
    numbers = frozenset(parse_day(day) for day in days)
    end = MIDNIGHT if (end_hour, end_minute) == (24, 0) else time(end_hour, end_minute)
    return Hours(time(begin_hour, begin_minute), end, numbers)


def parse_day(text: str) -> int:
    """Raises ValueError."""
    if text[:3].lower() not in DAYS:
        raise ValueError(f"{text!r} must be one of {', '.join(DAYS)}")
    return DAYS.index(text[:3].lower())


def within(hours: Sequence[Hours], at: datetime) -> bool:
    """Whether a moment lies in any of them."""
    return any(one.hold(at) for one in hours)


def local_time(wall_s: float) -> datetime:
    """As a clock on the wall of this room shows it."""
    return datetime.fromtimestamp(wall_s).astimezone()
