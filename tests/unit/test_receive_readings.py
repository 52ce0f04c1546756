"""Readings are taken all or nothing and once; skin from the line on makes an alarm, and one alarm a while."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from attendance.changes import MOST_ALARMS, AddAlarms
from attendance.device_errors import BadReading
from attendance.errors import RollcallError, TooLarge
from attendance.events import AlarmRaised, Event, read
from attendance.handlers import Handler
from attendance.model import Device, NearAlarms, OutboxItem, new_id
from attendance.rules.alarms import QUIET
from attendance.use_cases.devices.devices import add_device, calibrate_device, set_alarm_threshold
from attendance.use_cases.devices.readings import Received, SentReading, receive_readings
from tests.unit.in_memory import NOW, MemoryServices, services_in_memory
from tests.website.device_sending import COOL, WARM

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


@pytest.fixture
def services() -> MemoryServices:
    """Empty."""
    return services_in_memory()


@pytest.fixture
def device(services: MemoryServices) -> Device:
    """One that makes no alarms."""
    return add_device(services, name="Camera", room="R 101", by=None).device


def a_sent(at: datetime = NOW, pixels_c=COOL, **more: object) -> SentReading:
    return replace(SentReading(new_id(), at, pixels_c, 24.0625), **more)


def alarming(services: MemoryServices, device: Device, line_c: float = 35.0) -> Device:
    return set_alarm_threshold(services, device.id, threshold_c=line_c, by=None)


def alarms(services: MemoryServices):
    return services.store.alarms().items


def test_readings_are_stored_with_an_estimate_of_skin(services: MemoryServices, device: Device) -> None:
    cool, warm = a_sent(), a_sent(NOW + SECOND, WARM)
    assert receive_readings(services, device, [cool, warm]) == Received(2, 0)
    kept = services.store.reading(device.id, cool.id)
    assert (kept.pixels_c, kept.thermistor_c, kept.skin_c) == (tuple(COOL), 24.0625, None)
    assert services.store.reading(device.id, warm.id).skin_c == 35.0


def test_the_same_batch_again_is_known(services: MemoryServices, device: Device) -> None:
    batch = [a_sent(), a_sent()]
    receive_readings(services, device, batch)
    assert receive_readings(services, device, [*batch, a_sent()]) == Received(1, 2)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"pixels_c": [21.5] * 81}, "81 temperatures"),
        ({"pixels_c": []}, "0 temperatures"),
        ({"pixels_c": [*COOL[:-1], math.nan]}, "no number"),
        ({"pixels_c": [*COOL[:-1], math.inf]}, "no number"),
        ({"pixels_c": [*COOL[:-1], 1000.0]}, "1000 °C"),
        ({"pixels_c": [*COOL[:-1], -20.25]}, "-20.25 °C"),
        ({"thermistor_c": math.nan}, "no number"),
        ({"thermistor_c": 101.0}, "101 °C"),
        ({"at": datetime(1970, 1, 1, tzinfo=UTC)}, "1970"),
        ({"at": datetime(2099, 1, 1, tzinfo=UTC)}, "2099"),
        ({"id": "x"}, "32 hexadecimal digits"),
        ({"id": "A" * 32}, "32 hexadecimal digits"),
        ({"id": "0" * 33}, "32 hexadecimal digits"),
    ],
)
def test_one_wrong_reading_refuses_the_batch_and_nothing_is_stored(
    services: MemoryServices, device: Device, wrong: dict[str, object], sentence: str
) -> None:
    with pytest.raises(BadReading, match=f"Reading 2 .*{sentence}"):
        receive_readings(services, device, [a_sent(), a_sent(**wrong), a_sent()])
    assert services.store.latest_reading(device.id) is None


@pytest.mark.parametrize("count", [0, 1001, 10_000])
def test_a_batch_of_none_or_too_many_is_refused(services: MemoryServices, device: Device, count: int) -> None:
    with pytest.raises(RollcallError) as refused:
        receive_readings(services, device, [a_sent()] * count)
    assert isinstance(refused.value, TooLarge if count else BadReading)
    assert services.store.latest_reading(device.id) is None


def test_the_edges_of_what_a_sensor_measures_are_taken(services: MemoryServices, device: Device) -> None:
    edges = [*COOL[:-2], -20.0, 100.0]
    batch = [a_sent(pixels_c=edges), a_sent(NOW - timedelta(days=30)), a_sent(NOW + timedelta(days=1))]
    assert receive_readings(services, device, batch).stored == 3


def test_no_alarm_is_made_where_none_is_wanted(services: MemoryServices, device: Device) -> None:
    receive_readings(services, device, [a_sent(pixels_c=WARM)])
    assert alarms(services) == []


def test_skin_on_the_line_makes_an_alarm_with_its_reading(services: MemoryServices, device: Device) -> None:
    warm = a_sent(pixels_c=WARM)
    receive_readings(services, alarming(services, device), [warm])
    (alarm,) = alarms(services)
    assert (alarm.temperature_c, alarm.line_c, alarm.reading_id, alarm.at) == (35.0, 35.0, warm.id, NOW)


def test_skin_below_the_line_makes_none(services: MemoryServices, device: Device) -> None:
    receive_readings(services, alarming(services, device, 35.1), [a_sent(pixels_c=WARM)])
    assert alarms(services) == []


def test_the_offset_counts_before_the_line(services: MemoryServices, device: Device) -> None:
    alarming(services, device, 37.5)
    offset = calibrate_device(services, device.id, offset_c=2.5, on=NOW.date(), by=None)
    receive_readings(services, offset, [a_sent(pixels_c=WARM)])
    assert alarms(services)[0].temperature_c == 37.5
    assert services.store.latest_reading(device.id).skin_c == 35.0


def test_something_hot_that_is_no_skin_makes_no_alarm(services: MemoryServices, device: Device) -> None:
    receive_readings(services, alarming(services, device), [a_sent(pixels_c=[*COOL[:-4], 90.0, 90.0, 90.0, 90.0])])
    assert alarms(services) == []


def test_somebody_who_stays_makes_one_alarm_a_while(services: MemoryServices, device: Device) -> None:
    device = alarming(services, device)
    for second in range(0, 1200, 60):
        receive_readings(services, device, [a_sent(NOW + second * SECOND, WARM)])
    assert [alarm.at for alarm in alarms(services)] == [NOW + QUIET, NOW]


def test_batches_that_arrive_in_any_order_make_the_alarms_no_denser(services: MemoryServices, device: Device) -> None:
    device = alarming(services, device)
    for minute in (30, 0, 25, 5, 12):
        receive_readings(services, device, [a_sent(NOW + minute * 60 * SECOND, WARM)])
    times = [alarm.at for alarm in alarms(services)]
    assert all(later - earlier >= QUIET for later, earlier in pairwise(times))
    assert len(times) == 3


def test_a_batch_that_is_sent_again_makes_no_second_alarm(services: MemoryServices, device: Device) -> None:
    device, batch = alarming(services, device), [a_sent(pixels_c=WARM)]
    receive_readings(services, device, batch)
    receive_readings(services, device, batch)
    assert len(alarms(services)) == 1


@pytest.fixture
def told(services: MemoryServices) -> MemoryServices:
    """With two handlers of alarms."""
    handler = Handler((AlarmRaised,), "nowhere:nothing")
    return replace(services, handlers={"mail": handler, "slack": handler})


def events(services: MemoryServices, handler: str = "mail") -> list[Event]:
    return [read(item.body) for item in services.store.outbox(handler)]


def test_each_alarm_that_is_raised_is_told_to_each_handler(told: MemoryServices, device: Device) -> None:
    device = alarming(told, device)
    receive_readings(told, device, [a_sent(NOW + minute * MINUTE, WARM) for minute in (0, 5, 10)])
    for handler in ("mail", "slack"):
        (first, second) = events(told, handler)
        assert {first.alarm_id, second.alarm_id} == {alarm.id for alarm in alarms(told)}
        assert (first.device_id, first.at) == (device.id, NOW)


def test_a_backlog_with_many_alarms_is_committed_in_parts_and_tells_of_all_of_them(
    told: MemoryServices, device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    device, batch = alarming(told, device), [a_sent(NOW - n * QUIET, WARM) for n in range(MOST_ALARMS * 2 + 1)]
    parts, real = [], told.store.commit

    def commit(change: AddAlarms, *events: OutboxItem) -> None:
        parts.append((len(change.alarms), len(events)))
        real(change, *events)

    monkeypatch.setattr(told.store, "commit", commit)
    receive_readings(told, device, batch)
    assert parts == [(MOST_ALARMS, 2 * MOST_ALARMS)] * 2 + [(1, 2)]
    receive_readings(told, device, batch)
    assert [event.alarm_id for event in events(told)] == [alarm.id for alarm in reversed(alarms(told))]
    assert len(events(told)) == MOST_ALARMS * 2 + 1


def test_a_batch_that_broke_off_after_its_alarms_is_completed_without_new_ones(
    told: MemoryServices, device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    device, batch = alarming(told, device), [a_sent(pixels_c=WARM)]
    with monkeypatch.context() as killed:
        killed.setattr(told.store, "add_readings", lambda *_: pytest.fail("killed"))
        with pytest.raises(pytest.fail.Exception):
            receive_readings(told, device, batch)
    assert (len(alarms(told)), told.store.latest_reading(device.id)) == (1, None)
    assert receive_readings(told, device, batch) == Received(1, 0)
    assert (len(alarms(told)), len(events(told))) == (1, 1)


def test_an_alarm_that_another_batch_raised_meanwhile_is_heeded(
    told: MemoryServices, device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    device, real = alarming(told, device), told.store.near_alarms
    others = [[a_sent(NOW, WARM)]]

    def read_too_early(*asked: Any) -> NearAlarms:
        there = real(*asked)
        if others:
            receive_readings(told, device, others.pop())
        return there

    monkeypatch.setattr(told.store, "near_alarms", read_too_early)
    receive_readings(told, device, [a_sent(NOW + MINUTE, WARM), a_sent(NOW + 20 * MINUTE, WARM)])
    assert [alarm.at for alarm in alarms(told)] == [NOW + 20 * MINUTE, NOW]
    assert len(events(told)) == 2
