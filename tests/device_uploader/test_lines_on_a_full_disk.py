"""Where a disk is full in the middle of a line, that line alone is lost and counted; what was acknowledged stays."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from device_uploader.disk import Disk
from device_uploader.item import new_id
from device_uploader.link import Link
from device_uploader.outbox import Outbox
from device_uploader.reading import Reading, from_lines, number_in, to_line, to_lines
from device_uploader.reading_log import ReadingLog
from device_uploader.sender import ReadingSender
from device_uploader.sending import Road
from device_uploader.simulation import Ledger
from tests.device_uploader.conftest import moment, reading
from tests.device_uploader.fake_site import FakeSite
from tests.device_uploader.small_disk import files_of_at_most, fill, mounted


def test_an_append_that_fails_leaves_the_file_as_it_was(tmp_path: Path):
    file = tmp_path / "lines"
    file.write_bytes(b"one\n")
    with files_of_at_most(10), pytest.raises(OSError, match="too large"):
        Disk().append(file, b"a line that does not fit\n")
    assert file.read_bytes() == b"one\n"
    Disk().append(file, b"two\n")
    assert file.read_bytes() == b"one\ntwo\n"


def test_every_acknowledged_reading_outlives_a_full_disk_and_the_others_are_counted(outbox: Outbox):
    readings, kept, lost = ReadingLog(outbox, 300, 3600, 30), list[Reading](), 0
    line = len(to_line(reading(0)))
    with files_of_at_most(2 * line + line // 2):
        for second in range(4):
            try:
                readings.add(one := reading(second))
                kept.append(one)
            except OSError:
                lost += 1
    for second in range(4, 7):
        readings.add(one := reading(second))
        kept.append(one)
    readings.close()
    (item,) = outbox.waiting()
    assert outbox.readings_of(item) == kept
    assert (len(kept), lost, item.readings) == (5, 2, 5)
    assert outbox.tally.counts()["dropped_readings"] == lost
    assert outbox.tally.counts()["damaged"] == 0


@pytest.mark.parametrize("left", [0.02, 0.5, 0.98])
def test_a_reading_behind_half_a_line_is_found_and_the_half_is_counted(outbox: Outbox, left: float):
    before, cut, after = reading(0), to_line(reading(1)), [reading(2), reading(3)]
    log = outbox.readings_folder / f"{new_id()}.log"
    log.write_bytes(to_line(before) + cut[: int(len(cut) * left)] + to_lines(after))
    ReadingLog(outbox, 300, 60, 30)
    (item,) = outbox.waiting()
    assert outbox.readings_of(item) == [before, *after]
    assert outbox.tally.counts()["damaged_readings"] == number_in(log_bytes(before, cut, left, after)) - 3
    assert list(outbox.readings_folder.iterdir()) == []


def log_bytes(before: Reading, cut: bytes, left: float, after: list[Reading]) -> bytes:
    return to_line(before) + cut[: int(len(cut) * left)] + to_lines(after)


def test_a_spoilt_break_between_two_lines_costs_neither(outbox: Outbox):
    first, second = reading(0), reading(1)
    assert from_lines(to_line(first)[:-1] + b"\x0b" + to_line(second)) == [first, second]


def test_a_sensor_goes_on_where_no_item_can_be_made_of_its_readings(outbox: Outbox, monkeypatch: pytest.MonkeyPatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    readings = ReadingLog(outbox, 2, 3600, 30)
    with monkeypatch.context() as patched:
        patched.setattr(outbox.disk, "write", full)
        for second in range(5):
            readings.add(reading(second))
    readings.close()
    assert [item.readings for item in outbox.waiting()] == [5]


def test_a_ledger_holds_whole_lines_only(tmp_path: Path):
    ledger = Ledger(tmp_path / "ledger")
    ledger.reading(reading(0))
    with files_of_at_most((tmp_path / "ledger").stat().st_size + 20), pytest.raises(OSError, match="too large"):
        ledger.reading(reading(1))
    ledger.reading(reading(2))
    assert [json.loads(line)["at"]["wall_s"] for line in (tmp_path / "ledger").read_bytes().splitlines()] == [
        moment(0).wall_s,
        moment(2).wall_s,
    ]


def test_readings_on_a_disk_that_somebody_fills_and_empties(tmp_path: Path, road: Road, fake: FakeSite):
    """On a file system of its own, which refuses in the middle of a line; what was acknowledged arrives."""
    with mounted(tmp_path / "disk", 1) as disk:
        box = Outbox(disk / "outbox")
        box.open()
        readings, kept, lost = ReadingLog(box, 300, 3600, 0), set[str](), 0
        for _ in range(3):
            for second in range(20):
                readings.add(one := reading(second))
                kept.add(one.id)
            theirs = fill(disk)
            for second in range(20):
                try:
                    readings.add(one := reading(second))
                    kept.add(one.id)
                except OSError:
                    lost += 1
            theirs.unlink()
        readings.close()
        ReadingSender(box, road, Link()).step()
        assert lost > 20
        assert set(fake.readings) == kept
        assert box.tally.counts()["dropped_readings"] == lost
        box.tally.write()
        assert json.loads((box.folder / "counts.json").read_bytes())["dropped_readings"] == lost
        box.close()
