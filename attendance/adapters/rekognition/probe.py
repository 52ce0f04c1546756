"""Looks into a recording before Rekognition is paid for it: whether it takes it, and whether it is whole."""

from __future__ import annotations

import contextlib

import av
from PIL import Image

from attendance.adapters.rekognition.photos import read_picture
from attendance.adapters.rekognition.stills import HEAD_BYTES, still_kind
from attendance.adapters.rekognition.video import OpenVideo, display_turns, open_video, refuse_absurd_size
from attendance.errors import BadPhoto, BadRecording, Phrase
from attendance.picture_turns import one_picture_at_a_time
from attendance.ports import MediaFile, RecordingInfo

MOST_BYTES = 10_000_000_000
LONGEST_HOURS = 6
MOST_SNAPSHOT_BYTES = 15_000_000

_SNAPSHOTS = {b"\xff\xd8\xff": ("jpeg", ".jpg"), b"\x89PNG\r\n\x1a\n": ("png", ".png")}
_CONTAINERS = {"matroska": "MKV or WebM", "mpegts": "MPEG-TS", "mpeg": "MPEG-PS", "asf": "WMV"}
_PACKETS_TRIED_FOR_A_FIRST_FRAME = 1000
_LOOKED_AT_S = 10.0
# Headers round, and a sound track may end a little before or after the pictures.
_LEAST_MISSING_S = 2.0
_LEAST_MISSING_SHARE = 0.05


def probe_recording(file: MediaFile) -> RecordingInfo:
    """Raises BadRecording, with the reason in one sentence."""
    head = _head(file)
    if not head:
        raise BadRecording("The recording is empty.")
    for magic, (codec, extension) in _SNAPSHOTS.items():
        if head.startswith(magic):
            with one_picture_at_a_time:
                width, height = read_snapshot(file).size
            return RecordingInfo(0.0, width, height, codec, codec, extension)
    kind = still_kind(head)
    if kind is not None:
        raise BadRecording("The recording is a picture (%(kind)s), not a video.", kind=kind)
    return _probe_video(file, ".mov" if head[4:12] == b"ftypqt  " else ".mp4")


def read_snapshot(file: MediaFile) -> Image.Image:
    """Upright. Raises BadRecording."""
    if file.size() > MOST_SNAPSHOT_BYTES:
        raise BadRecording(
            "The recording is a picture of more than %(most)s MB.", most=f"{MOST_SNAPSHOT_BYTES / 1e6:.0f}"
        )
    with file.open() as stream:
        data = stream.read(MOST_SNAPSHOT_BYTES + 1)
    try:
        return read_picture(data)
    except BadPhoto as error:
        raise BadRecording(error.template, **{**error.values, "name": Phrase("The recording")}) from error


def _head(file: MediaFile) -> bytes:
    with file.open() as stream:
        return stream.read(HEAD_BYTES)


def _probe_video(file: MediaFile, extension: str) -> RecordingInfo:
    if file.size() > MOST_BYTES:
        raise BadRecording(
            "Rekognition searches recordings of at most %(most)s GB; this one has %(size)s.",
            most=f"{MOST_BYTES / 1e9:g}",
            size=f"{file.size() / 1e9:.1f}",
        )
    with open_video(file) as video:
        codec = video.stream.codec_context.codec.canonical_name
        container = video.container.format.name
        _refuse_other_kinds(codec, container)
        width, height = _upright_size(video)
        promised_s = _duration_s(video)
    pictures_s, all_s = _ends_s(file, promised_s)
    # A header may say less than there is, and what is there is what is paid for.
    duration_s = pictures_s if pictures_s > promised_s + _LEAST_MISSING_S else promised_s
    if duration_s > LONGEST_HOURS * 3600:
        raise BadRecording(
            "Rekognition searches recordings of at most %(most)s hours; this one lasts %(hours)s.",
            most=LONGEST_HOURS,
            hours=f"{duration_s / 3600:.1f}",
        )
    missing_s = max(_LEAST_MISSING_S, _LEAST_MISSING_SHARE * duration_s)
    if all_s + missing_s < duration_s:  # whoever comes after the cut would be marked absent
        raise BadRecording("The recording is cut short: it ends before the time that it promises. Send the whole file.")
    return RecordingInfo(duration_s, width, height, codec, container, extension)


def _refuse_other_kinds(codec: str, container: str) -> None:
    family = container.split(",")
    if codec == "h264" and "mp4" in family:
        return
    raise BadRecording(
        "Rekognition searches H.264 in MP4 or MOV only; this recording is %(codec)s in %(container)s.",
        codec={"h264": "H.264", "hevc": "H.265"}.get(codec, codec.upper()),
        container="MP4 or MOV" if "mp4" in family else _CONTAINERS.get(family[0], family[0].upper()),
    )


def _upright_size(video: OpenVideo) -> tuple[int, int]:
    """Of the first picture, which proves that there is one."""
    packets = 0
    with contextlib.suppress(av.FFmpegError):  # what comes after damage cannot be the first picture
        for packet in video.container.demux(video.stream):
            packets += packet.size > 0
            if packets > _PACKETS_TRIED_FOR_A_FIRST_FRAME:
                break
            with contextlib.suppress(av.FFmpegError):  # a damaged packet; the next may be whole
                for frame in packet.decode():
                    refuse_absurd_size(frame.width, frame.height)
                    _, turns = display_turns(frame)
                    return (frame.height, frame.width) if turns % 2 else (frame.width, frame.height)
    raise BadRecording("The recording is damaged: no picture of it can be decoded.")


def _duration_s(video: OpenVideo) -> float:
    stream = video.stream
    if stream.duration and stream.time_base:
        # A picture track may start later than the sound.
        return round(video.seconds((stream.start_time or 0) + stream.duration), 6)
    if video.container.duration:
        return video.container.duration / av.time_base
    video.container.seek(0)  # what a browser records on the fly has no duration in its header
    return max(_last_s(video))


def _ends_s(file: MediaFile, promised_s: float) -> tuple[float, float]:
    """Where the pictures end, and where pictures and sound do. Nothing is decoded."""
    with open_video(file) as video:
        # Where nobody can jump, the file is read from its start.
        with contextlib.suppress(av.FFmpegError):
            video.container.seek(video.pts(max(0.0, promised_s - _LOOKED_AT_S)), stream=video.stream)
        return _last_s(video)


def _last_s(video: OpenVideo) -> tuple[float, float]:
    """Where the last readable packet of the picture track ends, and that of any track."""
    pictures = others = 0.0
    with contextlib.suppress(av.FFmpegError):  # what comes after damage is not there for a player either
        for packet in video.container.demux():
            stamp = packet.pts if packet.pts is not None else packet.dts
            if packet.size and stamp is not None and packet.time_base:
                end = float((stamp + (packet.duration or 0)) * packet.time_base)
                if packet.stream_index == video.stream.index:
                    pictures = max(pictures, end)
                else:
                    others = max(others, end)
    return pictures, max(pictures, others)
