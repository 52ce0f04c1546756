"""The outbox keeps everything that was whole, and nothing that was not, wherever the power goes."""

from __future__ import annotations

import random
from contextlib import closing
from pathlib import Path

import pytest

from device_uploader.bounds import Bounds, make_room
from device_uploader.disk import Disk
from device_uploader.errors import SettingsWrong
from device_uploader.item import Item, new_id
from device_uploader.outbox import Outbox, is_whole
from device_uploader.reading import Reading, from_lines, to_line
from device_uploader.reading_log import ReadingLog
from device_uploader.tally import Tally
from tests.device_uploader.conftest import moment, snapshot


class PowerLoss(Exception):
    """The machine is off."""


class FailingDisk(Disk):
    """Loses power at a step: nothing that was not synced need be there, in files and in folders.

    `keeps` is how much of the unsynced happens to have reached the disk, as happens: nothing, half or all of it.
    """

    def __init__(self, steps: int, keeps: float, *, keeps_renames: bool = False) -> None:
        self.steps, self.keeps, self.keeps_renames = steps, keeps, keeps_renames
        self._unsynced: dict[Path, int] = {}
        self._renamed: list[tuple[Path, Path, bytes | None]] = []

    def _step(self) -> None:
        self.steps -= 1
        if self.steps < 0:
            self.lose()
            raise PowerLoss

    def lose(self) -> None:
        """The power goes now."""
        for path, safe in self._unsynced.items():
            if path.exists():
                size = path.stat().st_size
                with path.open("r+b") as file:
                    file.truncate(safe + int((size - safe) * self.keeps))
        if self.keeps < 1 and not self.keeps_renames:
            for old, new, before in reversed(self._renamed):
                if new.exists() and not old.exists():
                    new.rename(old)
                    if before is not None:
                        new.write_bytes(before)

    def written(self, path: Path) -> None:
        """By somebody else, and not synced."""
        self._unsynced[path] = 0

    def make_folder(self, path: Path) -> None:
        self._step()
        super().make_folder(path)

    def write(self, path: Path, data: bytes) -> None:
        self._step()
        path.write_bytes(data)
        self._unsynced[path] = 0
        self._step()
        self._unsynced.pop(path)

    def append(self, path: Path, data: bytes) -> None:
        self._step()
        self._unsynced.setdefault(path, path.stat().st_size if path.exists() else 0)
        super().append(path, data)

    def sync(self, path: Path) -> None:
        self._step()
        self._unsynced.pop(path, None)
        self._renamed = [renamed for renamed in self._renamed if renamed[1].parent != path]

    def rename(self, old: Path, new: Path) -> None:
        self._step()
        before = new.read_bytes() if new.is_file() else None
        super().rename(old, new)
        self._renamed.append((old, new, before))
        for path in [path for path in self._unsynced if path.is_relative_to(old)]:
            self._unsynced[new / path.relative_to(old)] = self._unsynced.pop(path)

    def remove(self, path: Path) -> None:
        self._step()
        super().remove(path)


def opened(folder: Path, disk: Disk | None = None) -> Outbox:
    box = Outbox(folder, disk)
    box.open()
    return box


def reading(second: float) -> Reading:
    return Reading(new_id(), moment(second), tuple(20 + 0.25 * i for i in range(64)), 21.0625)


@pytest.mark.parametrize("keeps", [0.0, 0.5, 1.0])
def test_power_loss_at_any_step_of_adding_leaves_a_whole_item_or_none(tmp_path: Path, keeps: float):
    step, finished = 0, False
    while not finished:
        folder = tmp_path / f"{step}"
        opened(folder).close()
        disk = FailingDisk(10_000, keeps)
        box = opened(folder, disk)
        disk.steps = step
        item, added = snapshot(), False
        try:
            box.add(item, b"the bytes of a picture")
            added = finished = True
        except PowerLoss:
            pass
        box.close()
        after = opened(folder)
        found = after.waiting()
        assert all(after.data_path(one).read_bytes() == b"the bytes of a picture" for one in found)
        assert len(found) == 1 if added else len(found) <= 1
        assert after.cut_clips() == []
        after.close()
        step += 1
    assert step > 8


def film_on(disk: FailingDisk, path: Path) -> None:
    """As FFmpeg writes: nothing of it is synced."""
    path.write_bytes(b"a clip")
    disk.written(path)


@pytest.mark.parametrize(("keeps", "keeps_renames"), [(0.0, False), (0.0, True), (1.0, True)])
def test_power_loss_at_any_step_of_closing_a_clip_loses_nothing_of_it(
    tmp_path: Path, keeps: float, keeps_renames: bool
):
    step, finished = 0, False
    while not finished:
        folder = tmp_path / f"{step}"
        disk = FailingDisk(10_000, keeps, keeps_renames=keeps_renames)
        box = opened(folder, disk)
        name = new_id()
        film_on(disk, box.begin_clip(name, moment(), "room.mp4"))
        disk.steps = step
        try:
            box.finish_clip(name, 60.0)
            finished = True
            disk.lose()
        except PowerLoss:
            pass
        box.close()
        after = opened(folder)
        whole = [item.id for item in after.waiting()]
        assert whole + after.cut_clips() == [name]
        assert all(is_whole(after.items_folder / item.id, item) for item in after.waiting())
        after.close()
        step += 1
    assert step > 4


@pytest.mark.parametrize("keeps", [0.0, 0.3, 1.0])
def test_readings_that_were_synced_survive_power_loss_at_any_step(tmp_path: Path, keeps: float):
    step, finished = 0, False
    while not finished:
        folder = tmp_path / f"{step}"
        disk = FailingDisk(10_000, keeps)
        box = opened(folder, disk)
        log = ReadingLog(box, most=4, most_s=1000, sync_s=0)
        disk.steps = step
        kept: list[str] = []
        try:
            for second in range(6):
                one = reading(second)
                log.add(one)
                kept.append(one.id)
            finished = True
        except PowerLoss:
            pass
        box.close()
        after = opened(folder)
        ReadingLog(after, 4, 1000, 0)
        found = {one.id for item in after.waiting() for one in after.readings_of(item)}
        assert set(kept) <= found
        after.close()
        step += 1
    assert step > 15


@pytest.mark.parametrize("keeps", [0.0, 1.0])
def test_power_loss_while_thinning_loses_only_what_was_to_go(tmp_path: Path, keeps: float):
    step, finished = 0, False
    while not finished:
        folder = tmp_path / f"{step}"
        disk = FailingDisk(10_000, keeps)
        box = opened(folder, disk)
        old, new = [reading(second) for second in range(8)], [reading(100 + second) for second in range(8)]
        box.add_readings(new_id(), old)
        box.add_readings(new_id(), new)
        size = sum(item.size for item in box.waiting())
        disk.steps = step
        try:
            make_room(box, Bounds(size * 3 // 4 + 10, 1.0, 0))
            finished = True
        except PowerLoss:
            pass
        box.close()
        after = opened(folder)
        found = {one.id for item in after.waiting() for one in after.readings_of(item)}
        assert {one.id for one in [*old[::2], *new]} <= found
        assert after.tally.counts()["dropped_readings"] >= 16 - len(found)
        after.close()
        step += 1


def test_a_line_of_a_reading_that_was_cut_or_filled_is_left_out():
    first, second = reading(0), reading(1)
    line = to_line(second)
    for cut in range(1, len(line) - 1):
        assert from_lines(to_line(first) + line[:cut]) == [first]
    assert from_lines(to_line(first) + bytes(len(line)) + b"\n" + line) == [first, second]


def test_counts_survive_a_start(tmp_path: Path):
    box = opened(tmp_path)
    box.tally.add("dropped_clips", 3)
    box.close()
    with closing(opened(tmp_path)) as after:
        assert after.tally.counts()["dropped_clips"] == 3


def test_a_count_is_the_old_or_the_new_one_wherever_the_power_goes(tmp_path: Path):
    step, finished = 0, False
    while not finished:
        Tally(tmp_path / f"{step}", Disk()).add("refused", 7)
        disk = FailingDisk(step, 0.5)
        try:
            Tally(tmp_path / f"{step}", disk).add("refused", 1)
            finished = True
        except PowerLoss:
            pass
        assert Tally(tmp_path / f"{step}", Disk()).counts()["refused"] in ((8,) if finished else (7, 8))
        step += 1
    assert step > 3


def test_data_that_do_not_fit_their_words_are_no_item(tmp_path: Path):
    with closing(opened(tmp_path)) as box:
        item = box.add(snapshot(), b"the whole picture")
        (box.items_folder / item.id).rename(box.making / item.id)
        (box.making / item.id / "data").write_bytes(b"the whole pict\0\0\0")
    with closing(opened(tmp_path)) as after:
        assert after.waiting() == []
        assert after.cut_clips() == []


def test_two_uploaders_do_not_share_an_outbox(outbox: Outbox):
    with pytest.raises(SettingsWrong, match="Another uploader"):
        Outbox(outbox.folder).open()


def test_a_spoilt_item_json_is_counted_as_damaged(tmp_path: Path):
    box = opened(tmp_path)
    item = box.add(snapshot(), b"picture")
    (box.items_folder / item.id / "item.json").write_bytes(b'{"id": "12')
    box.close()
    with closing(opened(tmp_path)) as after:
        assert after.waiting() == []
        assert after.tally.counts()["damaged"] == 1


def test_items_are_read_back_as_they_were(tmp_path: Path):
    box = opened(tmp_path)
    added = box.add(snapshot(reading_id="a" * 32, boxes=[[1, 2, 3, 4]]), random.Random(5).randbytes(100))
    box.close()
    with closing(opened(tmp_path)) as after:
        assert after.waiting() == [added]
    assert Item.from_json(added.to_json()) == added
