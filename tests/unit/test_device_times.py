"""A device writes no history: nothing from before its pairing, from a revocation, or beyond what an outbox holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from attendance.device_errors import TooOld
from attendance.model import Device, Sender, new_id
from attendance.rules.devices import CLOCK_TOLERANCE
from attendance.use_cases.courses.timetable import add_slot
from attendance.use_cases.devices.devices import (
    add_device,
    give_key,
    hear_of,
    new_pairing_code,
    pair_device,
    revoke_device,
)
from attendance.use_cases.devices.items import items_of_device
from attendance.use_cases.devices.readings import SentReading, receive_readings
from attendance.use_cases.recordings.uploads import begin_item
from tests.contract.device_samples import a_status
from tests.unit.device_items import an_item
from tests.unit.in_memory import NOW, MemoryServices, a_course, services_in_memory
from tests.website.device_sending import COOL, SNAPSHOT

DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
Send = Callable[[MemoryServices, Device, datetime], object]


def clip(services: MemoryServices, device: Device, at: datetime) -> object:
    return begin_item(services, device, an_item(started_at=at))


def snapshot(services: MemoryServices, device: Device, at: datetime) -> object:
    return begin_item(services, device, an_item(SNAPSHOT, started_at=at))


def reading(services: MemoryServices, device: Device, at: datetime) -> object:
    return receive_readings(services, device, [SentReading(new_id(), at, COOL, 24.0)])


def heartbeat(services: MemoryServices, device: Device, at: datetime) -> object:
    return hear_of(services, device, a_status(at=at))


SENDS = (clip, snapshot, reading, heartbeat)


@pytest.fixture
def services() -> MemoryServices:
    """A room that has lessons at all times."""
    made = services_in_memory()
    course = a_course(made)
    for weekday in range(7):
        for starts, ends in (("00:00", "12:00"), ("12:00", "23:59")):
            add_slot(made, course_id=course.id, room="R", weekday=weekday, starts=starts, ends=ends, by=None)
    return made


def at_time(services: MemoryServices, moment: datetime) -> MemoryServices:
    return replace(services, now=lambda: moment)


def paired(services: MemoryServices, at: datetime) -> Device:
    then = at_time(services, at)
    return pair_device(then, add_device(then, name="Camera", room="R", by=None).code).device


def paired_again(services: MemoryServices, device: Device, at: datetime) -> Device:
    then = at_time(services, at)
    return pair_device(then, new_pairing_code(then, device.id, by=None).code).device


def revoked(services: MemoryServices, device: Device, at: datetime) -> None:
    revoke_device(at_time(services, at), device.id, by=None)


@pytest.mark.parametrize("send", SENDS)
def test_a_device_that_was_paired_today_sends_nothing_of_yesterday(services: MemoryServices, send: Send) -> None:
    device = paired(services, NOW - HOUR)
    send(services, device, NOW - HOUR)
    send(services, device, NOW - HOUR - CLOCK_TOLERANCE)
    for at in (NOW - HOUR - CLOCK_TOLERANCE - SECOND, NOW - DAY, NOW - 200 * DAY):
        with pytest.raises(TooOld, match=r"was not paired|older than 30 days"):
            send(services, device, at)


@pytest.mark.parametrize("send", SENDS)
def test_a_device_that_was_paired_long_ago_sends_what_an_outbox_holds(services: MemoryServices, send: Send) -> None:
    device = paired(services, NOW - 365 * DAY)
    send(services, device, NOW - 8 * DAY)
    send(services, device, NOW - 30 * DAY)
    for at in (NOW - 30 * DAY - CLOCK_TOLERANCE - SECOND, NOW - 200 * DAY):
        with pytest.raises(TooOld, match="older than 30 days"):
            send(services, device, at)


def test_the_bound_is_a_setting(services: MemoryServices) -> None:
    device = paired(services, NOW - 365 * DAY)
    longer = replace(services, settings=replace(services.settings, device_outbox_days=300))
    snapshot(longer, device, NOW - 200 * DAY)
    with pytest.raises(TooOld, match="older than 300 days"):
        snapshot(longer, device, NOW - 301 * DAY)


@pytest.mark.parametrize("send", SENDS)
def test_pairing_again_keeps_what_was_recorded_under_the_key_before(services: MemoryServices, send: Send) -> None:
    device = paired(services, NOW - 10 * DAY)
    again = paired_again(services, device, NOW - HOUR)
    send(services, again, NOW - 9 * DAY)
    by_hand = give_key(services, device.id, by=None).device
    send(services, by_hand, NOW - 9 * DAY)
    with pytest.raises(TooOld):
        send(services, by_hand, NOW - 11 * DAY)


@pytest.mark.parametrize("send", SENDS)
def test_what_was_recorded_while_the_key_was_revoked_is_refused(services: MemoryServices, send: Send) -> None:
    device = paired(services, NOW - 20 * DAY)
    for back in (15, 10):
        revoked(services, device, NOW - back * DAY)
        revoked(services, device, NOW - (back - 1) * DAY)  # twice: the first one counts
        device = paired_again(services, device, NOW - (back - 2) * DAY)
    for days in (19, 16, 12, 11, 7, 1):
        send(services, device, NOW - days * DAY)
    for days in (21, 14.5, 14, 13.5, 9.5, 9, 8.5):
        with pytest.raises(TooOld, match="not paired"):
            send(services, device, NOW - days * DAY)


def test_a_batch_says_which_of_its_readings_are_too_old_and_keeps_none(services: MemoryServices) -> None:
    device = paired(services, NOW - HOUR)
    batch = [SentReading(new_id(), NOW - hours * HOUR, COOL, 24.0) for hours in (0, 30, 1, 60)]
    with pytest.raises(TooOld) as refused:
        receive_readings(services, device, batch)
    assert refused.value.ids == [batch[1].id, batch[3].id]
    assert services.store.latest_reading(device.id) is None


def test_a_clip_that_is_too_old_is_remembered_as_refused_and_takes_no_place(services: MemoryServices) -> None:
    device = paired(services, NOW)
    item = an_item(started_at=NOW - DAY)
    with pytest.raises(TooOld):
        begin_item(services, device, item)
    assert list(items_of_device(services, device, [item.id]).refused) == [item.id]
    assert services.uploads.of_sender(Sender(device_id=device.id)) == []


def test_an_upload_that_was_begun_goes_on_when_its_time_has_run_out(services: MemoryServices) -> None:
    device = paired(services, NOW - 365 * DAY)
    item = an_item(started_at=NOW - 30 * DAY)
    begin_item(services, device, item)
    assert begin_item(at_time(services, NOW + 2 * DAY), device, item).id == item.id
