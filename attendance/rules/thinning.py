"""Which readings of a device go when they are old; those that an alarm names never do."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Protocol, TypeVar

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Measured(Protocol):
    """What the rules ask of a reading: a store need not read its pixels."""

    @property
    def id(self) -> str: ...

    @property
    def at(self) -> datetime: ...

    @property
    def hottest_c(self) -> float: ...


R = TypeVar("R", bound=Measured)


def minute_of(at: datetime) -> int:
    """Counted from 1970."""
    return (at - _EPOCH) // timedelta(minutes=1)


def removable(readings: Iterable[R], named: Collection[str], before_at: datetime) -> list[R]:
    """Those before that moment whose id no alarm named, the oldest first."""
    return sorted((one for one in readings if one.at < before_at and one.id not in named), key=_in_time)


def surplus(readings: Iterable[R], named: Collection[str], before_at: datetime) -> list[list[R]]:
    """Of each minute before that of `before_at` that has several, those that go; the oldest minute first.

    One with the hottest pixel stays, of several the earliest. Readings that an alarm named are not counted.
    """
    old = [one for one in removable(readings, named, before_at) if minute_of(one.at) < minute_of(before_at)]
    minutes = [list(its) for _, its in groupby(old, key=lambda one: minute_of(one.at))]
    return [sorted(its, key=lambda one: -one.hottest_c)[1:] for its in minutes if len(its) > 1]


def _in_time(reading: Measured) -> tuple[datetime, str]:
    return reading.at, reading.id
