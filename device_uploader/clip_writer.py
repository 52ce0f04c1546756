"""Writes one clip as H.264 in MP4 that a kill cannot spoil, and brings back what a kill has cut.

The file is written in fragments of two seconds and becomes an ordinary MP4 when it is closed (FFmpeg's hybrid
fragmented MP4), so that a clip that was never closed is whole up to its last fragment.
"""

from __future__ import annotations

import errno
import os
import struct
from fractions import Fraction
from pathlib import Path

import av
import av.error
import numpy as np
from av.video.stream import VideoStream

from device_uploader.errors import DiskFull
from device_uploader.sources import Frame

TICKS_PER_S = 1000
FRAGMENT_S = 2.0
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


class ClipWriter:
    """Times are milliseconds from the clip's first frame. Raises OSError where the disk is full."""

    def __init__(self, path: Path, width: int, height: int, fps: float, crf: int) -> None:
        self._container = av.open(
            str(path), "w", format="mp4", options={"movflags": "+hybrid_fragmented+frag_keyframe", "flush_packets": "1"}
        )
        self._stream: VideoStream = self._container.add_stream("libx264", Fraction(fps).limit_denominator(1000))
        self._stream.options = encoding(fps, crf)
        self._stream.width, self._stream.height = width // 2 * 2, height // 2 * 2
        self._stream.pix_fmt = "yuv420p"
        self._stream.codec_context.time_base = Fraction(1, TICKS_PER_S)
        self._last_ms = -1

    def add(self, frame: Frame, at_ms: int) -> None:
        """The next frame; one that is not later than the last is put right after it."""
        self._last_ms = max(at_ms, self._last_ms + 1)
        even = np.ascontiguousarray(frame[: self._stream.height, : self._stream.width])
        picture = av.VideoFrame.from_ndarray(even, format="bgr24")
        picture.pts, picture.time_base = self._last_ms, Fraction(1, TICKS_PER_S)
        for packet in self._stream.encode(picture):
            self._container.mux(packet)

    def close(self) -> float:
        """Make it whole; its length in seconds."""
        for packet in self._stream.encode(None):
            self._container.mux(packet)
        self._container.close()
        return max(0, self._last_ms) / TICKS_PER_S

    def give_up(self) -> None:
        """Let go of the file, whatever state it is in."""
        try:
            self._container.close()
        except (av.error.FFmpegError, OSError):
            return


def encoding(fps: float, crf: int) -> dict[str, object]:
    """Light enough for a Pi, with nothing held back that a kill could take."""
    key_frames = str(max(1, int(fps * FRAGMENT_S)))
    return {"preset": "veryfast", "tune": "zerolatency", "crf": str(crf), "g": key_frames}


def recover(path: Path) -> float | None:
    """Make a cut clip an ordinary MP4 in place, and say how long it is now; None where there is nothing in it.

    Raises DiskFull where there is no room to, and the clip stays as it is.
    """
    cut_to_whole_boxes(path)
    beside = path.with_name(path.name + ".mp4")
    try:
        length_s = copy_while_sound(path, beside)
    except (av.error.FFmpegError, OSError, ValueError) as wrong:
        if getattr(wrong, "errno", None) in NO_ROOM:
            beside.unlink(missing_ok=True)
            raise DiskFull("There is no room to bring it back.") from wrong
        length_s = None
    if length_s is None:
        beside.unlink(missing_ok=True)
        return None
    beside.replace(path)
    return length_s


def cut_to_whole_boxes(path: Path) -> None:
    """MP4 is a row of boxes, each with its size in front; what follows the last whole one was never finished."""
    end = path.stat().st_size
    with path.open("r+b") as file:
        place = 0
        while place + 8 <= end:
            file.seek(place)
            size, _, long = struct.unpack(">I4sQ", file.read(16).ljust(16, b"\0"))
            size = long if size == 1 else size
            if size < 8 or place + size > end:
                break
            place += size
        file.truncate(place)
        os.fsync(file.fileno())


def copy_while_sound(path: Path, beside: Path) -> float | None:
    """Every packet up to the first that does not decode, as it is; the length in seconds, None where there is none."""
    last_s: float | None = None
    with av.open(str(path)) as source, av.open(str(beside), "w", format="mp4") as target:
        stream = source.streams.video[0]
        copy = target.add_stream_from_template(stream)
        for packet in source.demux(stream):
            if packet.dts is None or packet.pts is None or packet.time_base is None:
                continue
            try:
                packet.decode()
            except av.error.FFmpegError:
                break
            last_s = float(packet.pts * packet.time_base)
            packet.stream = copy
            target.mux(packet)
    return last_s
