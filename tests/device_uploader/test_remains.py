"""What a disk has spoilt costs only what cannot be read of it, counted in readings, clips and snapshots."""

from __future__ import annotations

import errno
import os
from contextlib import closing
from pathlib import Path

import pytest

from device_uploader.bounds import Bounds, make_room
from device_uploader.clock import Clock, SiteTime
from device_uploader.item import new_id
from device_uploader.link import Link
from device_uploader.outbox import Outbox
from device_uploader.recovery import Recovery
from device_uploader.sender import ReadingSender
from device_uploader.sending import Road
from device_uploader.status import Status
from tests.device_uploader.conftest import clip_in, moment, reading, send_all, snapshot
from tests.device_uploader.fake_site import FakeSite
from tests.device_uploader.test_clips import film, frames_in


def opened(folder: Path) -> Outbox:
    box = Outbox(folder)
    box.open()
    return box


def damage(box: Outbox) -> tuple[int, int, int]:
    """Readings, clips, snapshots."""
    counts = box.tally.counts()
    return counts["damaged_readings"], counts["damaged_clips"], counts["damaged_snapshots"]


@pytest.mark.parametrize("words", [b'{"id": "12', b"", bytes(300)])
def test_readings_whose_words_are_spoilt_are_sent_by_their_lines(tmp_path: Path, words: bytes):
    readings = [reading(second) for second in range(300)]
    with closing(opened(tmp_path)) as box:
        item = box.add_readings(new_id(), readings)
        (box.items_folder / item.id / "item.json").write_bytes(words)
    with closing(opened(tmp_path)) as after:
        (saved,) = after.waiting()
        assert after.readings_of(saved) == readings
        assert damage(after) == (0, 0, 0)
    with closing(opened(tmp_path)) as again:
        assert [one.id for one in again.waiting()] == [saved.id]


def test_each_spoilt_reading_is_counted_and_the_others_are_sent(tmp_path: Path):
    with closing(opened(tmp_path)) as box:
        item = box.add_readings(new_id(), [reading(second) for second in range(300)])
        data = bytearray(box.data_path(item).read_bytes())
        data[2000:6000] = bytes(4000)
        box.data_path(item).write_bytes(data)
        words = box.items_folder / item.id / "item.json"
        words.write_bytes(words.read_bytes()[:-1])
    with closing(opened(tmp_path)) as after:
        (saved,) = after.waiting()
        assert 280 < saved.readings < 300
        assert damage(after) == (300 - saved.readings, 0, 0)


def test_readings_whose_bytes_are_gone_are_counted_one_by_one(tmp_path: Path):
    with closing(opened(tmp_path)) as box:
        item = box.add_readings(new_id(), [reading(second) for second in range(300)])
        box.data_path(item).unlink()
    with closing(opened(tmp_path)) as after:
        assert after.waiting() == []
        assert damage(after) == (300, 0, 0)
        assert after.tally.counts()["damaged"] == 300


def test_a_block_that_the_disk_does_not_give_costs_its_own_readings_only(
    outbox: Outbox, road: Road, fake: FakeSite, monkeypatch: pytest.MonkeyPatch
):
    readings = [reading(second) for second in range(100)]
    outbox.add_readings(new_id(), readings)
    whole = os.pread

    def spoilt(handle: int, length: int, place: int) -> bytes:
        if place == 8192:
            raise OSError(errno.EIO, "Input/output error")
        return whole(handle, length, place)

    monkeypatch.setattr(os, "pread", spoilt)
    ReadingSender(outbox, road, Link()).step()
    assert 80 < len(fake.readings) < 100
    assert damage(outbox) == (100 - len(fake.readings), 0, 0)


def test_a_clip_whose_words_are_spoilt_is_brought_back_by_its_beginning(tmp_path: Path):
    with closing(opened(tmp_path)) as box:
        name = new_id()
        length_s = film(box.begin_clip(name, moment(7), "room.mp4"), 20)
        box.finish_clip(name, length_s)
        (box.items_folder / name / "item.json").write_bytes(b"{")
    with closing(opened(tmp_path)) as after:
        assert after.waiting() == []
        Recovery(after).look()
        (item,) = after.waiting()
        assert (item.id, item.started) == (name, moment(7))
        assert len(frames_in(after.data_path(item))) == 20
        assert damage(after) == (0, 0, 0)


def test_a_picture_and_a_clip_of_which_nothing_is_known_are_told_apart(tmp_path: Path):
    (tmp_path / "door.mp4").write_bytes(b"\0\0\0\x20ftypisom")
    with closing(opened(tmp_path)) as box:
        picture = box.add(snapshot(), b"\xff\xd8\xff\xe0 a picture")
        clip = box.add_copy(snapshot(), tmp_path / "door.mp4")
        for item in (picture, clip):
            (box.items_folder / item.id / "item.json").write_bytes(bytes(100))
    with closing(opened(tmp_path)) as after:
        assert damage(after) == (0, 1, 1)
        assert list(after.items_folder.iterdir()) == []


def test_thinning_tells_what_was_let_go_from_what_the_disk_has_spoilt(outbox: Outbox):
    for hour in range(2):
        outbox.add_readings(new_id(), [reading(3600 * hour + second) for second in range(10)])
    old = outbox.data_path(outbox.waiting()[0])
    old.write_bytes(old.read_bytes()[:-100])
    make_room(outbox, Bounds(sum(item.size for item in outbox.waiting()) - 1000, 1.0, 0))
    assert outbox.tally.counts()["dropped_readings"] == 4
    assert damage(outbox) == (1, 0, 0)


def test_what_this_disk_has_spoilt_is_not_counted_as_refused_by_the_site(outbox: Outbox, road: Road):
    clip = clip_in(outbox, b"the right bytes")
    outbox.data_path(clip).write_bytes(b"the wrong bytes")
    picture = outbox.add(snapshot(), b"picture")
    outbox.data_path(picture).write_bytes(b"pictur")
    send_all(outbox, road)
    assert damage(outbox) == (0, 1, 1)
    assert outbox.tally.counts()["refused"] == 0


def test_the_site_hears_of_damage_in_readings_clips_and_snapshots_and_of_cut_clips(outbox: Outbox):
    for name, count in {"damaged_readings": 300, "damaged_clips": 2, "damaged_snapshots": 1, "cut_clips": 4}.items():
        outbox.tally.add(name, count)
    status = Status(outbox, SiteTime(None, Clock(), outbox.disk), Link(), has_camera=True, has_sensor=True)
    spool = status.heartbeat()["spool"]
    assert spool["damaged"] == {"readings": 300, "clips": 2, "snapshots": 1}
    assert spool["cut_clips"] == 4


def test_damage_that_was_counted_before_it_was_told_apart_is_not_forgotten(tmp_path: Path):
    (tmp_path / "counts.json").write_text('{"damaged": 3}')
    with closing(opened(tmp_path)) as box:
        box.tally.add("damaged_readings", 2)
        assert box.tally.counts()["damaged"] == 5
