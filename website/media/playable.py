"""Which recordings a browser can play."""

from __future__ import annotations

from pathlib import PurePosixPath

from attendance.model import Recording, RecordingKind

_PLAYABLE_CONTAINERS = (".mp4", ".mov", ".webm", ".mkv")
_PLAYABLE_CODECS = ("h264", "vp8", "vp9", "av1")


def is_playable(recording: Recording) -> bool:
    """Whether today's browsers play it; HEVC and AVI play in few of them."""
    container = PurePosixPath(recording.media_key).suffix
    return (
        recording.kind is RecordingKind.VIDEO
        and container in _PLAYABLE_CONTAINERS
        and recording.codec.lower() in _PLAYABLE_CODECS
    )
