"""Of a minute's readings the hottest stays, and whatever an alarm names."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as some

from attendance.model import Reading
from attendance.rules.thinning import minute_of, removable, surplus
from tests.contract.device_samples import a_reading

TEN = datetime(2025, 3, 3, 10, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


def ids(readings: Sequence[Reading]) -> list[str]:
    return [one.id for one in readings]


def test_the_hottest_of_a_minute_stays_and_of_several_the_earliest() -> None:
    heat = {"cool": 30.0, "a later one": 31.0, "earliest": 31.0}
    readings = [a_reading(name, TEN - n * SECOND + MINUTE / 2, hot_c=heat[name]) for n, name in enumerate(heat)]
    assert [ids(its) for its in surplus(readings, (), TEN + HOUR)] == [["a later one", "cool"]]


def test_of_two_at_one_moment_one_stays_in_every_store_the_same() -> None:
    assert [ids(its) for its in surplus([a_reading("b", TEN), a_reading("a", TEN)], (), TEN + HOUR)] == [["b"]]


def test_a_minute_of_one_reading_loses_none() -> None:
    assert surplus([a_reading("a", TEN), a_reading("b", TEN + MINUTE)], (), TEN + HOUR) == []


def test_the_oldest_minute_comes_first() -> None:
    readings = [a_reading(f"{m}-{s}", TEN + m * MINUTE + s * SECOND) for m in (2, 0, 1) for s in (1, 0)]
    assert [ids(its) for its in surplus(readings, (), TEN + HOUR)] == [["0-1"], ["1-1"], ["2-1"]]


def test_what_an_alarm_names_neither_goes_nor_stands_for_the_others() -> None:
    readings = [a_reading("hot", TEN, hot_c=40.0), a_reading("warm", TEN + SECOND, hot_c=35.0), a_reading("cool", TEN)]
    assert [ids(its) for its in surplus(readings, {"hot"}, TEN + HOUR)] == [["cool"]]
    assert ids(removable(readings, {"hot"}, TEN + HOUR)) == ["cool", "warm"]


def test_the_minute_that_is_not_over_is_left_alone() -> None:
    readings = [a_reading("a", TEN), a_reading("b", TEN + SECOND)]
    assert surplus(readings, (), TEN + 59 * SECOND) == []
    assert [ids(its) for its in surplus(readings, (), TEN + MINUTE)] == [["b"]]


def test_old_readings_go_up_to_the_moment() -> None:
    readings = [
        a_reading("later", TEN + SECOND),
        a_reading("b", TEN),
        a_reading("a", TEN),
        a_reading("old", TEN - HOUR),
    ]
    assert ids(removable(readings, (), TEN + SECOND)) == ["old", "a", "b"]


@given(some.lists(some.tuples(some.integers(0, 300), some.integers(30, 34)), max_size=30), some.randoms())
def test_one_reading_of_each_minute_stays_whatever_their_order(found: list[tuple[int, int]], random) -> None:
    readings = [a_reading(f"x{n:02}", TEN + s * SECOND, hot_c=float(c)) for n, (s, c) in enumerate(found)]
    gone = {one.id for its in surplus(readings, (), TEN + HOUR) for one in its}
    stay = [one for one in readings if one.id not in gone]
    assert sorted(minute_of(one.at) for one in stay) == sorted({minute_of(one.at) for one in readings})
    for one in stay:
        assert one.hottest_c == max(o.hottest_c for o in readings if minute_of(o.at) == minute_of(one.at))
    random.shuffle(readings)
    assert {one.id for its in surplus(readings, (), TEN + HOUR) for one in its} == gone
