"""What the site does not take is told apart, and set aside on the device with its sentence."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from attendance.model import new_id
from attendance.services import Services
from device_uploader.errors import KeyRefused
from device_uploader.item import Item, Moment
from device_uploader.outbox import Outbox
from device_uploader.reading import Reading
from device_uploader.sending import Road
from tests.device_uploader.conftest import send_all
from tests.device_uploader.with_rollcall.conftest import a_key, a_picture, lesson_moment


def test_half_a_jpeg_is_refused_with_its_sentence_and_kept_aside(outbox: Outbox, road: Road, services: Services):
    whole = a_picture(outbox)
    half = outbox.data_path(whole).read_bytes()[:2000]
    outbox.remove(whole)
    item = outbox.add(Item(new_id(), "snapshot", lesson_moment(), 0.0, "", 0, "room.jpg"), half)
    send_all(outbox, road)
    assert (outbox.refused_folder / item.id / "refusal.json").exists()
    assert road.site.became([item.id])[0] == set()


def test_a_picture_outside_any_lesson_is_not_kept_on_either_side(outbox: Outbox, road: Road, services: Services):
    road.site.use_key(a_key(services, room="R 202"))
    item = a_picture(outbox)
    send_all(outbox, road)
    assert (outbox.refused_folder / item.id / "refusal.json").exists()
    assert not (outbox.refused_folder / item.id / "data").exists()


def test_a_file_that_is_spoilt_on_the_disk_is_found_out(outbox: Outbox, road: Road, services: Services):
    item = a_picture(outbox)
    data = outbox.data_path(item).read_bytes()
    outbox.data_path(item).write_bytes(data[:-100] + bytes(100))
    send_all(outbox, road)
    assert outbox.tally.counts()["damaged"] == 1
    assert road.site.became([item.id])[0] == set()


def test_bad_readings_are_left_out_and_the_good_ones_stay(outbox: Outbox, road: Road):
    good = [Reading(new_id(), lesson_moment(-second), (21.0,) * 64, 22.0) for second in range(20)]
    ahead = Moment(datetime.now(UTC).timestamp() + 90_000 * 30, 0, "earlier boot")
    bad = [Reading(new_id(), ahead, (21.0,) * 64, 22.0), Reading(new_id(), lesson_moment(), (1000.0,) * 64, 22.0)]
    outbox.add_readings(new_id(), [*good[:10], *bad, *good[10:]])
    send_all(outbox, road)
    assert road.site.became([one.id for one in [*good, *bad]])[0] == {one.id for one in good}
    assert outbox.tally.counts()["refused"] == 2


def test_a_wrong_key_is_refused(road: Road):
    road.site.use_key("x" * 43)
    with pytest.raises(KeyRefused):
        road.site.me()


def test_what_was_recorded_before_the_device_was_paired_is_dropped_and_counted(
    outbox: Outbox, road: Road, services: Services
):
    road.site.use_key(a_key(services, days_ago=0.5))
    old = a_picture(outbox)
    now = datetime.now(UTC).timestamp()
    moments = [Moment(now - hours * 3600, 0, "earlier boot") for hours in (60, 1, 50, 0, 40, 13.5)]
    readings = [Reading(new_id(), at, (20.25,) * 64, 21.0) for at in moments]
    outbox.add_readings(new_id(), readings)
    send_all(outbox, road)
    assert road.site.became([one.id for one in readings])[0] == {readings[1].id, readings[3].id}
    assert not (outbox.refused_folder / old.id / "data").exists()
    assert "was not paired" in (outbox.refused_folder / old.id / "refusal.json").read_text()
    assert outbox.waiting() == []
    assert outbox.tally.counts()["refused"] == 5
