"""Writes small videos for the tests, whole and broken ones."""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

TICKS = 1000


def film(
    path: Path,
    pictures: Iterable[np.ndarray],
    *,
    fps: float = 10,
    codec: str = "libx264",
    rotation: int | None = None,
    matrix: Sequence[int] | None = None,
    times_s: Sequence[float] | None = None,
    options: dict[str, str] | None = None,
    container_options: dict[str, str] | None = None,
) -> Path:
    """Encode BGR pictures of one size, evenly or at `times_s`; skips the test where the encoder is missing."""
    with _own_priority(), av.open(path, "w", options=container_options or {}) as container:
        try:
            stream = container.add_stream(codec, rate=Fraction(fps).limit_denominator(100), options=options or {})
        except av.FFmpegError:
            pytest.skip(f"this PyAV has no encoder {codec}")
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = Fraction(1, TICKS)
        if rotation is not None:
            stream.set_display_rotation(rotation)
        if matrix is not None:
            stream.set_display_matrix(display_matrix(*matrix))
        for number, picture in enumerate(pictures):
            if number == 0:
                stream.height, stream.width = picture.shape[:2]
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            time_s = number / fps if times_s is None else times_s[number]
            frame.pts, frame.time_base = round(time_s * TICKS), Fraction(1, TICKS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def film_of_tracks(
    path: Path, tracks: Sequence[Sequence[np.ndarray]], *, fps: int = 5, cover: bytes | None = None
) -> Path:
    """An H.264 film with several picture tracks of one length; in Matroska perhaps with a cover, a JPEG."""
    with av.open(str(path), "w") as container:
        streams = [container.add_stream("libx264", rate=fps) for _ in tracks]
        for stream, pictures in zip(streams, tracks, strict=True):
            stream.height, stream.width = pictures[0].shape[:2]
            stream.pix_fmt = "yuv420p"
        if cover is not None:
            container.add_attachment("cover.jpg", "image/jpeg", cover)
        for moment in zip(*tracks, strict=True):
            for stream, picture in zip(streams, moment, strict=True):
                container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        for stream in streams:
            container.mux(stream.encode())
    return path


@contextmanager
def _own_priority() -> Iterator[None]:
    """SVT-AV1, run as root, gives the thread that encodes real-time priority and leaves it so (docs/testing.md)."""
    policy, priority = os.sched_getscheduler(0), os.sched_getparam(0)
    try:
        yield
    finally:
        os.sched_setscheduler(0, policy, priority)


def display_matrix(a: int, b: int, c: int, d: int) -> list[int]:
    """FFmpeg's nine numbers: (x, y) of the stored picture is shown at (a x + c y, b x + d y), y going down."""
    return [a << 16, b << 16, 0, c << 16, d << 16, 0, 0, 0, 1 << 30]


def marked_pictures(count: int, size: tuple[int, int] = (96, 64)) -> list[np.ndarray]:
    """Grey pictures (width, height) with a white top left quarter; the grey tells them apart."""
    width, height = size
    pictures = []
    for number in range(count):
        picture = np.full((height, width, 3), 20 + number % 100, np.uint8)
        picture[: height // 2, : width // 2] = 255
        pictures.append(picture)
    return pictures


def noisy_pictures(count: int, size: tuple[int, int] = (96, 64)) -> list[np.ndarray]:
    """Pictures that do not compress, so that every packet has bytes to damage."""
    rng = np.random.default_rng(1)
    return [rng.integers(0, 255, (size[1], size[0], 3), np.uint8) for _ in range(count)]


def sound_only(path: Path) -> Path:
    """A second of silence in an MP4 without a picture track."""
    with av.open(path, "w") as container:
        stream = container.add_stream("aac", rate=44100)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        frame.rate = 44100
        for _ in range(43):
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def pictures_overwritten(path: Path) -> None:
    """An MP4 whose pictures are zeros."""
    film(path, noisy_pictures(10))
    content = bytearray(path.read_bytes())
    start, end = content.index(b"mdat") + 4, content.index(b"moov") - 4
    content[start:end] = bytes(end - start)
    path.write_bytes(content)


def animated_gif(path: Path) -> None:
    """What some programs play, but is no video."""
    pictures = [Image.new("RGB", (32, 32), (n, n, n)) for n in (10, 100, 200)]
    pictures[0].save(path, format="GIF", save_all=True, append_images=pictures[1:])
