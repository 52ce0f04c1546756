"""Opens video files safely and says what is in them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import av
from av.container import InputContainer
from av.packet import Packet
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from face_engine.display import display_of
from face_engine.errors import BadVideo
from face_engine.stills import HEAD_BYTES, still_kind

# Named, so that a text cannot pass as a playlist that makes FFmpeg open other files or addresses.
FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,asf,ogg"
MOST_MEGAPIXELS = 40.0
"""8K has 33; a header that claims more is damaged or hostile."""
LONGEST_HOURS = 24
MOST_PICTURE_TRACKS = 8
"""More of a file are left out: each takes as long as a video of its own."""
_PACKETS_TRIED_FOR_A_FIRST_FRAME = 1000


@dataclass(frozen=True)
class VideoInfo:
    """What a video file holds; `width` and `height` are those of the upright picture as a player shows it.

    `mirrored` and `rotation_deg` lead there from the stored picture: left to right first, then against the clock.
    Where a file has several `picture_tracks`, as of slides and of the room, `duration_s` is that of the longest and the
    rest is of the one that players show.
    """

    duration_s: float
    width: int
    height: int
    fps: float
    codec: str
    container: str
    rotation_deg: int
    size_bytes: int
    mirrored: bool = False
    picture_tracks: int = 1


def probe(path: Path) -> VideoInfo:
    """Look into a video and decode its first picture, to be sure that there is one.

    Raises
    ------
    BadVideo
        With one plain sentence.
    """
    with open_video(path) as video:
        tracks = len(_picture_tracks(video.container))
    with _first_that_is_decoded(path, tracks) as (video, frame):
        refuse_absurd_size(frame.width, frame.height, path.name)
        width, height = video.upright_size(frame)
        display = display_of(frame)
        return VideoInfo(
            duration_s=max(_duration_s(path, track) for track in range(tracks)),
            width=width,
            height=height,
            fps=float(video.stream.average_rate or video.stream.guessed_rate or 0),
            codec=video.stream.codec_context.codec.canonical_name,
            container=video.container.format.name,
            rotation_deg=display.quarter_turns * 90,
            mirrored=display.mirrored,
            picture_tracks=tracks,
            size_bytes=path.stat().st_size,
        )


@dataclass(frozen=True)
class OpenVideo:
    """An open file and one of its picture tracks."""

    container: InputContainer
    stream: VideoStream
    name: str

    def seconds(self, pts: int) -> float:
        """A time stamp of the picture track as the time that players show."""
        # Rounded to FFmpeg's own microsecond, so that 8 s less a rounding error is not in the segment before.
        return round(float(pts * (self.stream.time_base or 1)) - (self.container.start_time or 0) / av.time_base, 6)

    def pts(self, time_s: float) -> int:
        """The time stamp of a time that players show."""
        return int((time_s + (self.container.start_time or 0) / av.time_base) / float(self.stream.time_base or 1))

    def decode(self, packet: Packet[VideoStream] | None) -> list[VideoFrame]:
        """The frames that a packet completes, none where it is damaged; no packet flushes the decoder."""
        try:
            return self.stream.codec_context.decode(packet)
        except (av.FFmpegError, ValueError):
            return []

    def decode_alone(self, packet: Packet[VideoStream] | None) -> list[VideoFrame]:
        """The frame of a key frame at once: decoders hold pictures back until the next ones are there."""
        frames = [*self.decode(packet), *(self.decode(None) if packet is not None and packet.size else [])]
        self.stream.codec_context.flush_buffers()
        return frames

    def upright_size(self, frame: VideoFrame) -> tuple[int, int]:
        """Width and height in pixels as a player shows the frame: square pixels, upright."""
        width, height = max(1, round(frame.width * self._pixel_aspect())), frame.height
        return (height, width) if display_of(frame).swaps_sides else (width, height)

    def _pixel_aspect(self) -> float:
        aspect = float(self.stream.sample_aspect_ratio or 1)
        return aspect if 0.25 <= aspect <= 4 else 1.0


@contextmanager
def open_video(path: Path, picture_track: int = 0) -> Iterator[OpenVideo]:
    """Open a file, with one decoding thread.

    Parameters
    ----------
    picture_track
        Which of several: 0 for the one that players show, then the others in the order of the file.

    Raises
    ------
    BadVideo
        With one plain sentence.
    """
    _refuse_what_is_no_video_file(path)
    try:
        # An absolute path with its protocol: a name such as "http:x" stays a name.
        container = av.open(
            f"file:{path.resolve()}",
            options={"format_whitelist": FORMATS, "protocol_whitelist": "file"},
            metadata_errors="replace",
        )
    except (av.FFmpegError, ValueError) as error:
        raise BadVideo("%(name)s is not a video that can be read, or it is cut short.", name=path.name) from error
    with container:
        stream = _picture_track(container, picture_track, path.name)
        refuse_absurd_size(stream.codec_context.width, stream.codec_context.height, path.name)
        stream.thread_type = "SLICE"
        stream.codec_context.thread_count = 1
        yield OpenVideo(container, stream, path.name)


def refuse_absurd_size(width: int, height: int, name: str) -> None:
    """Raise BadVideo for pictures larger than any camera makes."""
    if width * height > MOST_MEGAPIXELS * 1e6:
        raise BadVideo(
            "%(name)s has pictures of %(width)s x %(height)s pixels; at most %(most)s megapixels are read.",
            name=name,
            width=width,
            height=height,
            most=f"{MOST_MEGAPIXELS:g}",
        )


def _refuse_what_is_no_video_file(path: Path) -> None:
    if not path.exists():
        raise BadVideo("There is no file %(path)s.", path=path)
    if not path.is_file():
        raise BadVideo("%(path)s is not a file.", path=path)
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError as error:
        raise BadVideo("%(path)s cannot be opened: %(reason)s.", path=path, reason=error.strerror) from error
    if not head:
        raise BadVideo("%(name)s is empty.", name=path.name)
    kind = still_kind(head)
    if kind == "GIF":
        raise BadVideo("%(name)s is an animated picture (GIF), not a video.", name=path.name)
    if kind is not None:
        raise BadVideo("%(name)s is a picture (%(kind)s), not a video.", name=path.name, kind=kind)


def _picture_tracks(container: InputContainer) -> list[VideoStream]:
    """The one that players show, then the others; pictures of covers and chapters are none."""
    moving = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    best = container.streams.best("video")
    known = sorted(moving, key=lambda one: one is not best)
    return [one for one in known if one.codec_context is not None][:MOST_PICTURE_TRACKS] or known[:1]


def _picture_track(container: InputContainer, number: int, name: str) -> VideoStream:
    tracks = _picture_tracks(container)
    if number >= len(tracks):
        raise BadVideo("%(name)s has no picture track.", name=name)
    if tracks[number].codec_context is None:
        raise BadVideo("%(name)s has a picture track of a kind that cannot be decoded.", name=name)
    return tracks[number]


@contextmanager
def _first_that_is_decoded(path: Path, tracks: int) -> Iterator[tuple[OpenVideo, VideoFrame]]:
    """The first picture track of which a picture can be decoded, and that picture. Raises what the first one raises."""
    with contextlib.ExitStack() as opened:
        refusals: list[BadVideo] = []
        for track in range(tracks):
            video = opened.enter_context(open_video(path, track))
            try:
                frame = _first_frame(video)
            except BadVideo as refusal:
                refusals.append(refusal)
                continue
            yield video, frame
            return
        raise refusals[0]


def _first_frame(video: OpenVideo) -> VideoFrame:
    packets = 0
    try:
        for packet in video.container.demux(video.stream):
            packets += packet.size > 0
            if packets > _PACKETS_TRIED_FOR_A_FIRST_FRAME:
                break
            for frame in video.decode(packet):
                return frame
    except av.FFmpegError as error:
        raise BadVideo("%(name)s is damaged: no picture of it can be decoded.", name=video.name) from error
    if packets == 0:
        raise BadVideo("%(name)s has a picture track without pictures.", name=video.name)
    raise BadVideo("%(name)s is damaged: no picture of it can be decoded.", name=video.name)


def _duration_s(path: Path, track: int) -> float:
    """What is there, where the header says less: whoever comes after its end would not be looked for."""
    with open_video(path, track) as video:
        promised = _promised_s(video)
        duration = max(promised, _last_pictures_end_s(video)) if promised else _measured_duration_s(video)
    if duration > LONGEST_HOURS * 3600:
        raise BadVideo(
            "%(name)s says that it lasts %(hours)s hours; at most %(most)s are read.",
            name=path.name,
            hours=f"{duration / 3600:.0f}",
            most=LONGEST_HOURS,
        )
    return duration


def _promised_s(video: OpenVideo) -> float:
    """By the header; 0 where it says nothing."""
    stream = video.stream
    if stream.duration and stream.time_base:
        # A picture track may start later than the sound.
        return video.seconds((stream.start_time or 0) + stream.duration)
    return (video.container.duration or 0) / av.time_base


def _last_pictures_end_s(video: OpenVideo) -> float:
    """Where the last pictures end, by the packets after the last place that can be jumped to; 0 where none is read.

    A time stamp beyond all bounds is damage, and no length.
    """
    try:
        video.container.seek(video.pts(LONGEST_HOURS * 3600), stream=video.stream)
    except av.FFmpegError:
        return 0.0
    return max((end for end in _ends_s(video) if end <= LONGEST_HOURS * 3600), default=0.0)


def _measured_duration_s(video: OpenVideo) -> float:
    """The last time stamp: what a browser records on the fly has no duration in its header."""
    return max(_ends_s(video), default=0.0)


def _ends_s(video: OpenVideo) -> Iterator[float]:
    """Where each picture ends, in the order of decoding; nothing is decoded."""
    # What comes after damage is not there for a player either.
    with contextlib.suppress(av.FFmpegError):
        for packet in video.container.demux(video.stream):
            if packet.size and packet.pts is not None:
                yield video.seconds(packet.pts + (packet.duration or 0))
