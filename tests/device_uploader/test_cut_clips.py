"""A clip that a full disk has cut is in the bounds at once, comes back without a restart, or is counted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from device_uploader.bounds import Bounds, make_room
from device_uploader.errors import DiskFull
from device_uploader.filming import Clips
from device_uploader.item import new_id
from device_uploader.outbox import Outbox
from device_uploader.reading_log import ReadingLog
from device_uploader.recovery import Recovery
from tests.device_uploader.conftest import clip_in, moment, reading
from tests.device_uploader.small_disk import fill, mounted
from tests.device_uploader.test_clips import film, frames_in
from tests.device_uploader.test_filming import settings

NO_BOUND = Bounds(10**9, 1.0, 0)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with mounted(tmp_path / "disk", 8) as folder:
        yield folder


@pytest.fixture
def box(disk: Path) -> Iterator[Outbox]:
    box = Outbox(disk / "outbox")
    box.open()
    yield box
    box.close()


def film_until_it_is_full(box: Outbox, disk: Path) -> Path:
    """Somebody else fills the disk while a clip is filmed; what fills it."""
    clips, noise = Clips(box, settings(CLIPS_MINUTES="60"), NO_BOUND), np.random.default_rng(1)

    def see(number: int) -> None:
        clips.see(noise.integers(0, 255, (240, 320, 3), np.uint8), moment(number / 5), True)

    for number in range(40):
        see(number)
    theirs = fill(disk)
    with pytest.raises(DiskFull, match="could not be written"):
        for number in range(40, 400):
            see(number)
    return theirs


def test_a_clip_cut_by_a_full_disk_counts_in_the_bounds_and_comes_back_when_there_is_room(box: Outbox, disk: Path):
    theirs = film_until_it_is_full(box, disk)
    (cut,) = box.cut_items()
    assert cut.size == (box.making / cut.id / "data").stat().st_size > 100_000
    theirs.unlink()
    Recovery(box).look()
    (item,) = box.waiting()
    assert item.id == cut.id
    assert item.duration_s > 4
    assert len(frames_in(box.data_path(item))) == round(item.duration_s * 5) + 1
    assert (box.cut_items(), list(box.making.iterdir())) == ([], [])
    counts = box.tally.counts()
    assert (counts["recovered_clips"], counts["cut_clips"]) == (1, 0)


def test_a_cut_clip_is_let_go_on_a_full_disk_and_counted_once_there_is_room_for_the_count(box: Outbox, disk: Path):
    clip_in(box, b"the newest", moment(10_000))
    film_until_it_is_full(box, disk)
    make_room(box, Bounds(1000, 1.0, 0))
    assert (box.cut_items(), list(box.making.iterdir())) == ([], [])
    assert [item.size for item in box.waiting()] == [len(b"the newest")]
    assert box.tally.counts()["cut_clips"] == 1
    assert json.loads((box.folder / "counts.json").read_bytes())["cut_clips"] == 1


def test_a_clip_that_is_given_up_on_a_full_disk_is_counted_once(box: Outbox, disk: Path):
    box.begin_clip("a" * 32, moment(), "room.mp4").write_bytes(b"nothing of use")
    fill(disk)
    box.give_up_clip("a" * 32)
    assert (box.tally.counts()["cut_clips"], list(box.making.iterdir())) == (1, [])
    assert json.loads((box.folder / "counts.json").read_bytes())["cut_clips"] == 1


def test_a_count_that_cannot_be_written_is_not_counted_twice(box: Outbox, disk: Path):
    theirs = fill(disk)
    with pytest.raises(OSError, match="No space"):
        box.tally.add("refused")
    assert box.tally.counts()["refused"] == 0
    theirs.unlink()
    box.tally.add("refused")
    assert box.tally.counts()["refused"] == 1


def test_on_a_full_disk_clips_go_where_there_is_no_room_to_thin_readings(box: Outbox, disk: Path):
    for hour in range(2):
        box.add_readings(new_id(), [reading(3600 * hour + second) for second in range(64)])
        clip_in(box, bytes(500_000), moment(3600 * hour))
    fill(disk)
    make_room(box, Bounds(600_000, 1.0, 0))
    assert [item.started for item in box.waiting() if item.kind == "clip"] == [moment(3600)]
    assert box.tally.counts()["dropped_clips"] == 1


def test_a_full_disk_leaves_nothing_of_a_clip_that_could_not_be_begun(box: Outbox, disk: Path):
    fill(disk)
    clips = Clips(box, settings(CLIPS_MINUTES="2"), NO_BOUND)
    with pytest.raises(DiskFull, match="No clip could be begun"):
        clips.see(np.zeros((120, 160, 3), np.uint8), moment(), True)
    assert list(box.making.iterdir()) == []


def test_a_clip_that_breaks_off_in_the_middle_is_kept_up_to_there(outbox: Outbox, monkeypatch: pytest.MonkeyPatch):
    clips = Clips(outbox, settings(CLIPS_MINUTES="2"), NO_BOUND)
    for number in range(30):
        clips.see(np.full((120, 160, 3), number, np.uint8), moment(number / 5), True)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("device_uploader.clip_writer.ClipWriter.add", full)
    with pytest.raises(DiskFull):
        clips.see(np.zeros((120, 160, 3), np.uint8), moment(6), True)
    (item,) = outbox.waiting()
    assert item.duration_s > 3
    assert outbox.tally.counts()["cut_clips"] == 0


def test_what_is_being_brought_back_is_not_let_go(outbox: Outbox):
    clip_in(outbox, b"the newest", moment(10))
    path = outbox.begin_clip("a" * 32, moment(7), "room.mp4")
    film(path.with_name("closed"), 40, {35: path})
    outbox.cut_short("a" * 32)
    with outbox.holding(outbox.cut_items()[0]) as here:
        assert here
        make_room(outbox, Bounds(1, 1.0, 0))
    assert [item.id for item in outbox.cut_items()] == ["a" * 32]


def test_readings_are_kept_when_the_machine_stops_on_a_full_disk(box: Outbox, disk: Path):
    readings = ReadingLog(box, 300, 60, 30)
    readings.add(reading(0))
    theirs = fill(disk)
    readings.close()
    theirs.unlink()
    ReadingLog(box, 300, 60, 30)
    assert [item.readings for item in box.waiting()] == [1]
