"""When clips begin and end, when snapshots are taken, and what happens when a camera or the disk fails."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest

from device_uploader.clock import Clock, SiteTime
from device_uploader.errors import DiskFull, SettingsWrong
from device_uploader.face_boxes import FaceBoxes
from device_uploader.filming import Clips, Filming, Snapshots, bounds_of, last_minute
from device_uploader.incoming import Incoming
from device_uploader.item import Moment
from device_uploader.outbox import Outbox
from device_uploader.reading import Reading
from device_uploader.settings import Settings
from device_uploader.settings_file import load_settings
from device_uploader.sources.drawn_camera import DrawnCamera
from device_uploader.sources.folder_camera import FolderCamera, fitted
from device_uploader.times import local_time
from tests.device_uploader.conftest import moment

BASE = {
    "ROLLCALL_DEVICE_SITE_SERVER": "https://site.test",
    "ROLLCALL_DEVICE_CAMERA_SOURCE": "drawn",
    "ROLLCALL_DEVICE_CAMERA_WIDTH": "160",
    "ROLLCALL_DEVICE_CAMERA_HEIGHT": "120",
    "ROLLCALL_DEVICE_CAMERA_FPS": "1",
    "ROLLCALL_DEVICE_OUTBOX_LEAST_FREE_MEGABYTES": "1",
}


def settings(**words: str) -> Settings:
    return load_settings(None, BASE | {f"ROLLCALL_DEVICE_{name}": value for name, value in words.items()})


class SteppedClock(Clock):
    """Goes on by what is waited for; the test ends when the time is over."""

    def __init__(self, begin_s: float, end_s: float, stop: threading.Event) -> None:
        self.boot_id, self.wall_s, self._end_s, self._stop = "boot", begin_s, end_s, stop

    def now(self) -> Moment:
        return Moment(self.wall_s, self.monotonic_ns(), self.boot_id)

    def monotonic_ns(self) -> int:
        return int(self.wall_s * 1e9)

    def wait(self, event: threading.Event, seconds: float) -> bool:
        self.wall_s += seconds
        if self.wall_s >= self._end_s:
            self._stop.set()
        return event.is_set()


def film(
    outbox: Outbox,
    given: Settings,
    begin_s: float,
    seconds: float,
    asks: dict[int, str] | None = None,
    measured_s: float | None = None,
) -> None:
    stop = threading.Event()
    clock = SteppedClock(begin_s, begin_s + seconds, stop)
    filming = Filming(outbox, given, clock, SiteTime(None, clock, outbox.disk), lambda: DrawnCamera(160, 120, 1))
    if measured_s is not None:
        filming.measured(Reading("r" * 32, Moment(measured_s, int(measured_s * 1e9), "boot"), (20.0,) * 64, 21.0))

    def beat(sentence: str) -> None:
        assert sentence == "ok"
        wanted = (asks or {}).pop(int(clock.wall_s - begin_s), None)
        if wanted:
            filming.ask(wanted)

    filming.run(stop, beat)


def local(hour: int, minute: int, second: int = 0) -> float:
    return datetime(2026, 11, 18, hour, minute, second).timestamp()  # a Wednesday, where the test runs


def test_clips_are_of_so_many_minutes_and_the_last_is_closed(outbox: Outbox):
    film(outbox, settings(CLIPS_MINUTES="2"), local(9, 0), 330)
    clips = outbox.waiting()
    assert [item.kind for item in clips] == ["clip"] * 3
    assert [round(item.duration_s) for item in clips] == [119, 119, 89]
    assert [item.started.wall_s - local(9, 0) for item in clips] == [0, 120, 240]


def test_a_timetable_begins_and_ends_clips(outbox: Outbox):
    film(outbox, settings(CLIPS_MINUTES="60", CLIPS_TIMETABLE="09:01-09:03"), local(9, 0), 300)
    (clip,) = outbox.waiting()
    assert clip.started.wall_s == local(9, 1)
    assert round(clip.duration_s) == 119


def test_snapshots_are_taken_once_at_their_minutes(outbox: Outbox):
    film(outbox, settings(SNAPSHOTS_MINUTES="0,30", CAMERA_FPS="0.1"), local(9, 50), 3600)
    assert [item.started.wall_s for item in outbox.waiting()] == [local(10, 0), local(10, 30)]


def test_a_restart_in_the_minute_takes_no_second_snapshot(outbox: Outbox):
    given = settings(SNAPSHOTS_MINUTES="0")
    film(outbox, given, local(10, 0), 3)
    film(outbox, given, local(10, 0, 5), 3)
    assert len(outbox.waiting()) == 1


def test_a_device_that_was_off_at_the_minute_takes_it_within_ten(outbox: Outbox):
    film(outbox, settings(SNAPSHOTS_MINUTES="0"), local(10, 9), 3)
    film(outbox, settings(SNAPSHOTS_MINUTES="0"), local(11, 11), 3)
    assert [item.started.wall_s for item in outbox.waiting()] == [local(10, 9)]


def test_a_clock_put_back_a_little_brings_no_minute_back(outbox: Outbox):
    shots = Snapshots(outbox, settings(SNAPSHOTS_MINUTES="25,30"), None)
    frame = DrawnCamera(160, 120, 1).read()
    for second in (local(10, 30), local(10, 29, 59), local(10, 30, 1)):
        shots.see(frame, moment(), local_time(second))
    assert len(outbox.waiting()) == 1


def test_snapshots_keep_to_their_timetable(outbox: Outbox):
    given = settings(SNAPSHOTS_MINUTES="0", SNAPSHOTS_TIMETABLE="10:30-18:00", CAMERA_FPS="0.1")
    film(outbox, given, local(9, 59), 4000)
    assert [item.started.wall_s for item in outbox.waiting()] == [local(11, 0)]


def test_who_comes_is_photographed_with_the_reading(outbox: Outbox):
    film(outbox, settings(TRIGGER_RISE_C="4", SENSOR_SOURCE="simulated"), local(9, 0), 10, {4: "a" * 32})
    (item,) = outbox.waiting()
    assert item.reading_id == "a" * 32
    assert item.started.wall_s == local(9, 0, 5)
    assert outbox.data_path(item).read_bytes().startswith(b"\xff\xd8")


def test_who_moves_is_photographed_with_the_newest_reading_while_clips_go_on(outbox: Outbox):
    given = settings(TRIGGER_ON="motion", CLIPS_MINUTES="10")
    film(outbox, given, local(9, 0), 400, measured_s=local(9, 2))
    shots = [item for item in outbox.waiting() if item.kind == "snapshot"]
    begun, walked = (item.started.wall_s - local(9, 0) for item in shots)
    assert begun < 10  # those who sit there begin to move
    assert 150 < walked < 160
    assert [item.reading_id for item in shots] == ["r" * 32] * 2
    assert [round(item.duration_s) for item in outbox.waiting() if item.kind == "clip"] == [399]


def test_a_reading_of_a_minute_ago_is_not_the_one_of_who_moves(outbox: Outbox):
    film(outbox, settings(TRIGGER_ON="motion"), local(9, 0), 30, measured_s=local(8, 58))
    assert [item.reading_id for item in outbox.waiting()] == [None]


def test_a_device_without_motion_photographs_nobody_who_moves(outbox: Outbox):
    film(outbox, settings(CLIPS_MINUTES="10"), local(9, 0), 300)
    assert [item.kind for item in outbox.waiting()] == ["clip"]


def test_with_both_triggers_warmth_is_photographed_at_once_and_motion_after_the_pause(outbox: Outbox):
    given = settings(TRIGGER_ON="temperature,motion", TRIGGER_RISE_C="4", SENSOR_SOURCE="simulated")
    film(outbox, given, local(9, 0), 400, {3: "a" * 32, 149: "b" * 32})
    assert [item.reading_id for item in outbox.waiting()] == [None, "a" * 32, "b" * 32]


def test_the_minutes_of_the_hour_before_count_too():
    zone = timezone(timedelta(hours=9))
    now = datetime(2026, 11, 18, 10, 5, tzinfo=zone)
    assert last_minute(now, (50,)) == int(datetime(2026, 11, 18, 9, 50, tzinfo=zone).timestamp())
    assert last_minute(now, ()) is None


def test_no_clip_is_begun_on_a_full_disk(outbox: Outbox, monkeypatch: pytest.MonkeyPatch):
    given = settings(CLIPS_MINUTES="2")
    clips = Clips(outbox, given, bounds_of(given))
    monkeypatch.setattr(outbox.disk, "free_bytes", lambda path: 10)
    with pytest.raises(DiskFull, match="too full"):
        clips.see(DrawnCamera(160, 120, 1).read(), moment(), True)
    assert list(outbox.making.iterdir()) == []


def test_a_clip_that_cannot_be_written_is_counted(outbox: Outbox, monkeypatch: pytest.MonkeyPatch):
    given = settings(CLIPS_MINUTES="2")
    clips = Clips(outbox, given, bounds_of(given))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    frame = DrawnCamera(160, 120, 1).read()
    clips.see(frame, moment(), True)
    monkeypatch.setattr("device_uploader.clip_writer.ClipWriter.add", full)
    with pytest.raises(DiskFull, match="No space left"):
        clips.see(frame, moment(1), True)
    assert outbox.tally.counts()["cut_clips"] == 1


def test_a_camera_that_changes_its_size_begins_a_new_clip(outbox: Outbox):
    given = settings(CLIPS_MINUTES="2")
    clips = Clips(outbox, given, bounds_of(given))
    clips.see(DrawnCamera(160, 120, 1).read(), moment(0), True)
    clips.see(DrawnCamera(200, 120, 1).read(), moment(1), True)
    clips.close()
    assert len(outbox.waiting()) == 2


def test_files_of_other_cameras_are_taken_once_they_have_settled(outbox: Outbox, tmp_path: Path):
    folder = tmp_path / "incoming"
    folder.mkdir()
    (folder / "door.jpg").write_bytes(b"half")
    stop = threading.Event()
    clock = SteppedClock(local(9, 0), local(23, 0), stop)
    incoming = Incoming(outbox, folder, 30, clock)
    incoming.look()
    clock.wall_s += 31
    (folder / "door.jpg").write_bytes(b"half and the rest")
    incoming.look()
    assert outbox.waiting() == []
    clock.wall_s += 31
    incoming.look()
    (item,) = outbox.waiting()
    assert (item.kind, item.filename, outbox.data_path(item).read_bytes()) == (
        "snapshot",
        "door.jpg",
        b"half and the rest",
    )
    assert list(folder.iterdir()) == []


def test_a_file_that_a_kill_left_in_the_folder_is_no_second_item(outbox: Outbox, tmp_path: Path, monkeypatch):
    folder = tmp_path / "incoming"
    folder.mkdir()
    (folder / "door.jpg").write_bytes(b"picture")
    clock = SteppedClock(local(9, 0), local(23, 0), threading.Event())
    incoming = Incoming(outbox, folder, 1, clock)
    incoming.look()
    clock.wall_s += 2
    with monkeypatch.context() as patched:
        patched.setattr(outbox.disk, "remove", lambda path: None)  # the kill comes before this
        incoming.look()
    incoming = Incoming(outbox, folder, 1, clock)
    incoming.look()
    clock.wall_s += 2
    incoming.look()
    assert len(outbox.waiting()) == 1
    assert list(folder.iterdir()) == []


def test_a_folder_camera_shows_its_pictures_unstretched_again_and_again(tmp_path: Path):
    import cv2

    for number in range(2):
        cv2.imwrite(str(tmp_path / f"{number}.png"), DrawnCamera(100, 100, 1, people=number).read())
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    camera = FolderCamera(tmp_path, 200, 100)
    shown = [camera.read() for _ in range(4)]
    assert all(frame.shape == (100, 200, 3) for frame in shown)
    assert (shown[0] == shown[2]).all()
    assert not (shown[0] == shown[1]).all()
    assert fitted(shown[0][:, 50:150], 200, 100)[:, :50].max() == 0


@pytest.fixture
def face_model(tmp_path: Path) -> Path:
    """A network made by hand that finds blue squares, in YuNet's form."""
    from tests.face_engine.other_models import written, yunet

    written(tmp_path / "yunet.onnx", yunet(None))
    return tmp_path / "yunet.onnx"


def test_a_snapshot_says_where_faces_are_where_a_model_is_given(outbox: Outbox, face_model: Path):
    frame = np.zeros((480, 640, 3), np.uint8)
    frame[60:100, 100:140] = (255, 120, 40)
    shots = Snapshots(outbox, settings(SNAPSHOTS_MINUTES="0"), FaceBoxes(face_model))
    shots.take(frame, moment(), None)
    assert outbox.waiting()[0].boxes == [[100, 60, 140, 100]]


def test_a_face_model_that_is_none_is_a_plain_sentence(tmp_path: Path):
    (tmp_path / "model.onnx").write_bytes(b"no network")
    with pytest.raises(SettingsWrong, match=r"face model .*model\.onnx"):
        FaceBoxes(tmp_path / "model.onnx")
