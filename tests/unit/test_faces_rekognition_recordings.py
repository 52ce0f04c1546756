"""Recordings on their way to Rekognition, looked into before it is paid."""

from __future__ import annotations

import errno
import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from attendance.adapters.rekognition import probe as module
from attendance.adapters.rekognition import stills as rekognition_stills
from attendance.adapters.rekognition.probe import probe_recording
from attendance.disk.files import DiskFile
from attendance.errors import BadRecording
from face_engine import stills as engine_stills
from tests.still_files import stills
from tests.unit.grey_films import HEIGHT, WIDTH, film


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return film(tmp_path_factory.mktemp("video") / "a.mp4", options={"movflags": "faststart"})


def test_h264_in_mp4_is_taken(video):
    info = probe_recording(DiskFile(video))
    assert (info.duration_s, info.width, info.height) == (30.0, WIDTH, HEIGHT)
    assert (info.codec, info.extension) == ("h264", ".mp4")


def test_h264_in_mov_is_taken(tmp_path):
    assert probe_recording(DiskFile(film(tmp_path / "a.mov", 2))).extension == ".mov"


def test_a_video_that_was_recorded_on_the_fly_is_measured(tmp_path):
    path = film(tmp_path / "a.mp4", 6, options={"movflags": "frag_keyframe+empty_moov"})
    assert probe_recording(DiskFile(path)).duration_s == pytest.approx(6, abs=0.5)


def test_a_video_that_is_longer_than_it_says_is_measured(video, tmp_path, monkeypatch):
    path = tmp_path / "longer.mp4"
    path.write_bytes(saying_one_second(video.read_bytes()))
    assert probe_recording(DiskFile(path)).duration_s == pytest.approx(30, abs=0.5)
    monkeypatch.setattr(module, "LONGEST_HOURS", 10 / 3600)
    with pytest.raises(BadRecording, match="hours; this one lasts"):
        probe_recording(DiskFile(path))


class Lost(io.BytesIO):
    """A file whose index leads nowhere, as FFmpeg's jumps in it end."""

    def __init__(self, data: bytes, error: Exception) -> None:
        super().__init__(data)
        self._error = error

    def seek(self, offset: int, whence: int = 0) -> int:
        if offset > 1000:
            raise self._error
        return super().seek(offset, whence)


@pytest.mark.parametrize("error", [OSError(errno.EINVAL, "Invalid argument"), ValueError("negative"), OverflowError()])
def test_an_index_that_leads_out_of_the_file_is_damage_and_no_fault_of_the_program(video, error, monkeypatch):
    file = DiskFile(video)
    monkeypatch.setattr(DiskFile, "open", lambda _: Lost(video.read_bytes(), error))
    with pytest.raises(BadRecording, match="not a video that can be read"):
        probe_recording(file)


def test_a_disk_that_fails_is_no_verdict_on_the_recording(video, monkeypatch):
    monkeypatch.setattr(DiskFile, "open", lambda _: Lost(video.read_bytes(), OSError(errno.EIO, "broken")))
    with pytest.raises(OSError, match="broken"):
        probe_recording(DiskFile(video))


def saying_one_second(data: bytes) -> bytes:
    """In all three headers that tell how long an MP4 lasts."""
    said = bytearray(data)
    for header, ticks, length in ((b"mvhd", b"mvhd", 20), (b"tkhd", b"mvhd", 24), (b"mdhd", b"mdhd", 20)):
        a_second, at = said.index(ticks) + 16, said.index(header) + length
        said[at : at + 4] = said[a_second : a_second + 4]
    return bytes(said)


@pytest.mark.parametrize(
    ("name", "codec", "kind", "told"),
    [
        ("a.mkv", "libx264", None, "H.264 in MKV or WebM"),
        ("a.avi", "mpeg4", None, "MPEG4 in AVI"),
        ("a.mp4", "mpeg4", None, "MPEG4 in MP4 or MOV"),
        ("a.ts", "libx264", "mpegts", "H.264 in MPEG-TS"),
    ],
)
def test_other_kinds_are_refused_before_anything_is_paid(tmp_path, name, codec, kind, told):
    path = film(tmp_path / name, 2, codec, kind)
    with pytest.raises(BadRecording) as refused:
        probe_recording(DiskFile(path))
    assert refused.value.sentence == f"Rekognition searches H.264 in MP4 or MOV only; this recording is {told}."


def test_a_video_that_is_cut_short_is_refused(video, tmp_path):
    data = video.read_bytes()
    (tmp_path / "cut.mp4").write_bytes(data[: len(data) * 3 // 5])
    with pytest.raises(BadRecording, match="is cut short: it ends before"):
        probe_recording(DiskFile(tmp_path / "cut.mp4"))


def test_a_video_without_its_end_where_the_index_is_cannot_be_read(tmp_path):
    data = film(tmp_path / "whole.mp4", 5).read_bytes()
    (tmp_path / "cut.mp4").write_bytes(data[: len(data) // 2])
    with pytest.raises(BadRecording, match="not a video that can be read, or it is cut short"):
        probe_recording(DiskFile(tmp_path / "cut.mp4"))


@pytest.mark.parametrize(
    ("name", "value"), [("MOST_BYTES", 1000), ("LONGEST_HOURS", 0.001), ("MOST_SNAPSHOT_BYTES", 10)]
)
def test_what_is_larger_or_longer_than_rekognition_takes_is_refused(video, tmp_path, monkeypatch, name, value):
    monkeypatch.setattr(module, name, value)
    path = video if name != "MOST_SNAPSHOT_BYTES" else snapshot(tmp_path / "a.jpg")
    with pytest.raises(BadRecording, match=r"(at most|more than) .*\.$"):
        probe_recording(DiskFile(path))


def test_a_text_never_makes_it_open_other_files_or_addresses(video, tmp_path):
    playlists = [
        f"#EXTM3U\n#EXTINF:1,\nfile://{video}\n#EXT-X-ENDLIST\n",
        f"ffconcat version 1.0\nfile '{video}'\n",
    ]
    for text in playlists:
        (tmp_path / "data").write_text(text)
        with pytest.raises(BadRecording, match="not a video that can be read"):
            probe_recording(DiskFile(tmp_path / "data"))


def test_what_no_camera_makes_is_not_even_opened(tmp_path):
    Image.new("RGB", (60, 30)).save(
        tmp_path / "a.gif", save_all=True, append_images=[Image.new("RGB", (60, 30), "red")]
    )
    with pytest.raises(BadRecording, match=r"is a picture \(GIF\), not a video"):
        probe_recording(DiskFile(tmp_path / "a.gif"))


def snapshot(path: Path, **saved: Any) -> Path:
    Image.new("RGB", (60, 30), "tan").save(path, **saved)
    return path


def test_a_snapshot_is_taken_as_it_is_seen(tmp_path):
    turned = Image.Exif()
    turned[0x0112] = 6
    info = probe_recording(DiskFile(snapshot(tmp_path / "a.jpg", exif=turned)))
    assert (info.duration_s, info.width, info.height, info.extension) == (0.0, 30, 60, ".jpg")
    assert probe_recording(DiskFile(snapshot(tmp_path / "a.png"))).extension == ".png"


@pytest.mark.parametrize("head", [b"\xff\xd8\xff\xe0 cut short", b"\x89PNG\r\n\x1a\n" + bytes(30)])
def test_a_damaged_snapshot_is_refused_in_words_of_recordings(tmp_path, head):
    (tmp_path / "data").write_bytes(head)
    with pytest.raises(BadRecording, match=r"^The recording is .*\.$"):
        probe_recording(DiskFile(tmp_path / "data"))


@pytest.mark.parametrize("what", [one for one in stills() if one not in ("JPEG", "PNG", "animated PNG")])
def test_a_still_is_refused_by_its_name(tmp_path, what):
    kind, content = stills()[what]
    (tmp_path / "data").write_bytes(content)
    with pytest.raises(BadRecording, match=rf"The recording is a picture \({kind}\), not a video"):
        probe_recording(DiskFile(tmp_path / "data"))


def test_stills_are_known_as_the_local_engine_knows_them():
    assert Path(rekognition_stills.__file__).read_text() == Path(engine_stills.__file__).read_text()
