"""Skin on the line makes an alarm, and of alarms that are near in time the earliest is raised."""

from __future__ import annotations

from datetime import timedelta
from itertools import count, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as some

from attendance.model import Alarm, NearAlarms
from attendance.rules.alarms import QUIET, candidates, near_time, raised
from tests.contract.device_samples import a_device, a_reading, an_alarm
from tests.contract.samples import HOUR, MINUTE, NOW

NOTHING = NearAlarms()


def at(*minutes: float) -> list[Alarm]:
    return [an_alarm(f"a{minute}", NOW + minute * MINUTE, f"x{minute}") for minute in minutes]


def ids(alarms: list[Alarm]) -> list[str]:
    return [alarm.id for alarm in alarms]


@pytest.mark.parametrize(("skin_c", "temperature_c"), [(36.5, [37.5]), (37.0, [38.0]), (36.4, []), (None, [])])
def test_skin_with_the_offset_on_the_line_or_above_it_makes_a_candidate(
    skin_c: float | None, temperature_c: list[float]
) -> None:
    device = a_device(alarm_line_c=37.5, calibration_offset_c=1.0)
    found = candidates(device, [a_reading(skin_c=skin_c)], lambda: "its id")
    assert [alarm.temperature_c for alarm in found] == temperature_c
    for alarm in found:
        assert alarm == Alarm("its id", "d1", NOW, temperature_c[0], 37.5, "x1")


def test_each_candidate_has_an_id_of_its_own_and_without_a_line_there_is_none() -> None:
    readings = [a_reading("x1", skin_c=40.0), a_reading("x2", skin_c=40.0)]
    numbers = count()
    assert ids(candidates(a_device(alarm_line_c=37.5), readings, lambda: f"a{next(numbers)}")) == ["a0", "a1"]
    assert candidates(a_device(), readings, lambda: "a") == []


def test_of_those_near_in_time_the_earliest_is_raised_whatever_their_order() -> None:
    assert ids(raised(at(15, 0, 9, 10), NOTHING, QUIET)) == ["a0", "a10"]


@pytest.mark.parametrize(("minute", "is_raised"), [(10, True), (9.9, False), (0, False), (-9.9, False), (-10, True)])
def test_one_that_is_nearer_to_an_alarm_than_the_quiet_time_is_passed_over(minute: float, is_raised: bool) -> None:
    there = NearAlarms([NOW], ["another"])
    assert bool(raised(at(minute), there, QUIET)) is is_raised


def test_a_reading_has_one_alarm() -> None:
    twice = [an_alarm("a1", NOW, "x1"), an_alarm("a2", NOW + HOUR, "x1")]
    assert ids(raised(twice, NOTHING, QUIET)) == ["a1"]
    assert raised(twice, NearAlarms((), {"x1"}), timedelta()) == []


def test_without_a_quiet_time_all_readings_have_theirs() -> None:
    assert len(raised([an_alarm("a1", NOW, "x1"), an_alarm("a2", NOW, "x2")], NOTHING, timedelta())) == 2


def test_what_bears_on_alarms_reaches_a_quiet_time_beyond_them() -> None:
    assert near_time(at(30, 0, 5), QUIET) == (NOW - QUIET, NOW + 30 * MINUTE + QUIET)


@given(some.lists(some.integers(-60, 60), max_size=20), some.lists(some.integers(-60, 60), max_size=3))
def test_alarms_are_never_denser_than_the_quiet_time_and_none_is_left_out_for_nothing(
    wanted: list[int], before: list[int]
) -> None:
    there = NearAlarms([NOW + minute * MINUTE for minute in before])
    chosen = [alarm.at for alarm in raised(at(*wanted), there, QUIET)]
    assert all(later - earlier >= QUIET for earlier, later in pairwise(chosen))
    assert all(abs(moment - other) >= QUIET for moment in chosen for other in there.moments)
    for minute in wanted:
        moment = NOW + minute * MINUTE
        assert any(abs(moment - other) < QUIET for other in [*chosen, *there.moments])


@given(some.lists(some.integers(-60, 60), max_size=20))
def test_what_was_chosen_is_chosen_again(wanted: list[int]) -> None:
    chosen = raised(at(*wanted), NOTHING, QUIET)
    assert raised(chosen, NOTHING, QUIET) == chosen
