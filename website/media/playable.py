"""Which recordings a browser can play, and as what type they are served."""

from __future__ import annotations

from pathlib import PurePosixPath

from attendance.model import Recording, RecordingKind

# Only these are ever served; anything else would be a download of unknown bytes.
TYPES = {
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".mp4": "video/mp4",
    ".mov": "video/quicktime",
    ".mkv": "video/x-matroska",
    ".webm": "video/webm",
    ".avi": "video/x-msvideo",
}
_PLAYABLE_CONTAINERS = (".mp4", ".mov", ".webm", ".mkv")
_PLAYABLE_CODECS = ("h264", "vp8", "vp9", "av1")


def media_type(key: str) -> str:
    """The type of a stored file, by the extension that probing gave it."""
    return TYPES.get(PurePosixPath(key).suffix, "application/octet-stream")


def is_playable(recording: Recording) -> bool:
    """Whether today's browsers play it; HEVC and AVI play in few of them."""
    container = PurePosixPath(recording.media_key).suffix
    return (
        recording.kind is RecordingKind.VIDEO
        and container in _PLAYABLE_CONTAINERS
        and recording.codec.lower() in _PLAYABLE_CODECS
    )
