"""A device that is missed is told of once, until it is heard of again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest

from attendance.events import DeviceSilent, read
from attendance.handlers import Handler
from attendance.model import Device
from attendance.rules.devices import SILENT_AFTER, is_silent
from attendance.use_cases.devices.devices import add_device, hear_of, note_silence, pair_device, revoke_device
from attendance.use_cases.upkeep import sweep
from tests.contract.device_samples import a_device
from tests.unit.in_memory import NOW, MemoryServices, services_in_memory

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


@pytest.mark.parametrize(
    ("device", "is_missed"),
    [
        (a_device(key_hash="key", last_seen_at=NOW - SILENT_AFTER - SECOND), True),
        (a_device(key_hash="key", last_seen_at=NOW - SILENT_AFTER), False),
        (a_device(key_hash="key", last_seen_at=NOW - HOUR, revoked_at=NOW - HOUR), False),
        (a_device(key_hash="key"), False),
        (a_device(last_seen_at=NOW - HOUR), False),
    ],
    ids=["longer", "not longer", "revoked", "never heard of", "not paired"],
)
def test_a_paired_device_is_silent_that_said_nothing_for_longer_than_ten_minutes(
    device: Device, is_missed: bool
) -> None:
    assert is_silent(device, NOW) is is_missed


@pytest.fixture
def services(tmp_path: Path) -> MemoryServices:
    """With somebody who is to be told."""
    handler = Handler((DeviceSilent,), "nowhere:nothing")
    return replace(services_in_memory(tmp_path), handlers={"mail": handler})


@pytest.fixture
def device(services: MemoryServices) -> Device:
    """Paired, and heard of at NOW."""
    device = pair_device(services, add_device(services, name="Camera", room="R 101", by=None).code).device
    hear_of(services, device)
    return services.store.device(device.id)


def at(services: MemoryServices, wait: timedelta) -> MemoryServices:
    return replace(services, now=lambda: NOW + wait)


def told(services: MemoryServices) -> list[DeviceSilent]:
    return [cast("DeviceSilent", read(item.body)) for item in services.store.outbox("mail")]


def test_a_silence_is_told_once_with_its_beginning(services: MemoryServices, device: Device) -> None:
    note_silence(at(services, SILENT_AFTER))
    assert told(services) == []
    for wait in (SILENT_AFTER + SECOND, HOUR, 2 * HOUR):
        note_silence(at(services, wait))
    (event,) = told(services)
    assert (event.device_id, event.since, event.at) == (device.id, NOW, NOW + SILENT_AFTER + SECOND)


def test_a_silence_that_was_told_costs_the_next_sweeps_no_write(
    services: MemoryServices, device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    note_silence(at(services, HOUR))
    monkeypatch.setattr(services.store, "commit", lambda *_: pytest.fail("written again"))
    note_silence(at(services, 2 * HOUR))


def test_another_silence_is_told_anew(services: MemoryServices, device: Device) -> None:
    note_silence(at(services, HOUR))
    hear_of(at(services, 2 * HOUR), services.store.device(device.id))
    note_silence(at(services, 2 * HOUR + SILENT_AFTER))
    note_silence(at(services, 3 * HOUR))
    assert [event.since for event in told(services)] == [NOW, NOW + 2 * HOUR]


def test_nothing_is_told_of_devices_that_are_revoked_or_were_never_heard_of(
    services: MemoryServices, device: Device
) -> None:
    revoke_device(services, device.id, by=None)
    pair_device(services, add_device(services, name="New", room="R 101", by=None).code)
    note_silence(at(services, HOUR))
    assert told(services) == []


def test_of_two_processes_that_notice_it_at_once_one_tells(
    services: MemoryServices, device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_by_both = services.store.devices()
    monkeypatch.setattr(services.store, "devices", lambda: read_by_both)
    note_silence(at(services, HOUR))
    note_silence(at(services, HOUR))
    assert len(told(services)) == 1


def test_a_device_that_comes_back_while_it_is_missed_is_not_told_of(
    services: MemoryServices, device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_before = services.store.devices()
    hear_of(at(services, HOUR), device)
    monkeypatch.setattr(services.store, "devices", lambda: read_before)
    note_silence(at(services, HOUR))
    assert told(services) == []


def test_the_sweep_notices_silences_and_hands_them_on(services: MemoryServices, device: Device) -> None:
    sweep(at(services, HOUR))
    (item,) = services.store.outbox("mail")
    assert item.subject == f"device {device.id}"
    assert item.attempts == 1
