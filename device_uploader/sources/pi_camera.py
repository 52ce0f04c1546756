"""The camera of a Raspberry Pi by picamera2, which Raspberry Pi OS brings along."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from device_uploader.errors import SourceFailed
from device_uploader.sources import Camera, Frame


class PiCamera(Camera):
    """picamera2 is no wheel: `apt install python3-picamera2` brings it, into a venv that sees system packages."""

    def __init__(self, width: int, height: int) -> None:
        try:
            library = import_module("picamera2")
        except ImportError as missing:
            raise SourceFailed(
                "picamera2 is not installed. Install it with: sudo apt install python3-picamera2, "
                "and make the virtual environment with --system-site-packages."
            ) from missing
        self._camera: Any = None
        try:
            self._camera = library.Picamera2()
            # what libcamera calls RGB888 lies in memory as blue, green, red
            self._camera.configure(
                self._camera.create_video_configuration(main={"size": (width, height), "format": "RGB888"})
            )
            self._camera.start()
        except (RuntimeError, IndexError) as wrong:
            if self._camera is not None:
                self._camera.close()  # or it is taken, by this very process, at the next try
            raise SourceFailed(f"The Pi's camera cannot be opened: {wrong}. Is its cable in?") from wrong

    def read(self) -> Frame:
        """The newest picture."""
        try:
            frame: Frame = self._camera.capture_array("main")
        except RuntimeError as wrong:
            raise SourceFailed(f"The Pi's camera gives no pictures: {wrong}.") from wrong
        return frame

    def close(self) -> None:
        """Let go of the camera."""
        self._camera.close()
