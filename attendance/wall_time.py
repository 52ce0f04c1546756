"""Moments of what clocks on the wall of some time zone show, also on days when they are put forward or back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytz


def wall_moment(timezone: str, local: datetime, *, is_first: bool = True) -> datetime:
    """The UTC moment of a naive wall time. Of a time that comes twice the first, or the last; of a time that clocks
    jump over, as much after the jump as it would be after the jump's beginning.
    """
    zone = pytz.timezone(timezone)
    try:
        moment: datetime = zone.localize(local, is_dst=None)
    except pytz.AmbiguousTimeError:
        moment = zone.localize(local, is_dst=is_first)
    except pytz.NonExistentTimeError:
        moment = zone.localize(local, is_dst=False)
    return moment.astimezone(UTC)


def wall_time(timezone: str, moment: datetime) -> datetime:
    """What the clock shows at a moment, naive."""
    return moment.astimezone(pytz.timezone(timezone)).replace(tzinfo=None)


def day_bounds(timezone: str, day: date) -> tuple[datetime, datetime]:
    """From the first moment of a day to that of the next: 23 or 25 hours where clocks are put forward or back."""
    first, after = (datetime(one.year, one.month, one.day) for one in (day, day + timedelta(days=1)))
    return wall_moment(timezone, first), wall_moment(timezone, after)
