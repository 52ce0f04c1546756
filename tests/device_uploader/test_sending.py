"""Clips, snapshots and readings reach the site once, bit-equal, whatever the network and the site do."""

from __future__ import annotations

import hashlib
import random

import pytest

from device_uploader.errors import SiteBusy, Unreachable
from device_uploader.item import Item, new_id
from device_uploader.link import Link
from device_uploader.outbox import Outbox
from device_uploader.sender import FileSender
from device_uploader.sending import Road, send_by_tus
from tests.device_uploader.conftest import clip_in, moment, reading, send_all, sender, snapshot
from tests.device_uploader.fake_site import FakeSite
from tests.device_uploader.wsgi_adapter import WsgiAdapter

BLOCK = 64 * 1024


def test_a_clip_arrives_bit_equal_with_what_is_known_about_it(outbox: Outbox, road: Road, fake: FakeSite):
    data = random.Random(1).randbytes(600_000)
    item = clip_in(outbox, data)
    send_all(outbox, road)
    assert fake.files[item.id] == data
    words = fake.words[item.id]
    assert words["kind"] == "clip"
    assert words["sha256"] == hashlib.sha256(data).hexdigest()
    assert words["started_at"].startswith("2026-09-21T")
    assert float(words["duration_s"]) == 60.0
    assert outbox.waiting() == []


@pytest.mark.parametrize("blocks", range(11))
def test_cut_at_any_64_kib_boundary_it_goes_on_there(
    blocks: int, outbox: Outbox, wires: tuple[Road, WsgiAdapter], fake: FakeSite
):
    road, adapter = wires
    road.chunk_bytes = 1 << 20
    data = random.Random(2).randbytes(10 * BLOCK)
    item = clip_in(outbox, data)
    adapter.cut_bodies_at = blocks * BLOCK
    with pytest.raises(Unreachable):
        send_by_tus(road, item, outbox.data_path(item))
    begun = fake.begun.get(item.id)
    assert (len(begun) if begun is not None else len(fake.files[item.id])) == blocks * BLOCK
    send_all(outbox, road)
    assert fake.files[item.id] == data
    assert fake.came[item.id] == 1


def test_a_lost_answer_to_the_last_byte_makes_no_second_recording(
    outbox: Outbox, wires: tuple[Road, WsgiAdapter], fake: FakeSite
):
    road, adapter = wires
    item = outbox.add(snapshot(), b"a picture")
    adapter.cut_bodies_at = 9
    with pytest.raises(Unreachable):
        sender(outbox, road).step()
    assert fake.files[item.id] == b"a picture"
    assert [one.id for one in outbox.waiting()] == [item.id]
    send_all(outbox, road)
    assert fake.came[item.id] == 1
    assert outbox.waiting() == []


def test_snapshots_go_first_and_the_newest_first(outbox: Outbox, road: Road, fake: FakeSite):
    old_clip, new_clip = clip_in(outbox, b"1", moment(0)), clip_in(outbox, b"2", moment(100))
    old, new = outbox.add(snapshot(moment(10)), b"3"), outbox.add(snapshot(moment(20)), b"4")
    send_all(outbox, road)
    assert list(fake.files) == [new.id, old.id, new_clip.id, old_clip.id]


def test_a_snapshot_does_not_wait_for_a_long_clip(outbox: Outbox, road: Road, fake: FakeSite):
    clip = clip_in(outbox, bytes(4 * road.chunk_bytes), moment(0))
    files = sender(outbox, road)
    taken: list[Item] = []

    def take_a_picture_meanwhile(item: Item) -> bool:
        if not taken:
            taken.append(outbox.add(snapshot(moment(30)), b"picture"))
        return files._is_behind(item)

    road.should_yield = take_a_picture_meanwhile
    files.step()
    files.step()
    files.step()
    assert list(fake.files) == [taken[0].id, clip.id]


def test_a_clip_that_fails_always_does_not_block_the_others(outbox: Outbox, road: Road, fake: FakeSite):
    good, bad = clip_in(outbox, b"good", moment(0)), clip_in(outbox, b"bad", moment(50))
    fake.refusals[bad.id] = (500, "", "It always fails here.")
    files = sender(outbox, road)
    for _ in range(4):
        try:
            files.step()
        except SiteBusy:
            continue
    assert list(fake.files) == [good.id]
    assert [item.id for item in outbox.waiting()] == [bad.id]


def test_a_file_that_was_handed_over_is_kept_until_the_site_says_it_is_whole(
    outbox: Outbox, road: Road, fake: FakeSite, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("device_uploader.sender.ASK_AGAIN_S", 0.0)
    fake.events = True
    item = clip_in(outbox, b"clip")
    files = sender(outbox, road)
    files.step()
    assert [one.id for one in outbox.waiting()] == [item.id]
    files.step()
    assert outbox.waiting() == []


@pytest.mark.parametrize("events", [False, True], ids=["answered at once", "made by an event"])
def test_a_clip_goes_to_the_bucket_in_parts_where_the_site_offers_it(
    events: bool, outbox: Outbox, road: Road, fake: FakeSite, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("device_uploader.sender.ASK_AGAIN_S", 0.0)
    monkeypatch.setattr("device_uploader.site.LOOPBACK", ("site.test",))
    fake.direct, fake.events = True, events
    data = random.Random(3).randbytes(20 * BLOCK + 17)
    item = clip_in(outbox, data)
    send_all(outbox, road)
    assert fake.files[item.id] == data
    assert outbox.waiting() == []


def test_parts_that_are_there_are_not_sent_again(
    outbox: Outbox, wires: tuple[Road, WsgiAdapter], fake: FakeSite, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("device_uploader.site.LOOPBACK", ("site.test",))
    road, adapter = wires
    fake.direct = True
    data = random.Random(4).randbytes(3 * BLOCK)
    item = clip_in(outbox, data)
    adapter.cut_bodies_at = BLOCK  # the first part arrives whole, its answer does not
    send_all(outbox, road)
    assert fake.files[item.id] == data
    assert [path for method, path in fake.asked if method == "PUT"].count(f"/store/{item.id}/1") == 1


def test_readings_arrive_once_each_in_the_time_of_the_site(outbox: Outbox, road: Road, fake: FakeSite):
    readings = [reading(second) for second in range(2500)]
    outbox.add_readings(new_id(), readings)
    outbox.add_readings(new_id(), readings[:10])  # as after power loss between two steps
    send_all(outbox, road)
    assert set(fake.readings) == {one.id for one in readings}
    assert set(fake.came.values()) == {1}
    assert fake.readings[readings[0].id]["pixels_c"] == [20.25] * 64


def test_readings_of_a_week_go_many_batches_at_a_time(outbox: Outbox, road: Road, fake: FakeSite):
    for minute in range(200):
        outbox.add_readings(new_id(), [reading(60 * minute + second) for second in range(0, 60, 5)])
    send_all(outbox, road)
    assert len(fake.readings) == 2400
    assert [path for method, path in fake.asked if method == "POST"].count("/api/v1/devices/me/readings") == 3


def test_quiet_hours_hold_files_back(outbox: Outbox, road: Road, fake: FakeSite):
    outbox.add(snapshot(), b"picture")
    assert FileSender(outbox, road, Link(), lambda: True).step() is False
    assert fake.files == {}


def test_quiet_hours_that_begin_while_a_clip_goes_out_hold_back_the_rest_of_it(
    outbox: Outbox, road: Road, fake: FakeSite
):
    data = random.Random(3).randbytes(4 * road.chunk_bytes)
    item = clip_in(outbox, data)
    files = FileSender(outbox, road, Link(), lambda: item.id in fake.begun and len(fake.begun[item.id]) > 0)
    assert files.step() is True
    assert len(fake.begun[item.id]) == road.chunk_bytes
    assert files.step() is False
    send_all(outbox, road)
    assert fake.files[item.id] == data
