"""Looks into a recording before it is stored: a video or a snapshot, and which extension its file gets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from attendance.errors import BadRecording, Phrase, SearchStopped, ServiceUnavailable
from attendance.picture_turns import one_picture_at_a_time
from attendance.ports import RecordingInfo
from face_engine import errors
from face_engine.images import read_photo
from face_engine.video import probe as probe_video
from face_engine.video_end import is_cut_short

_SNAPSHOTS = {b"\xff\xd8\xff": ("jpeg", ".jpg"), b"\x89PNG\r\n\x1a\n": ("png", ".png")}
_MOST_SNAPSHOT_BYTES = 200_000_000  # a picture is read into memory whole
_EBML_HEAD_BYTES = 64  # the document type stands in the first few


def probe_recording(path: Path) -> RecordingInfo:
    """Raises BadRecording, with the reason in one sentence."""
    with plain_recording_errors(path):
        snapshot = _snapshot_kind(path)
        if snapshot is not None:
            return _probe_snapshot(path, *snapshot)
        info = probe_video(path)
        cut_short = is_cut_short(path, info)
    extension = _extension(info.container, path)
    if cut_short:  # whoever comes after the cut would be marked absent
        raise BadRecording("The recording is cut short: it ends before the time that it promises. Send the whole file.")
    return RecordingInfo(info.duration_s, info.width, info.height, info.codec, info.container, extension)


@contextmanager
def plain_recording_errors(path: Path) -> Iterator[None]:
    """The engine's errors as ours. Its sentences name the file, which here is a name that nobody gave."""
    try:
        yield
    except errors.SearchStopped as stopped:
        raise SearchStopped("The search was stopped; it goes on later.") from stopped
    except (errors.WeightsMissing, errors.BadModel) as missing:  # no fault of the recording
        raise ServiceUnavailable(missing.template, **missing.values) from missing
    except errors.FaceEngineError as error:
        raise BadRecording(error.template, **_without_name(error, path)) from error


def _without_name(error: errors.FaceEngineError, path: Path) -> dict[str, str]:
    values = {}
    for key, value in error.values.items():
        text = str(value)
        if text not in (str(path), path.name):
            values[key] = text.replace(str(path), "this recording").replace(path.name, "this recording")
        elif error.template.startswith(f"%({key})s"):
            values[key] = Phrase("The recording")
        else:
            values[key] = Phrase("this recording")
    return values


def _head(path: Path, size: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(size)
    except OSError as error:
        raise BadRecording("The recording cannot be opened: %(reason)s.", reason=error.strerror) from error


def _snapshot_kind(path: Path) -> tuple[str, str] | None:
    head = _head(path, 8)
    return next((kind for magic, kind in _SNAPSHOTS.items() if head.startswith(magic)), None)


def _probe_snapshot(path: Path, codec: str, extension: str) -> RecordingInfo:
    if path.stat().st_size > _MOST_SNAPSHOT_BYTES:
        raise BadRecording(
            "The recording is a picture of more than %(most)s MB.", most=f"{_MOST_SNAPSHOT_BYTES / 1e6:.0f}"
        )
    with one_picture_at_a_time:
        photo = read_photo(path)
    return RecordingInfo(0.0, photo.width, photo.height, codec, codec, extension)


def _extension(container: str, path: Path) -> str:
    """Of a fixed list. FFmpeg names families of containers; the file's first bytes tell which one it is."""
    names = set(container.split(","))
    head = _head(path, _EBML_HEAD_BYTES)
    if "mp4" in names:
        return ".mov" if head[4:12] == b"ftypqt  " else ".mp4"
    if "matroska" in names:
        return ".webm" if b"webm" in head else ".mkv"
    if "avi" in names:
        return ".avi"
    raise BadRecording(
        "Videos of this kind (%(container)s) are not taken; MP4, MOV, MKV, WebM and AVI are.", container=container
    )
