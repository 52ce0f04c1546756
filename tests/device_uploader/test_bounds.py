"""What has to go when the outbox is full, in which order, and never silently."""

from __future__ import annotations

import os

import pytest

from device_uploader.bounds import Bounds, forget_old_refusals, make_room
from device_uploader.item import new_id
from device_uploader.outbox import Outbox
from device_uploader.reading import Reading
from tests.device_uploader.conftest import clip_in, moment, snapshot


def reading(second: float) -> Reading:
    return Reading(new_id(), moment(second), tuple(20 + 0.25 * i for i in range(64)), 21.0625)


def test_a_full_outbox_thins_old_readings_then_drops_old_clips_and_counts_both(outbox: Outbox):
    for hour in range(4):
        outbox.add_readings(new_id(), [reading(3600 * hour + second) for second in range(64)])
        clip_in(outbox, bytes(100_000), moment(3600 * hour))
        outbox.add(snapshot(moment(3600 * hour)), bytes(5_000))
    make_room(outbox, Bounds(250_000, 1.0, 0))
    left = outbox.waiting()
    assert sum(item.size for item in left) <= 250_000
    assert [item.started.wall_s for item in left if item.kind == "clip"] == [moment(10800).wall_s]
    assert [item.readings for item in left if item.kind == "readings"] == [16, 16, 16, 64]
    assert len([item for item in left if item.kind == "snapshot"]) == 4
    counts = outbox.tally.counts()
    assert (counts["dropped_clips"], counts["dropped_readings"], counts["dropped_snapshots"]) == (3, 144, 0)


def test_the_newest_of_each_kind_is_never_dropped(outbox: Outbox):
    for hour in range(3):
        outbox.add_readings(new_id(), [reading(3600 * hour + second) for second in range(8)])
        clip_in(outbox, bytes(1000), moment(3600 * hour))
        outbox.add(snapshot(moment(3600 * hour)), bytes(1000))
    make_room(outbox, Bounds(1, 1.0, 0))
    left = outbox.waiting()
    assert sorted(item.kind for item in left) == ["clip", "readings", "snapshot"]
    assert {item.started.wall_s for item in left} == {moment(7200).wall_s}


def test_what_is_being_sent_is_not_dropped(outbox: Outbox):
    clips = [clip_in(outbox, bytes(1000), moment(hour)) for hour in range(3)]
    with outbox.holding(clips[0]) as here:
        assert here
        make_room(outbox, Bounds(1, 1.0, 0))
    assert [item.id for item in outbox.waiting()] == [clips[0].id, clips[2].id]


def test_a_share_of_the_disk_bounds_it_too(outbox: Outbox, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(outbox.disk, "total_bytes", lambda path: 4000)
    for hour in range(3):
        clip_in(outbox, bytes(1000), moment(hour))
    make_room(outbox, Bounds(10**9, 0.5, 0))
    assert len(outbox.waiting()) == 2


def test_refusals_are_not_kept_for_ever(outbox: Outbox):
    for number in range(5):
        outbox.refuse(outbox.add(snapshot(moment(number)), b"x"), "No.")
    forget_old_refusals(outbox, most=3)
    assert len(list(outbox.refused_folder.iterdir())) == 3


def test_refusals_take_no_more_room_than_they_are_given(outbox: Outbox):
    for number in range(4):
        outbox.refuse(outbox.add(snapshot(moment(number)), bytes(1000)), "No.")
        os.utime(outbox.refused_folder / outbox_ids(outbox)[-1], (number, number))
    forget_old_refusals(outbox, most_bytes=3500)
    assert len(outbox_ids(outbox)) == 2


def outbox_ids(outbox: Outbox) -> list[str]:
    """Of what was refused, the oldest first."""
    folders = sorted(outbox.refused_folder.iterdir(), key=lambda folder: folder.stat().st_mtime)
    return [folder.name for folder in folders]
