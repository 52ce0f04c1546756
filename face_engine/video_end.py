"""Tells whether a video file ends before its header says, as a copy does that was broken off."""

from __future__ import annotations

import contextlib
from pathlib import Path

import av

from face_engine.video import OpenVideo, VideoInfo, open_video

_LOOKED_AT_S = 10.0
# Headers round, and a sound track may end a little before or after the pictures.
_LEAST_MISSING_S = 2.0
_LEAST_MISSING_SHARE = 0.05


def is_cut_short(path: Path, info: VideoInfo) -> bool:
    """Whether neither pictures nor sound reach near the end that the header promises. Nothing is decoded.

    Raises
    ------
    BadVideo
        Where the file cannot be opened.
    """
    missing_s = max(_LEAST_MISSING_S, _LEAST_MISSING_SHARE * info.duration_s)
    with open_video(path) as video:
        # Where nobody can jump, the file is read from its start.
        with contextlib.suppress(av.FFmpegError):
            video.container.seek(video.pts(max(0.0, info.duration_s - _LOOKED_AT_S)), stream=video.stream)
        return _last_s(video) + missing_s < info.duration_s


def _last_s(video: OpenVideo) -> float:
    """Where the last readable packet of any track ends. Some headers count from 0 and some from the first picture."""
    last = 0.0
    with contextlib.suppress(av.FFmpegError):  # what comes after damage is not there for a player either
        for packet in video.container.demux():
            stamp = packet.pts if packet.pts is not None else packet.dts
            if packet.size and stamp is not None and packet.time_base:
                last = max(last, float((stamp + (packet.duration or 0)) * packet.time_base))
    return last
