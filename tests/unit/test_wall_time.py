"""Wall times become moments, also on days when clocks are put forward or back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from attendance.wall_time import day_bounds, wall_moment


@pytest.mark.parametrize(
    ("timezone", "local", "moment"),
    [
        ("Asia/Seoul", datetime(2026, 3, 2, 9), datetime(2026, 3, 2, 0, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2026, 10, 25, 2, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2026, 3, 29, 2, 30), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
    ],
)
def test_a_wall_time_is_a_moment(timezone: str, local: datetime, moment: datetime) -> None:
    assert wall_moment(timezone, local) == moment


def test_of_a_time_that_comes_twice_the_last_can_be_had() -> None:
    last = wall_moment("Europe/Berlin", datetime(2026, 10, 25, 2, 30), is_first=False)
    assert last == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("timezone", "day", "hours"),
    [
        ("UTC", date(2026, 3, 29), 24),
        ("Europe/Berlin", date(2026, 3, 29), 23),
        ("Europe/Berlin", date(2026, 10, 25), 25),
        ("America/Santiago", date(2026, 9, 6), 23),  # its clocks jump over midnight itself
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
    ],
)
def test_a_day_is_as_long_as_clocks_make_it(timezone: str, day: date, hours: float) -> None:
    starts_at, ends_at = day_bounds(timezone, day)
    assert ends_at - starts_at == timedelta(hours=hours)
    assert day_bounds(timezone, day + timedelta(days=1))[0] == ends_at
