"""Takes upright pictures out of a video at even times, decoding as little as that needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import av
import cv2
import numpy as np
from av.packet import Packet
from av.stream import Discard
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from face_engine.display import display_of
from face_engine.errors import BadVideo
from face_engine.model import BGRImage
from face_engine.video import OpenVideo, open_video, refuse_absurd_size

LONGEST_SIDE_PX = 2560
"""4K is reduced to this: a face of 60 pixels there keeps 40, at less than half of the time."""

# A lecture camera that promises a key frame every two seconds often sends one every 2.002.
_KEY_FRAME_TOLERANCE = 1.25
# The longest run of pictures that nothing else refers to in what encoders make.
_MOST_DISPOSABLE_IN_A_ROW = 8
# Without an index FFmpeg lands after the time that it was asked for; most encoders send a key frame in ten seconds.
_ROUGH_TO_SEEK = ("mpegts", "mpeg")
_ROUGH_BY_S = 15.0


def sample_frames(
    path: Path,
    every_s: float,
    start_s: float = 0.0,
    end_s: float | None = None,
    *,
    longest_side_px: int = LONGEST_SIDE_PX,
    key_frames_within_s: float | None = None,
    picture_track: int = 0,
    wants: Callable[[float], bool] | None = None,
    backwards: bool = False,
) -> Iterator[tuple[float, BGRImage]]:
    """The first picture of each span of `every_s` seconds, upright, with its time as a player shows it.

    The spans are counted from the start of the video, whatever `start_s` is, and a span in which the picture does
    not change has none. Packets that cannot be decoded are skipped.

    Parameters
    ----------
    start_s, end_s
        Pictures before the first, and at or after the second, are left out.
    longest_side_px
        Larger pictures are reduced.
    key_frames_within_s
        Where key frames come this often, no others are decoded, though some spans get no picture then; None for
        `every_s`, with which no span goes without.
    picture_track
        Which of several, as of `open_video`.
    wants
        Asked before each picture is decoded whether it is still wanted, where key frames are enough.
    backwards
        The last picture first, where key frames are enough; elsewhere the order stays.

    Raises
    ------
    BadVideo
        With one plain sentence, also where nothing of the asked part can be decoded.
    """
    done: int | None = None

    def span(time_s: float) -> int:
        return int(time_s / every_s + 1e-6)

    with open_video(path, picture_track) as video:
        within_s = key_frames_within_s or every_s
        key_frames_only = _key_frames_are_enough(video, path, picture_track, within_s, start_s, end_s)

        def is_wanted(packet: Packet[VideoStream]) -> bool:
            if not key_frames_only:
                return True
            if packet.pts is None:
                return packet.is_keyframe
            time_s = video.seconds(packet.pts)
            if not packet.is_keyframe or time_s < start_s or span(time_s) == done:
                return False
            return wants is None or wants(time_s)

        if not key_frames_only and every_s >= _MOST_DISPOSABLE_IN_A_ROW / float(video.stream.average_rate or 1):
            video.stream.codec_context.skip_frame = "NONREF"
        decode = video.decode_alone if key_frames_only else video.decode
        packets = _packets_from(video, start_s)
        if key_frames_only:
            packets = _until(video, packets, end_s)
        if key_frames_only and backwards:
            packets = _last_first(video, packets, start_s, span)
        for time_s, frame in _frames(video, packets, start_s, end_s, is_wanted, decode):
            if span(time_s) != done:
                done = span(time_s)
                refuse_absurd_size(frame.width, frame.height, video.name)
                yield time_s, _upright_picture(video, frame, longest_side_px)


def _upright_picture(video: OpenVideo, frame: VideoFrame, longest_side_px: int) -> BGRImage:
    """The frame as a player shows it, with square pixels, at most `longest_side_px` on its longer side."""
    width, height = video.upright_size(frame)
    shrink = min(1.0, longest_side_px / max(width, height))
    size = max(1, round(width * shrink)), max(1, round(height * shrink))
    display = display_of(frame)
    stored = size[::-1] if display.swaps_sides else size
    picture = np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)
    if stored != (frame.width, frame.height):
        picture = np.asarray(cv2.resize(picture, stored, interpolation=cv2.INTER_AREA), np.uint8)
    return display.upright(picture)


def _until(
    video: OpenVideo, packets: Iterator[Packet[VideoStream] | None], end_s: float | None
) -> Iterator[Packet[VideoStream] | None]:
    """Those before the first key frame from `end_s` on, which would be decoded for nothing."""
    until_s = float("inf") if end_s is None else end_s
    for packet in packets:
        if (
            packet is not None
            and packet.is_keyframe
            and packet.pts is not None
            and video.seconds(packet.pts) >= until_s
        ):
            return
        yield packet


def _last_first(
    video: OpenVideo,
    packets: Iterator[Packet[VideoStream] | None],
    start_s: float,
    span: Callable[[float], int],
) -> Iterator[Packet[VideoStream] | None]:
    """The first key frame of each span, not decoded yet, those of the last span first."""
    first: dict[int, Packet[VideoStream]] = {}
    for packet in packets:
        if packet is not None and packet.is_keyframe and packet.pts is not None:
            time_s = video.seconds(packet.pts)
            if time_s >= start_s:
                first.setdefault(span(time_s), packet)
    yield from (first[number] for number in sorted(first, reverse=True))


def _frames(
    video: OpenVideo,
    packets: Iterable[Packet[VideoStream] | None],
    start_s: float,
    end_s: float | None,
    is_wanted: Callable[[Packet[VideoStream]], bool],
    decode: Callable[[Packet[VideoStream] | None], list[VideoFrame]],
) -> Iterator[tuple[float, VideoFrame]]:
    step_s = 1 / float(video.stream.average_rate or 25)
    time_s = start_s - step_s
    fed = decoded = 0
    for packet in packets:
        if packet is not None and packet.size and not is_wanted(packet):
            continue
        fed += 1
        for frame in decode(packet):
            decoded += 1
            # Some AVI files carry no time stamps.
            time_s = time_s + step_s if frame.pts is None else video.seconds(frame.pts)
            if end_s is not None and time_s >= end_s:
                return
            if time_s >= start_s:
                yield time_s, frame
    if fed > 1 and not decoded:
        raise BadVideo("%(name)s is damaged: no picture of it can be decoded.", name=video.name)


def _packets_from(video: OpenVideo, start_s: float) -> Iterator[Packet[VideoStream] | None]:
    """The packets from the last key frame before `start_s` on; at the end, and where the file breaks off, a flush."""
    if start_s > 0:
        _seek(video, start_s)
    try:
        yield from video.container.demux(video.stream)
    except av.FFmpegError:
        yield None


def _seek(video: OpenVideo, time_s: float) -> None:
    if video.container.format.name in _ROUGH_TO_SEEK:
        time_s = max(0.0, time_s - _ROUGH_BY_S)
    try:
        video.container.seek(video.pts(time_s), stream=video.stream, backward=True)
    except av.FFmpegError:
        # Without an index, or after the end of a file that is cut short: what can be read is read in order.
        return


def _key_frames_are_enough(
    video: OpenVideo, path: Path, track: int, within_s: float, start_s: float, end_s: float | None
) -> bool:
    """Whether key frames come often enough; reads packets without decoding them."""
    if start_s > 0:
        return _have_often_key_frames(video, within_s, start_s, end_s)
    # Not every container finds its way back to the start.
    with open_video(path, track) as other:
        return _have_often_key_frames(other, within_s, start_s, end_s)


def _have_often_key_frames(video: OpenVideo, within_s: float, start_s: float, end_s: float | None) -> bool:
    most_s = within_s * _KEY_FRAME_TOLERANCE
    last_key_s: float | None = None
    # Of MP4 only the key frames are read then; FFmpeg gives them wrong times of presentation.
    video.stream.discard = Discard.nonkey
    try:
        for packet in _packets_from(video, start_s):
            stamp = None if packet is None else packet.pts if packet.dts is None else packet.dts
            if packet is None or stamp is None:
                continue
            time_s = video.seconds(stamp)
            if last_key_s is not None and time_s - last_key_s > most_s:
                return False
            if packet.is_keyframe:
                last_key_s = time_s
            if end_s is not None and time_s >= end_s:
                return last_key_s is not None
        return last_key_s is not None and _promised_end_s(video, end_s) - last_key_s <= most_s
    finally:
        video.stream.discard = Discard.default


def _promised_end_s(video: OpenVideo, end_s: float | None) -> float:
    """Where the header says that the asked part ends; 0 where it says nothing."""
    if not video.stream.duration:
        return 0.0
    length_s = video.seconds((video.stream.start_time or 0) + video.stream.duration)
    return length_s if end_s is None else min(length_s, end_s)
