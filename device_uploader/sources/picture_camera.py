"""A camera that is one picture in a file, read again whenever it was replaced: for trials."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from device_uploader.errors import SourceFailed
from device_uploader.sources import Camera, Frame
from device_uploader.sources.folder_camera import fitted


class PictureCamera(Camera):
    """Whoever writes the file puts a whole one in its place by renaming."""

    def __init__(self, path: Path, width: int, height: int) -> None:
        self._path, self._size = path, (width, height)
        self._version: tuple[int, int] | None = None
        self._frame: Frame | None = None
        self.read()

    def read(self) -> Frame:
        """What the file shows now. Raises SourceFailed."""
        try:
            about = self._path.stat()
        except OSError as missing:
            raise SourceFailed(f"There is no picture {self._path}.") from missing
        version = (about.st_mtime_ns, about.st_ino)
        if self._frame is None or version != self._version:
            picture = cv2.imread(str(self._path))
            if picture is None:
                raise SourceFailed(f"The picture {self._path} cannot be read.")
            self._frame, self._version = fitted(np.asarray(picture, np.uint8), *self._size), version
        return self._frame.copy()

    def close(self) -> None:
        """Nothing is open."""
