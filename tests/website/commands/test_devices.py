"""The commands for devices do what the pages do: a key for a machine without hands, and a room's timetable."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from attendance.model import Course, DeviceState
from attendance.services import Services
from attendance.use_cases.courses.timetable import timetable_of_room
from attendance.use_cases.devices.devices import device_of_key, pair_device
from tests.website.commands.commanding import Flask, refused

MEETS = ("devices", "meets", "R 101", "--course", "CS101", "--on", "tuesday")


def test_a_device_is_added_and_its_code_pairs_it(flask: Flask, services: Services):
    result = flask("devices", "add", "Camera", "--room", "R 101")
    paired = pair_device(services, result.stdout.strip())
    assert (paired.device.name, paired.device.room) == ("Camera", "R 101")


def test_a_key_is_printed_alone_for_scripts(flask: Flask, services: Services):
    result = flask("devices", "add", "Camera", "--room", "R 101", "--key")
    assert device_of_key(services, result.stdout.strip()).name == "Camera"


def test_several_devices_of_a_room_are_added_at_once(flask: Flask, services: Services):
    result = flask("devices", "add", "Front", "Door", "--room", "R 101", "--key")
    assert [device_of_key(services, key).name for key in result.stdout.split()] == ["Front", "Door"]


def test_a_new_code_is_given(flask: Flask, services: Services):
    flask("devices", "add", "Camera", "--room", "R 101")
    (device,) = services.store.devices()
    code = flask("devices", "code", device.id).stdout.strip()
    assert pair_device(services, code).device.id == device.id
    assert refused(flask("devices", "code", "d9")) == "There is no such device."


def test_a_device_is_removed_where_somebody_says_yes(flask: Flask, services: Services):
    flask("devices", "add", "Camera", "--room", "R 101")
    (device,) = services.store.devices()
    asked = flask("devices", "remove", device.id)
    assert asked.exit_code == 2
    assert "Camera in R 101" in asked.stderr
    assert services.store.devices() == [device]
    assert flask("devices", "remove", device.id, "--yes").stdout == "The device is removed.\n"
    assert services.store.devices() == []


def test_a_device_is_revoked_and_stays_in_the_list(flask: Flask, services: Services):
    flask("devices", "add", "Camera", "--room", "R 101")
    (device,) = services.store.devices()
    assert flask("devices", "revoke", device.id).stdout == "The device is revoked.\n"
    assert services.store.device(device.id).state is DeviceState.REVOKED
    listed = flask("devices", "list").stdout.splitlines()
    assert listed[0].split()[:4] == ["id", "name", "room", "state"]
    assert listed[2].split() == [device.id, "Camera", "R", "101", "revoked", "never"]


def test_a_room_gets_a_timetable(flask: Flask, services: Services, course: Course):
    result = flask(*MEETS, "--from", "09:00", "--to", "10:30")
    (row,) = timetable_of_room(services, "R 101")
    assert (row.slot.weekday, row.slot.starts, row.slot.ends, row.course.id) == (1, "09:00", "10:30", course.id)
    assert result.stdout.splitlines()[2].split() == ["tuesday", "09:00", "10:30", "CS101", "(1)"]
    assert flask("devices", "meets", "R 101").stdout == result.stdout


def test_a_room_gets_a_line_for_today_as_the_course_has_it(
    flask: Flask, services: Services, course: Course, monkeypatch: pytest.MonkeyPatch
):
    late = replace(services, now=lambda: datetime(2026, 3, 2, 20, 0, tzinfo=UTC))  # Tuesday in Seoul
    monkeypatch.setattr(sys.modules["website.commands.devices"], "current_services", lambda: late)
    flask(*MEETS[:-1], "today", "--from", "00:00", "--to", "23:59")
    (row,) = timetable_of_room(services, "R 101")
    assert (row.slot.weekday, row.slot.starts, row.slot.ends) == (1, "00:00", "23:59")


def test_a_line_that_is_half_said_is_refused(flask: Flask, services: Services, course: Course):
    assert refused(flask(*MEETS)) == "Say --on, --from and --to as well."
    assert refused(flask(*MEETS, "--from", "9:00", "--to", "10:30")) == "Give the time of day, such as 09:00."
    assert timetable_of_room(services, "R 101") == []
