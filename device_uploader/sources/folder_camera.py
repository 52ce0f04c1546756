"""A camera that shows the pictures and clips of a folder, one after the other and again; for trials."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from device_uploader.errors import SourceFailed
from device_uploader.sources import Camera, Frame

PICTURES = (".jpg", ".jpeg", ".png")
CLIPS = (".mp4", ".mov", ".mkv", ".avi", ".webm")


class FolderCamera(Camera):
    """Every picture is scaled into the size asked for, with black beside it where the shape differs."""

    def __init__(self, folder: Path, width: int, height: int) -> None:
        self._size = (width, height)
        names = sorted(folder.iterdir()) if folder.is_dir() else []
        self._files = [path for path in names if path.suffix.lower() in PICTURES + CLIPS]
        if not self._files:
            raise SourceFailed(f"There is no picture or clip in the folder {folder}.")
        self._frames = self._play()

    def read(self) -> Frame:
        """The next picture."""
        return next(self._frames)

    def close(self) -> None:
        """Let go of the clip that is being shown."""
        self._frames = iter(())

    def _play(self) -> Iterator[Frame]:
        while True:
            shown = 0
            for path in self._files:
                for frame in frames_of(path):
                    shown += 1
                    yield fitted(frame, *self._size)
            if not shown:  # in a whole round: somebody may have emptied the folder meanwhile
                raise SourceFailed(f"None of the files in {self._files[0].parent} can be read.")


def frames_of(path: Path) -> Iterator[Frame]:
    """One of a picture, all of a clip, none of a file that cannot be read."""
    if path.suffix.lower() in PICTURES:
        picture = cv2.imread(str(path))
        if picture is not None:
            yield np.asarray(picture, np.uint8)
        return
    capture = cv2.VideoCapture(str(path))
    try:
        while True:
            here, frame = capture.read()
            if not here:
                return
            yield np.asarray(frame, np.uint8)
    finally:
        capture.release()


def fitted(frame: Frame, width: int, height: int) -> Frame:
    """Of exactly this size, nothing stretched."""
    scale = min(width / frame.shape[1], height / frame.shape[0])
    inner = cv2.resize(frame, (max(1, int(frame.shape[1] * scale)), max(1, int(frame.shape[0] * scale))))
    across, down = width - inner.shape[1], height - inner.shape[0]
    above, left = down // 2, across // 2
    return np.asarray(
        cv2.copyMakeBorder(inner, above, down - above, left, across - left, cv2.BORDER_CONSTANT), np.uint8
    )
