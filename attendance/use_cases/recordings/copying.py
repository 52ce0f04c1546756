"""Take in a recording that lies on this machine: it is copied, and the person's own file stays."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from attendance.disk.files import DiskFile
from attendance.media_keys import recording_key
from attendance.model import COMMAND_LINE, LectureRecording, Recording, new_id
from attendance.ports import Progress
from attendance.services import Services
from attendance.use_cases.recordings.finishing import finish_upload
from attendance.use_cases.recordings.receiving import receive_recording
from attendance.use_cases.recordings.uploads import append, begin_upload


def copy_in(services: Services, path: Path, purpose: LectureRecording, progress: Progress) -> Recording:
    """The recording, whose search nobody is asked for. `progress` is told how much is copied, from 0 to 1.

    Raises InvalidInput, BadRecording, NotFound (course), Conflict (the file shrank), OutOfSpace.
    """
    if services.uploads.appended is None:
        return _copied_to_bucket(services, path, purpose, progress)
    upload = begin_upload(services, COMMAND_LINE, purpose, path.stat().st_size)  # swept up where this process is killed
    try:
        with path.open("rb") as file:
            watched = _Watched(file, upload.size, progress)
            sent = append(services, COMMAND_LINE, upload.id, 0, watched, enqueue=False)
        return sent if isinstance(sent, Recording) else finish_upload(services, upload.id)
    finally:
        services.uploads.remove(upload.id)


def _copied_to_bucket(services: Services, path: Path, purpose: LectureRecording, progress: Progress) -> Recording:
    """The bytes go first, under a key that no row names: where this process is killed they are erased as an orphan."""
    key = recording_key(new_id(), services.faces.probe(DiskFile(path)).extension)
    with TemporaryDirectory() as folder:
        link = Path(folder, "recording")
        link.symlink_to(path.absolute())  # storing it takes the link away, and the person's own file stays
        try:
            services.media.put_file(key, DiskFile(link))
            progress(1.0)
            return receive_recording(
                services,
                file=services.media.file(key),
                original_name=purpose.filename,
                course_id=purpose.course_id,
                starts_at=purpose.starts_at,
                ends_at=purpose.ends_at,
                enqueue=False,
            )
        finally:
            services.media.delete([key])


class _Watched:
    """A file that says how much of it was read."""

    def __init__(self, file: BinaryIO, size: int, show: Progress) -> None:
        self._file, self._size, self._show, self._read = file, size, show, 0

    def read(self, size: int, /) -> bytes:
        chunk = self._file.read(size)
        self._read += len(chunk)
        self._show(self._read / self._size)
        return chunk
