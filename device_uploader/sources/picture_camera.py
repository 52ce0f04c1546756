"""A camera that is one file, read again whenever it was replaced: a picture, or a clip that stays at its end."""

from __future__ import annotations

from collections import deque
from pathlib import Path

from device_uploader.errors import SourceFailed
from device_uploader.sources import Camera, Frame
from device_uploader.sources.folder_camera import fitted, frames_of


class PictureCamera(Camera):
    """Whoever writes the file puts a whole one in its place by renaming."""

    def __init__(self, path: Path, width: int, height: int) -> None:
        self._path, self._size = path, (width, height)
        self._version: tuple[int, int] | None = None
        self._frames: deque[Frame] = deque()
        self._look()

    def read(self) -> Frame:
        """The next picture of what the file is now. Raises SourceFailed."""
        self._look()
        frame = self._frames[0] if len(self._frames) == 1 else self._frames.popleft()
        return fitted(frame, *self._size)

    def close(self) -> None:
        """Nothing is open."""

    def _look(self) -> None:
        try:
            about = self._path.stat()
        except OSError as missing:
            raise SourceFailed(f"There is no picture {self._path}.") from missing
        version = (about.st_mtime_ns, about.st_ino)
        if version != self._version:
            frames = deque(frames_of(self._path))
            if not frames:
                raise SourceFailed(f"The picture {self._path} cannot be read.")
            self._frames, self._version = frames, version
