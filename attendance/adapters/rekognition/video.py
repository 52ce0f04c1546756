"""Opens videos where they lie, by ranged reads, and cuts the pictures of faces out of them."""

from __future__ import annotations

import contextlib
import errno
import logging
import math
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

import av
from av.container import InputContainer
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image

from attendance.adapters.rekognition.matches import Box
from attendance.adapters.rekognition.photos import jpeg
from attendance.errors import BadRecording
from attendance.ports import MediaFile, Progress

# Named, so that a text cannot pass as a playlist that makes FFmpeg open other files or addresses.
FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,asf,ogg"
MOST_MEGAPIXELS = 40.0
LONGEST_SIDE_PX = 320

_JPEG_QUALITY = 85
# In widths and heights of the face's box.
_ASIDE, _ABOVE, _BELOW = 0.6, 0.5, 0.9
_MATRIX = struct.Struct("=2i4x2i")  # the first five of its nine numbers, without the third
_JUMP_S = 5.0  # nearer moments are reached faster by decoding what is between
_ROUNDING_S = 0.001  # Rekognition's times are whole milliseconds

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OpenVideo:
    """An open video and its picture track."""

    container: InputContainer
    stream: VideoStream

    def seconds(self, pts: int) -> float:
        """A time stamp of the picture track as the time that players show."""
        return float(pts * (self.stream.time_base or 1)) - (self.container.start_time or 0) / av.time_base

    def pts(self, time_s: float) -> int:
        """The time stamp of a time that players show."""
        return int((time_s + (self.container.start_time or 0) / av.time_base) / float(self.stream.time_base or 1))


@contextmanager
def open_video(file: MediaFile) -> Iterator[OpenVideo]:
    """Read only what is needed of it. Raises NotFound, ServiceUnavailable, BadRecording."""
    with file.open() as stream, _no_way_out_of_the_file():
        try:
            container = _opened(stream)
        except av.FFmpegError as error:
            raise _unreadable() from error
        with container:
            track = _picture_track(container)
            refuse_absurd_size(track.codec_context.width, track.codec_context.height)
            yield OpenVideo(container, track)


@contextmanager
def _no_way_out_of_the_file() -> Iterator[None]:
    """A hostile index leads to places before the file, or further than a number can say. Raises BadRecording."""
    try:
        yield
    except (ValueError, OverflowError) as error:
        raise _unreadable() from error
    except OSError as error:
        if error.errno != errno.EINVAL or isinstance(error, av.FFmpegError):
            raise
        raise _unreadable() from error


def _unreadable() -> BadRecording:
    return BadRecording("The recording is not a video that can be read, or it is cut short.")


def refuse_absurd_size(width: int, height: int) -> None:
    """Raises BadRecording for pictures larger than any camera makes."""
    if width * height > MOST_MEGAPIXELS * 1e6:
        raise BadRecording(
            "The recording has pictures of %(width)s x %(height)s pixels; at most %(most)s megapixels are read.",
            width=width,
            height=height,
            most=f"{MOST_MEGAPIXELS:g}",
        )


def display_turns(frame: VideoFrame) -> tuple[bool, int]:
    """What players do to the stored picture: whether they mirror it first, then quarter turns against the clock.

    FFmpeg's display matrix: (x, y) of the stored picture is shown at (a x + c y, b x + d y), y going down.
    """
    side_data: Any = frame.side_data  # whose stub knows of motion vectors only
    if "DISPLAYMATRIX" not in side_data:
        return False, 0
    a, b, c, d = _MATRIX.unpack_from(bytes(side_data["DISPLAYMATRIX"]))
    mirrored = a * d - b * c < 0
    if mirrored:
        a, b = -a, -b
    return mirrored, round(math.atan2(c - b, a + d) / (math.pi / 2)) % 4


@dataclass(frozen=True, slots=True)
class WantedPicture:
    """A face at a moment. `frame_size` is what Rekognition took for width and height, or None."""

    time_s: float
    box: Box
    frame_size: tuple[int, int] | None = None


def cut_pictures(
    file: MediaFile, wanted: Sequence[WantedPicture], progress: Progress = lambda share: None
) -> list[bytes | None]:
    """A JPEG of each face with its shoulders; None where the video cannot be decoded there.

    The video is read once, in the order of time. `progress` is told the share of pictures that are cut.
    """
    cut: list[bytes | None] = [None] * len(wanted)
    in_order = sorted(range(len(wanted)), key=lambda number: wanted[number].time_s)
    if not wanted:
        return cut
    with open_video(file) as video:
        reader = _Reader(video)
        for done, number in enumerate(in_order, start=1):
            frame = reader.frame_at(wanted[number].time_s)
            if frame is not None:
                cut[number] = _cut_frame(frame, wanted[number])
            progress(done / len(wanted))
    return cut


def cut_face(picture: Image.Image, box: Box) -> bytes:
    """The face in its box with hair and shoulders, as a JPEG of at most 320 pixels."""
    return _small_jpeg(_around(picture, box))


class _Reader:
    """Goes through a video in the order of time and jumps where much lies between."""

    def __init__(self, video: OpenVideo) -> None:
        self._video = video
        self._frames = self._decoded()
        self._now: VideoFrame | None = None

    def frame_at(self, time_s: float) -> VideoFrame | None:
        """The picture that is shown from this moment on, or the last before damage or the end."""
        try:
            if self._now is None or time_s - self._time(self._now) > _JUMP_S:
                self._jump(time_s)
            while self._now is None or self._time(self._now) < time_s - _ROUNDING_S:
                self._now = next(self._frames)
        except StopIteration:
            pass
        except av.FFmpegError as error:
            _log.warning("A video cannot be read any more at %.1f s: %s", time_s, error)
        return self._now

    def _jump(self, time_s: float) -> None:
        self._video.container.seek(max(0, self._video.pts(time_s)), stream=self._video.stream)
        self._frames = self._decoded()

    def _decoded(self) -> Iterator[VideoFrame]:
        for packet in self._video.container.demux(self._video.stream):
            with contextlib.suppress(av.InvalidDataError):  # a damaged packet; the next may be whole
                yield from (frame for frame in packet.decode() if frame.pts is not None)

    def _time(self, frame: VideoFrame) -> float:
        return self._video.seconds(frame.pts or 0)


def _opened(stream: BinaryIO) -> InputContainer:
    # No protocol has this name: what a file asks for beside itself is never opened.
    options = {"format_whitelist": FORMATS, "protocol_whitelist": "none"}
    return av.open(stream, mode="r", options=options, metadata_errors="replace")


def _picture_track(container: InputContainer) -> VideoStream:
    moving = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    if not moving:
        raise BadRecording("The recording has no picture track.")
    best = container.streams.best("video")
    track = best if isinstance(best, VideoStream) and best in moving else moving[0]
    if track.codec_context is None:
        raise BadRecording("The recording has a picture track of a kind that cannot be decoded.")
    return track


def _cut_frame(frame: VideoFrame, wanted: WantedPicture) -> bytes:
    """Upright, whether Rekognition measured the upright picture or the one that is stored lying."""
    picture, (mirrored, turns) = Image.fromarray(frame.to_ndarray(format="rgb24")), display_turns(frame)
    if turns % 2 and wanted.frame_size == picture.size and picture.width != picture.height:
        return _small_jpeg(_upright(_around(picture, wanted.box), mirrored, turns))
    return cut_face(_upright(picture, mirrored, turns), wanted.box)


def _upright(picture: Image.Image, mirrored: bool, turns: int) -> Image.Image:
    if mirrored:
        picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    ways = {1: Image.Transpose.ROTATE_90, 2: Image.Transpose.ROTATE_180, 3: Image.Transpose.ROTATE_270}
    return picture.transpose(ways[turns]) if turns else picture


def _around(picture: Image.Image, box: Box) -> Image.Image:
    left, top, right, bottom = box
    wide, high = right - left, bottom - top
    x1, x2 = _inside(left - _ASIDE * wide, right + _ASIDE * wide, picture.width)
    y1, y2 = _inside(top - _ABOVE * high, bottom + _BELOW * high, picture.height)
    return picture.crop((x1, y1, x2, y2))


def _inside(start: float, end: float, limit: int) -> tuple[int, int]:
    """Whole pixels between 0 and the limit, at least one."""
    first = max(0, min(limit - 1, round(start * limit)))
    return first, max(first + 1, min(limit, round(end * limit)))


def _small_jpeg(picture: Image.Image) -> bytes:
    picture.thumbnail((LONGEST_SIDE_PX, LONGEST_SIDE_PX), Image.Resampling.LANCZOS)
    return jpeg(picture, _JPEG_QUALITY)
