"""Devices are added, paired by a code that works once, changed, calibrated and revoked, and the audit says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from attendance.device_errors import CodeRefused, KeyRefused
from attendance.errors import InvalidInput, NotFound
from attendance.model import Alarm, DeviceState, DeviceStatus, Page
from attendance.use_cases.devices.devices import (
    add_device,
    alarms_since,
    calibrate_device,
    change_device,
    device_of_key,
    give_key,
    hear_of,
    list_devices,
    new_pairing_code,
    pair_device,
    revoke_device,
    set_alarm_threshold,
)
from attendance.use_cases.devices.readings import raise_alarms
from tests.contract.device_samples import a_status
from tests.unit.in_memory import NOW, MemoryServices, services_in_memory


@pytest.fixture
def services() -> MemoryServices:
    """Empty."""
    return services_in_memory()


def later(services: MemoryServices, wait: timedelta) -> MemoryServices:
    return replace(services, now=lambda: NOW + wait)


def actions(services: MemoryServices) -> list[str]:
    return [entry.action for entry in services.store.audit().items][::-1]


def test_a_new_device_waits_to_be_paired(services: MemoryServices) -> None:
    offered = add_device(services, name=" Camera ", room="R 101", by="admin")
    device = services.store.device(offered.device.id)
    assert (device.name, device.room, device.state) == ("Camera", "R 101", DeviceState.UNPAIRED)
    assert offered.until == NOW + timedelta(hours=1)
    assert actions(services) == ["device.added"]


def test_neither_code_nor_key_is_stored(services: MemoryServices) -> None:
    offered = add_device(services, name="Camera", room="R 101", by=None)
    stored = str(services.store.device(offered.device.id))
    assert offered.code not in stored
    assert offered.code.replace("-", "") not in stored
    paired = pair_device(services, offered.code)
    assert paired.key not in str(services.store.device(offered.device.id))
    assert len(paired.key) >= 43


def test_a_code_is_of_signs_that_are_not_taken_for_others(services: MemoryServices) -> None:
    codes = "".join(add_device(services, name="Camera", room="R", by=None).code for _ in range(60))
    assert not set(codes) & set("IO01il")
    assert set(codes) - {"-"} <= set("ABCDEFGHJKLMNPQRSTUVWXYZ23456789")


@pytest.mark.parametrize(
    "typed", [str.lower, lambda code: code.replace("-", ""), lambda code: f" {code[:6]} {code[6:]}"]
)
def test_a_code_may_be_typed_in_any_way(services: MemoryServices, typed) -> None:
    offered = add_device(services, name="Camera", room="R 101", by=None)
    paired = pair_device(services, typed(offered.code))
    assert device_of_key(services, paired.key).id == offered.device.id
    assert actions(services) == ["device.added", "device.paired"]


@pytest.mark.parametrize("code", ["", "ABCD-EFGH", "한국어", "\ud800", "x" * 1000])
def test_a_wrong_code_is_refused(services: MemoryServices, code: str) -> None:
    add_device(services, name="Camera", room="R 101", by=None)
    with pytest.raises(CodeRefused):
        pair_device(services, code)


def test_a_code_works_once_and_for_an_hour(services: MemoryServices) -> None:
    offered = add_device(services, name="Camera", room="R 101", by=None)
    with pytest.raises(CodeRefused):
        pair_device(later(services, timedelta(hours=1)), offered.code)
    pair_device(later(services, timedelta(minutes=59)), offered.code)
    with pytest.raises(CodeRefused):
        pair_device(services, offered.code)


@pytest.mark.parametrize("key", ["", "wrong", "\ud800", "키"])
def test_a_wrong_key_is_refused(services: MemoryServices, key: str) -> None:
    add_device(services, name="Camera", room="R 101", by=None)
    with pytest.raises(KeyRefused):
        device_of_key(services, key)


def test_a_revoked_key_is_refused_from_that_moment_and_the_device_stays_in_the_list(services: MemoryServices) -> None:
    paired = pair_device(services, add_device(services, name="Camera", room="R 101", by=None).code)
    revoke_device(services, paired.device.id, by="admin")
    with pytest.raises(KeyRefused):
        device_of_key(services, paired.key)
    (row,) = list_devices(services)
    assert row.device.state is DeviceState.REVOKED
    assert actions(services)[-1] == "device.revoked"


def test_a_key_that_is_given_by_hand_takes_the_place_of_the_one_before(services: MemoryServices) -> None:
    paired = pair_device(services, add_device(services, name="Camera", room="R 101", by=None).code)
    given = give_key(services, paired.device.id, by="admin")
    assert device_of_key(services, given.key).id == paired.device.id
    with pytest.raises(KeyRefused):
        device_of_key(services, paired.key)
    assert actions(services)[-1] == "device.key_given"


def test_the_key_in_use_is_good_until_the_new_code_is_used(services: MemoryServices) -> None:
    paired = pair_device(services, add_device(services, name="Camera", room="R 101", by=None).code)
    offered = new_pairing_code(services, paired.device.id, by="admin")
    assert device_of_key(services, paired.key)
    pair_device(services, offered.code)
    with pytest.raises(KeyRefused):
        device_of_key(services, paired.key)


def test_a_device_is_renamed_and_moved(services: MemoryServices) -> None:
    device = add_device(services, name="Camera", room="R 101", by=None).device
    change_device(services, device.id, name="Camera 2", room="R 2", by="admin")
    change_device(services, device.id, name="Camera 2", room="R 2", by="admin")
    kept = services.store.device(device.id)
    assert (kept.name, kept.room) == ("Camera 2", "R 2")
    assert actions(services) == ["device.added", "device.changed"]


@pytest.mark.parametrize(
    ("name", "room"), [("", "R"), ("Camera", " "), ("a\nb", "R"), ("x" * 201, "R"), ("a", "x" * 201)]
)
def test_a_device_needs_a_name_and_a_room(services: MemoryServices, name: str, room: str) -> None:
    with pytest.raises(InvalidInput):
        add_device(services, name=name, room=room, by=None)
    assert list_devices(services) == []


def test_being_heard_of_is_written_once_a_minute(services: MemoryServices) -> None:
    device = add_device(services, name="Camera", room="R 101", by=None).device
    for seconds in (0, 59):
        hear_of(later(services, timedelta(seconds=seconds)), services.store.device(device.id))
    assert services.store.device(device.id).last_seen_at == NOW
    hear_of(later(services, timedelta(seconds=60)), services.store.device(device.id))
    assert services.store.device(device.id).last_seen_at == NOW + timedelta(seconds=60)


def test_what_a_device_says_is_written_at_once(services: MemoryServices) -> None:
    device = add_device(services, name="Camera", room="R 101", by=None).device
    hear_of(services, device)
    said: DeviceStatus = a_status(at=NOW, camera="The cable is loose.")
    hear_of(later(services, timedelta(seconds=1)), services.store.device(device.id), said)
    kept = services.store.device(device.id)
    assert (kept.status, kept.last_seen_at) == (said, NOW + timedelta(seconds=1))


def test_calibrating_keeps_offset_and_day(services: MemoryServices) -> None:
    device = add_device(services, name="Camera", room="R 101", by=None).device
    calibrate_device(services, device.id, offset_c=2.25, on=date(2026, 3, 1), by="admin")
    kept = services.store.device(device.id)
    assert (kept.calibration_offset_c, kept.calibrated_on) == (2.25, date(2026, 3, 1))
    assert services.store.audit().items[0].detail == "+2.25 °C, 2026-03-01"


@pytest.mark.parametrize(
    ("offset_c", "on"),
    [(10.1, date(2026, 3, 1)), (float("nan"), date(2026, 3, 1)), (-11, date(2026, 3, 1)), (0, date(2026, 3, 4))],
)
def test_a_calibration_that_cannot_be_is_refused(services: MemoryServices, offset_c: float, on: date) -> None:
    device = add_device(services, name="Camera", room="R 101", by=None).device
    with pytest.raises(InvalidInput):
        calibrate_device(services, device.id, offset_c=offset_c, on=on, by=None)
    assert services.store.device(device.id).calibrated_on is None


def test_the_alarm_line_is_off_until_it_is_set(services: MemoryServices) -> None:
    device = add_device(services, name="Camera", room="R 101", by=None).device
    assert device.alarm_line_c is None
    assert set_alarm_threshold(services, device.id, threshold_c=37.5, by="admin").alarm_line_c == 37.5
    assert set_alarm_threshold(services, device.id, threshold_c=None, by="admin").alarm_line_c is None
    for line_c in (29.9, 45.1, float("nan")):
        with pytest.raises(InvalidInput):
            set_alarm_threshold(services, device.id, threshold_c=line_c, by=None)


def test_a_device_that_is_not_there_is_not_found(services: MemoryServices) -> None:
    for ask in (
        lambda: change_device(services, "d9", name="a", room="b", by=None),
        lambda: revoke_device(services, "d9", by=None),
        lambda: new_pairing_code(services, "d9", by=None),
        lambda: give_key(services, "d9", by=None),
        lambda: calibrate_device(services, "d9", offset_c=0, on=date(2026, 3, 1), by=None),
        lambda: set_alarm_threshold(services, "d9", threshold_c=None, by=None),
    ):
        with pytest.raises(NotFound):
            ask()
    assert actions(services) == []


def test_the_list_counts_alarms_that_nobody_has_looked_at(services: MemoryServices) -> None:
    device = add_device(services, name="Camera", room="R 101", by=None).device
    for number, at in enumerate((NOW - timedelta(days=1), NOW, NOW + timedelta(seconds=1))):
        alarm = Alarm(f"a{number}", device.id, at, 38.0, 37.5, f"x{number}")
        raise_alarms(services, device.id, [alarm], timedelta())
    services.store.see_alarm("a1", "admin", NOW)
    assert list_devices(services)[0].unseen_alarms == 2
    assert alarms_since(services, NOW) == {device.id: 2}


def test_the_list_reads_no_heap_of_alarms_to_count_them(
    services: MemoryServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = add_device(services, name="Camera", room="R 101", by=None).device
    for number in range(5):
        alarm = Alarm(f"a{number}", device.id, NOW, 38.0, 37.5, f"x{number}")
        raise_alarms(services, device.id, [alarm], timedelta())
    read, real = [], services.store.alarms

    def alarms(**asked: Any) -> Page[Alarm]:
        page = real(**asked)
        read.extend(page.items)
        return page

    monkeypatch.setattr(services.store, "alarms", alarms)
    assert list_devices(services)[0].unseen_alarms == 5
    assert read == []
