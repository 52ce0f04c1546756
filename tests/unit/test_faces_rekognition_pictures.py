"""Faces that Rekognition found in a recording, cut out of it without reading all of it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import av
import numpy as np
import pytest
from PIL import Image

from attendance.adapters.rekognition.probe import probe_recording
from attendance.adapters.rekognition.video import WantedPicture, cut_pictures
from attendance.disk.files import DiskFile
from attendance.errors import ServiceUnavailable
from tests.unit.grey_films import FPS, HEIGHT, WIDTH, brightness, film

WHOLE = (0.0, 0.0, 1.0, 1.0)


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return film(tmp_path_factory.mktemp("video") / "a.mp4", options={"movflags": "faststart"})


def grey_of(jpeg: bytes | None) -> float:
    assert jpeg is not None
    with Image.open(io.BytesIO(jpeg)) as picture:
        return float(np.asarray(picture.convert("L"), np.float32)[:, picture.width * 3 // 4 :].mean())


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


@pytest.mark.parametrize(
    ("matrix", "white", "grey"),
    [
        ((-1, 0, 0, 1), "top right", "top left"),
        ((1, 0, 0, -1), "bottom left", "bottom right"),
        ((0, 1, 1, 0), "top left", "bottom left"),
        ((0, -1, -1, 0), "bottom right", "top right"),
    ],
)
def test_pictures_of_a_mirrored_film_are_as_players_show_them(tmp_path, matrix, white, grey):
    a, b, c, d = (number << 16 for number in matrix)
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("libx264", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.set_display_matrix([a, b, 0, c, d, 0, 0, 0, 1 << 30])
        pixels = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
        pixels[: HEIGHT // 2, : WIDTH // 2], pixels[: HEIGHT // 2, WIDTH // 2 :] = 230, 120
        for _ in range(3):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(stream.encode())
    (cut,) = cut_pictures(DiskFile(path), [WantedPicture(0.0, WHOLE)])
    with Image.open(io.BytesIO(cut or b"")) as picture:
        shown = np.asarray(picture.convert("L"))
    halves = {"top": np.s_[:40], "bottom": np.s_[-40:]}, {"left": np.s_[:40], "right": np.s_[-40:]}
    brightest = sorted(
        (-shown[halves[0][down], halves[1][across]].mean(), f"{down} {across}")
        for down in halves[0]
        for across in halves[1]
    )
    assert [corner for _, corner in brightest[:2]] == [white, grey]
    assert (probe_recording(DiskFile(path)).height > WIDTH * 0.9) == (a == 0)
