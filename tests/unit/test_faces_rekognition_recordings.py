"""Recordings on their way to Rekognition: looked into before it is paid, and their faces cut out afterwards."""

from __future__ import annotations

import errno
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, BinaryIO

import av
import numpy as np
import pytest
from PIL import Image

from attendance.adapters import faces_rekognition_probe as module
from attendance.adapters.faces_rekognition_probe import probe_recording
from attendance.adapters.faces_rekognition_video import WantedPicture, cut_pictures
from attendance.disk_file import DiskFile
from attendance.errors import BadRecording, ServiceUnavailable

WIDTH, HEIGHT, FPS = 160, 96, 5
WHOLE = (0.0, 0.0, 1.0, 1.0)


def brightness(second: float) -> int:
    """Of the picture at this second, so that a cut picture tells when it was."""
    return 20 + 5 * int(second)


def film(
    path: Path,
    seconds: int = 30,
    codec: str = "libx264",
    kind: str | None = None,
    options: dict[str, str] | None = None,
) -> Path:
    """A grey video that becomes brighter each second; its left half is darker."""
    with av.open(str(path), "w", format=kind, options=options or {}) as container:
        stream: Any = container.add_stream(codec, rate=FPS)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuvj420p" if codec == "mjpeg" else "yuv420p"
        stream.time_base = Fraction(1, FPS)
        stream.gop_size = 10 * FPS
        for number in range(seconds * FPS):
            pixels = np.full((HEIGHT, WIDTH, 3), brightness(number / FPS), np.uint8)
            pixels[:, : WIDTH // 2] //= 2
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(stream.encode())
    return path


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return film(tmp_path_factory.mktemp("video") / "a.mp4", options={"movflags": "faststart"})


def grey_of(jpeg: bytes | None) -> float:
    assert jpeg is not None
    with Image.open(io.BytesIO(jpeg)) as picture:
        return float(np.asarray(picture.convert("L"), np.float32)[:, picture.width * 3 // 4 :].mean())


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
    with pytest.raises(BadRecording, match="not a video that can be read"):
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


@dataclass
class CountedFile:
    """A file that counts what is read of it, and breaks where it is told to."""

    path: Path
    place: str = "s3://bucket/key"
    read: list[int] = field(default_factory=list)
    breaks_after: int | None = None

    def size(self) -> int:
        return self.path.stat().st_size

    def open(self) -> BinaryIO:
        return Counted(self)


class Counted(io.FileIO):
    def __init__(self, file: CountedFile) -> None:
        super().__init__(file.path)
        self.file = file

    def read(self, size: int | None = -1) -> bytes:
        if self.file.breaks_after is not None and sum(self.file.read) >= self.file.breaks_after:
            raise ServiceUnavailable("The media store does not answer; try again later.")
        data = super().read(size)
        self.file.read.append(len(data))
        return data


@pytest.fixture(scope="module")
def long_video(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("video") / "long.mp4"
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("libx264", rate=1, options={"crf": "10"})
        stream.width, stream.height, stream.pix_fmt, stream.gop_size = 320, 240, "yuv420p", 10
        noise = np.random.default_rng(1)
        for _ in range(200):
            pixels = noise.integers(0, 255, (240, 320, 3), np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(stream.encode())
    yield path


def test_probing_and_cutting_read_a_part_of_a_file_that_is_far(long_video):
    file = CountedFile(long_video)
    probe_recording(file)
    assert sum(file.read) < file.size() / 3
    file.read.clear()
    assert all(cut_pictures(file, [WantedPicture(5.0, WHOLE), WantedPicture(150.0, WHOLE)]))
    assert sum(file.read) < file.size() / 3


def test_a_store_that_breaks_off_while_it_is_read_is_no_verdict_on_the_recording(long_video):
    with pytest.raises(ServiceUnavailable):
        probe_recording(CountedFile(long_video, breaks_after=1000))
    with pytest.raises(ServiceUnavailable):
        cut_pictures(CountedFile(long_video, breaks_after=500_000), [WantedPicture(150.0, WHOLE)])


def test_each_picture_is_of_its_moment_in_any_order(video):
    moments = [25.0, 3.4, 3.6, 12.0, 0.0, 29.8, 13.2]
    cut = cut_pictures(DiskFile(video), [WantedPicture(moment, WHOLE) for moment in moments])
    assert [grey_of(one) for one in cut] == pytest.approx([brightness(moment) for moment in moments], abs=2.5)


def test_a_moment_after_the_end_gets_the_last_picture(video):
    (cut,) = cut_pictures(DiskFile(video), [WantedPicture(99.0, WHOLE)])
    assert grey_of(cut) == pytest.approx(brightness(29.8), abs=2.5)


def test_a_picture_shows_the_face_with_its_shoulders_and_stays_small(video):
    (small,) = cut_pictures(DiskFile(video), [WantedPicture(0.0, (0.5, 0.25, 0.6, 0.5))])
    with Image.open(io.BytesIO(small or b"")) as picture:
        assert picture.size == pytest.approx((0.22 * WIDTH, 0.6 * HEIGHT), abs=1.5)
        assert picture.format == "JPEG"
        assert not picture.getexif()


def test_progress_tells_how_many_are_cut(video):
    shares: list[float] = []
    cut_pictures(DiskFile(video), [WantedPicture(moment, WHOLE) for moment in (1.0, 2.0)], shares.append)
    assert shares == [0.5, 1.0]


def test_damage_in_the_middle_costs_the_pictures_there_alone(long_video, tmp_path):
    data = bytearray(long_video.read_bytes())
    data[len(data) * 2 // 5 : len(data) // 2] = bytes(len(data) // 10)
    (tmp_path / "data").write_bytes(data)
    wanted = [WantedPicture(second, WHOLE) for second in (10.0, 90.0, 190.0)]
    whole, damaged = (cut_pictures(DiskFile(path), wanted) for path in (long_video, tmp_path / "data"))
    assert (damaged[0], damaged[2]) == (whole[0], whole[2])
    assert damaged[1] != whole[1]


@pytest.mark.parametrize(
    ("rotation", "is_measured_upright"), [(90, True), (-90, True), (180, True), (90, False), (-90, False)]
)
def test_pictures_of_a_turned_film_are_upright_whichever_way_rekognition_measured_it(
    tmp_path, rotation, is_measured_upright
):
    path, upright = tmp_path / "a.mp4", (HEIGHT, WIDTH) if abs(rotation) == 90 else (WIDTH, HEIGHT)
    lying_box, turns = (0.0, 0.0, 0.25, 0.25), rotation % 360 // 90
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("libx264", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.set_display_rotation(rotation)
        pixels = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
        pixels[: HEIGHT // 4, : WIDTH // 4] = 230
        for _ in range(3):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(stream.encode())
    marked = np.argwhere(np.rot90(pixels[..., 0], turns) > 0) / np.array([upright[1], upright[0]])
    (top, left), (bottom, right) = marked.min(axis=0), marked.max(axis=0)
    wanted = WantedPicture(0.0, (left, top, right, bottom), upright)
    if not is_measured_upright:
        wanted = WantedPicture(0.0, lying_box, (WIDTH, HEIGHT))
    (cut,) = cut_pictures(DiskFile(path), [wanted])
    with Image.open(io.BytesIO(cut or b"")) as picture:
        shown = np.asarray(picture.convert("L"))
    assert (shown > 115).mean() > 0.2
    assert (shown.shape[0] > shown.shape[1]) == (upright[1] > upright[0])
