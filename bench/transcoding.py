"""Writes a film anew as other cameras and recorders write theirs."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import av
from av.video.frame import PictureType
from av.video.stream import VideoStream


@dataclass(frozen=True)
class Encoding:
    """A name for people, an encoder of FFmpeg, the size of the pictures, and how many from key frame to key frame."""

    name: str
    encoder: str
    size: tuple[int, int]
    group_frames: int
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """Changes with all of it."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:12]


def transcoded(source: Path, encoding: Encoding, folder: Path) -> Path:
    """The film, made now or on an earlier run. Raises av.FFmpegError where there is no such encoder."""
    path = folder / f"{source.stem}-{encoding.digest}.mp4"
    if not path.exists():
        half_done = path.with_name(f"half-{path.name}")
        try:
            _transcode(source, encoding, half_done)
            half_done.replace(path)
        finally:
            half_done.unlink(missing_ok=True)
    return path


def _transcode(source: Path, encoding: Encoding, path: Path) -> None:
    width, height = encoding.size
    with av.open(str(source)) as film, av.open(str(path), "w", format="mp4") as container:
        shown = film.streams.video[0]
        stream = container.add_stream(encoding.encoder, rate=shown.average_rate, options=dict(encoding.options))
        if not isinstance(stream, VideoStream) or shown.time_base is None:
            raise ValueError(f"{encoding.encoder} encodes no pictures, or {source} has no clock.")
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.gop_size = encoding.group_frames
        stream.time_base = stream.codec_context.time_base = shown.time_base
        for frame in film.decode(shown):
            picture = frame.reformat(width, height, "yuv420p")
            picture.pts, picture.time_base = frame.pts, frame.time_base
            picture.pict_type = PictureType.NONE  # or the encoder keeps the key frames of the source
            container.mux(stream.encode(picture))
        container.mux(stream.encode())
