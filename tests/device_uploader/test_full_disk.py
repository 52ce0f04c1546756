"""A disk that is full, or does not work, stops nothing that would empty it and costs nothing that was kept."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import av
import av.error
import pytest

from device_uploader.clock import Clock, SiteTime, format_time, read_boots
from device_uploader.command_line import opened
from device_uploader.disk import Disk
from device_uploader.errors import DeviceError, SettingsWrong
from device_uploader.item import new_id
from device_uploader.link import Lane, Link
from device_uploader.outbox import Outbox
from device_uploader.reading import to_lines
from device_uploader.reading_log import ReadingLog
from device_uploader.recovery import recover_clips
from device_uploader.sending import Road
from device_uploader.settings_file import load_settings
from tests.device_uploader.conftest import clip_in, moment, reading, send_all, sender, snapshot
from tests.device_uploader.fake_site import FakeSite
from tests.device_uploader.test_clips import film

FULL = OSError(28, "No space left on device")


class FullDisk(Disk):
    """Takes half of what is written, until there is room."""

    full = True

    def write(self, path: Path, data: bytes) -> None:
        if self.full:
            path.write_bytes(data[: len(data) // 2])
            raise FULL
        super().write(path, data)


def test_a_sender_outlives_a_full_disk_and_says_so():
    link = Link()

    def step() -> bool:
        raise FULL

    assert 0 <= Lane("one", link, step).once() <= 20
    assert link.trouble is not None
    assert "No space left on device" in link.trouble


def test_the_time_of_the_site_is_known_on_a_full_disk_and_kept_when_there_is_room(tmp_path: Path):
    clock, disk = Clock(), FullDisk()
    site_time = SiteTime(tmp_path / "boots.json", clock, disk)

    def measure() -> None:
        now = clock.now()
        site_time.measured(format_time(now.wall_s + 1000), now.monotonic_ns, now.monotonic_ns)

    measure()
    assert site_time.offset_s() == pytest.approx(1000, abs=1)
    disk.full = False
    measure()
    assert clock.boot_id in read_boots(tmp_path / "boots.json")


def test_a_clip_that_the_disk_does_not_give_lets_the_others_go_first(
    outbox: Outbox, road: Road, fake: FakeSite, monkeypatch: pytest.MonkeyPatch
):
    good, bad = clip_in(outbox, b"good", moment(0)), clip_in(outbox, b"bad", moment(10))
    whole = Path.open

    def given(path: Path, *words: object, **named: object) -> object:
        if path == outbox.data_path(bad):
            raise OSError(5, "Input/output error")
        return whole(path, *words, **named)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", given)
    files = sender(outbox, road)
    for _ in range(2):
        with pytest.raises(OSError, match="Input/output"):
            files.step()
    files.step()
    assert list(fake.files) == [good.id]


def on_full_disk(folder: Path) -> tuple[Outbox, FullDisk]:
    disk = FullDisk()
    box = Outbox(folder, disk)
    box.open()
    return box, disk


def test_what_did_not_fit_leaves_no_half_that_keeps_the_disk_full(tmp_path: Path):
    box, _ = on_full_disk(tmp_path / "outbox")
    (tmp_path / "door.mp4").write_bytes(b"the clip of another camera")
    with closing(box):
        with pytest.raises(OSError, match="No space"):
            box.add(snapshot(), b"picture")
        with pytest.raises(OSError, match="No space"):
            box.add_copy(snapshot(), tmp_path / "door.mp4")
        assert list(box.making.iterdir()) == []


def test_readings_that_a_kill_left_wait_until_there_is_room(tmp_path: Path):
    box, disk = on_full_disk(tmp_path / "outbox")
    left = [reading(0), reading(1)]
    with closing(box):
        (box.readings_folder / f"{new_id()}.log").write_bytes(to_lines(left))
        readings = ReadingLog(box, 300, 60, 30)
        assert box.waiting() == []
        disk.full = False
        readings.add(reading(100))
        readings.close()
        assert sum(item.readings for item in box.waiting()) == 3
        assert list(box.readings_folder.iterdir()) == []


def test_a_cut_clip_that_cannot_be_brought_back_on_a_full_disk_is_kept(outbox: Outbox, monkeypatch: pytest.MonkeyPatch):
    path = outbox.begin_clip("a" * 32, moment(7), "room.mp4")
    film(path.with_name("closed"), 40, {35: path})
    path.with_name("closed").unlink()

    def full(*_: object) -> None:
        raise av.error.FFmpegError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("device_uploader.clip_writer.copy_while_sound", full)
        recover_clips(outbox, outbox.cut_clips())
    assert outbox.cut_clips() == ["a" * 32]
    assert sorted(one.name for one in path.parent.iterdir()) == ["began.json", "data"]
    recover_clips(outbox, outbox.cut_clips())
    assert [item.id for item in outbox.waiting()] == ["a" * 32]
    assert outbox.tally.counts()["cut_clips"] == 0


def test_a_start_on_a_full_disk_is_tried_again_but_not_one_on_a_wrong_folder(monkeypatch: pytest.MonkeyPatch):
    settings = load_settings(
        None, {"ROLLCALL_DEVICE_SITE_SERVER": "https://site.test", "ROLLCALL_DEVICE_SENSOR_SOURCE": "simulated"}
    )
    for wrong, kind in ((FULL, DeviceError), (PermissionError(13, "Permission denied"), SettingsWrong)):

        def fail(_: Outbox, wrong: OSError = wrong) -> None:
            raise wrong

        monkeypatch.setattr(Outbox, "open", fail)
        with pytest.raises(DeviceError, match=r"The outbox .* cannot be written: ") as raised:
            opened(settings)
        assert type(raised.value) is kind


def test_power_that_goes_again_at_the_next_start_spoils_nothing_that_was_whole(tmp_path: Path):
    box = Outbox(tmp_path)
    box.open()
    item = box.add(snapshot(), b"picture")
    (box.items_folder / item.id).rename(box.making / item.id)
    box.close()
    with pytest.raises(OSError, match="No space"), closing(Outbox(tmp_path, HalfOff())) as off:
        off.open()
    with closing(Outbox(tmp_path)) as after:
        after.open()
        assert after.waiting() == [item]


class HalfOff(FullDisk):
    """Ends at the rename."""

    def rename(self, old: Path, new: Path) -> None:
        raise FULL


def test_what_somebody_deleted_by_hand_is_counted_and_blocks_nothing(outbox: Outbox, road: Road, fake: FakeSite):
    kept = [clip_in(outbox, b"clip", moment(0)), outbox.add_readings(new_id(), [reading(0)])]
    gone = [clip_in(outbox, b"gone", moment(10)), outbox.add_readings(new_id(), [reading(10), reading(11)])]
    for item in gone:
        shutil.rmtree(outbox.items_folder / item.id)
    send_all(outbox, road)
    assert list(fake.files) == [kept[0].id]
    assert len(fake.readings) == 1
    assert outbox.tally.counts()["damaged"] == 3


def test_a_refusal_that_cannot_be_written_down_lets_the_others_go_first(
    outbox: Outbox, road: Road, fake: FakeSite, monkeypatch: pytest.MonkeyPatch
):
    good, bad = clip_in(outbox, b"good", moment(0)), clip_in(outbox, b"bad", moment(10))
    fake.refusals[bad.id] = (422, "bad_recording", "This clip cannot be read.")

    def full(*_: object) -> None:
        raise FULL

    monkeypatch.setattr(outbox.disk, "replace", full)
    files = sender(outbox, road)
    for _ in range(2):
        with pytest.raises(OSError, match="No space"):
            files.step()
    files.step()
    assert list(fake.files) == [good.id]


def test_a_clip_that_is_shorter_than_it_was_is_not_sent_to_a_bucket_again_and_again(
    outbox: Outbox, road: Road, fake: FakeSite
):
    fake.direct = True
    item = clip_in(outbox, b"the right bytes")
    outbox.data_path(item).write_bytes(b"the right")
    send_all(outbox, road)
    assert outbox.tally.counts()["damaged"] == 1
    assert "PUT" not in [method for method, _ in fake.asked]
