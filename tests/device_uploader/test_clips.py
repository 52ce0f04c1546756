"""Clips are ordinary H.264 in MP4 when they are closed, and whole up to the cut when a kill closed them."""

from __future__ import annotations

import shutil
import struct
from pathlib import Path

import av
import pytest

from device_uploader.clip_writer import ClipWriter, recover
from device_uploader.outbox import Outbox
from device_uploader.recovery import recover_clips
from device_uploader.sources.drawn_camera import DrawnCamera
from tests.device_uploader.conftest import moment

FPS = 5.0


def film(path: Path, frames: int, copies: dict[int, Path] | None = None) -> float:
    camera, writer = DrawnCamera(160, 120, FPS), ClipWriter(path, 160, 120, FPS, 24)
    for number in range(frames):
        writer.add(camera.read(), int(number * 1000 / FPS))
        if copies and number in copies:
            shutil.copy(path, copies[number])
    return writer.close()


def frames_in(path: Path) -> list[float]:
    with av.open(str(path)) as clip:
        return [frame.time for frame in clip.decode(video=0)]


def boxes_of(path: Path) -> list[str]:
    data, place, names = path.read_bytes(), 0, []
    while place < len(data):
        size, name = struct.unpack_from(">I4s", data, place)
        names.append(name.decode())
        place += size
    return names


def test_a_closed_clip_is_h264_in_an_ordinary_mp4_of_its_length(tmp_path: Path):
    assert film(tmp_path / "clip.mp4", 51) == pytest.approx(10.0)
    with av.open(str(tmp_path / "clip.mp4")) as clip:
        assert clip.streams.video[0].codec_context.name == "h264"
        assert clip.duration / av.time_base == pytest.approx(10.1, abs=0.3)
    assert boxes_of(tmp_path / "clip.mp4") == ["ftyp", "free", "mdat", "moov"]
    assert len(frames_in(tmp_path / "clip.mp4")) == 51


def test_times_are_those_of_the_camera_and_not_of_a_metronome(tmp_path: Path):
    camera, writer = DrawnCamera(160, 120, FPS), ClipWriter(tmp_path / "clip.mp4", 160, 120, FPS, 24)
    for at_ms in (0, 200, 1500, 1500, 2000):
        writer.add(camera.read(), at_ms)
    writer.close()
    assert frames_in(tmp_path / "clip.mp4") == pytest.approx([0, 0.2, 1.5, 1.501, 2.0])


def test_a_camera_of_odd_size_loses_a_line_and_not_the_clip(tmp_path: Path):
    writer = ClipWriter(tmp_path / "clip.mp4", 161, 121, FPS, 24)
    for number in range(3):
        writer.add(DrawnCamera(161, 121, FPS).read(), number * 200)
    writer.close()
    with av.open(str(tmp_path / "clip.mp4")) as clip:
        assert (clip.streams.video[0].width, clip.streams.video[0].height) == (160, 120)


def test_a_killed_clip_is_whole_up_to_its_last_two_seconds(tmp_path: Path):
    cut = tmp_path / "cut.mp4"
    film(tmp_path / "clip.mp4", 60, {50: cut})
    length_s = recover(cut)
    assert length_s is not None
    assert 10.0 - 4.0 <= length_s <= 10.0
    times = frames_in(cut)
    assert times == pytest.approx([number / FPS for number in range(len(times))])


def test_a_clip_cut_at_any_byte_is_recovered_or_given_up_but_never_broken(tmp_path: Path):
    whole = tmp_path / "whole.mp4"
    film(tmp_path / "clip.mp4", 60, {55: whole})
    data = whole.read_bytes()
    recovered = 0
    for end in range(0, len(data), len(data) // 40):
        cut = tmp_path / "cut.mp4"
        cut.write_bytes(data[:end])
        if recover(cut) is not None:
            recovered += 1
            assert len(frames_in(cut)) >= 9
    assert recovered > 20


def test_pages_that_power_loss_left_empty_end_the_clip_there(tmp_path: Path):
    cut = tmp_path / "cut.mp4"
    film(tmp_path / "clip.mp4", 60, {55: cut})
    data = cut.read_bytes()
    cut.write_bytes(data[: len(data) // 2] + bytes(len(data) // 2))
    length_s = recover(cut)
    assert length_s is not None
    assert len(frames_in(cut)) == round(length_s * FPS) + 1


def test_after_a_kill_the_clip_is_an_item_with_its_beginning(outbox: Outbox):
    path = outbox.begin_clip("a" * 32, moment(7), "room.mp4")
    film(path.with_name("closed"), 40, {35: path})
    path.with_name("closed").unlink()
    outbox.begin_clip("b" * 32, moment(9), "room.mp4").write_bytes(b"nothing of use")
    outbox.begin_clip("c" * 32, moment(9), "room.mp4")
    recover_clips(outbox, outbox.cut_clips())
    (item,) = outbox.waiting()
    assert (item.id, item.started) == ("a" * 32, moment(7))
    assert 3.0 < item.duration_s < 7.2
    assert len(frames_in(outbox.data_path(item))) == round(item.duration_s * FPS) + 1
    counts = outbox.tally.counts()
    assert (counts["recovered_clips"], counts["cut_clips"]) == (1, 2)
    assert outbox.cut_clips() == []
