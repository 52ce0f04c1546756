"""Readings are kept in full for some days, one a minute for more, and then no longer; alarms keep theirs."""

from __future__ import annotations

from datetime import timedelta

import pytest

from attendance.model import ItemRefusal
from attendance.use_cases.devices.devices import add_device
from attendance.use_cases.devices.readings import raise_alarms, thin_readings
from attendance.use_cases.upkeep import tidy
from tests.contract.device_samples import a_reading, an_alarm
from tests.unit.in_memory import NOW, MemoryServices, services_in_memory

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
MIDDLE = NOW.replace(second=0)


@pytest.fixture
def services() -> MemoryServices:
    """Three days in full, ten thinned."""
    return services_in_memory(ROLLCALL_READINGS_FULL_DAYS="3", ROLLCALL_READINGS_THINNED_DAYS="10")


def add_minute(
    services: MemoryServices, device_id: str, days: float, count: int = 3, alarmed: int | None = None
) -> None:
    """So many readings in one minute, so many days ago, the later the hotter."""
    start = MIDDLE - days * DAY
    batch = [a_reading(f"{days}-{n}", start + n * SECOND, device_id, hot_c=30.0 + n) for n in range(count)]
    alarms = [an_alarm(f"a{days}", batch[alarmed].at, batch[alarmed].id, device_id)] if alarmed is not None else []
    raise_alarms(services, device_id, alarms)
    services.store.add_readings(device_id, batch)


def left(services: MemoryServices, device_id: str) -> list[str]:
    return [reading.id for reading in services.store.readings(device_id, NOW - 1000 * DAY, NOW + DAY)]


def test_readings_are_thinned_and_removed_by_their_age(services: MemoryServices) -> None:
    device = add_device(services, name="Camera", room="R", by=None).device
    for days in (11, 9, 4, 2):
        add_minute(services, device.id, days)
    assert thin_readings(services) == 3 + 2 + 2
    assert left(services, device.id) == ["9-2", "4-2", "2-0", "2-1", "2-2"]
    assert thin_readings(services) == 0


def test_a_reading_that_an_alarm_names_stays_for_good(services: MemoryServices) -> None:
    device = add_device(services, name="Camera", room="R", by=None).device
    add_minute(services, device.id, 11, alarmed=0)
    add_minute(services, device.id, 4, alarmed=0)
    thin_readings(services)
    assert left(services, device.id) == ["11-0", "4-0", "4-2"]


def test_every_device_is_thinned_to_the_end(services: MemoryServices) -> None:
    devices = [add_device(services, name=name, room="R", by=None).device for name in "ab"]
    for device in devices:
        for minute in range(100):
            add_minute(services, device.id, 4 + minute / 1440, count=2)
    assert thin_readings(services) == 200
    assert [len(left(services, device.id)) for device in devices] == [100, 100]


def test_refusals_are_remembered_for_a_week(services: MemoryServices) -> None:
    device = add_device(services, name="Camera", room="R", by=None).device
    for name, days in (("old", 8), ("young", 6)):
        services.store.refuse_item(ItemRefusal(device.id, name, NOW - days * DAY, "no_lecture", "There is none."))
    thin_readings(services)
    assert set(services.store.refusals(device.id, ["old", "young"])) == {"young"}


def test_tidying_up_thins_readings(services: MemoryServices) -> None:
    device = add_device(services, name="Camera", room="R", by=None).device
    add_minute(services, device.id, 4)
    tidy(services)
    assert left(services, device.id) == ["4-2"]
