"""USB cameras and RTSP streams by OpenCV."""

from __future__ import annotations

import os
import threading

import cv2
import numpy as np

from device_uploader.errors import SourceFailed
from device_uploader.sources import Camera, Frame
from device_uploader.sources.choice import without_password

OPEN_MS, READ_MS = 10_000, 10_000
NO_PICTURE_S = 15.0


class OpenCvCamera(Camera):
    """A thread takes every picture off the camera, so that the one that is asked for is not seconds old."""

    def __init__(self, address: str, width: int, height: int) -> None:
        self._name = without_password(address)
        self._capture = opened(address, width, height)
        if not self._capture.isOpened():
            raise SourceFailed(f"The camera {self._name} cannot be opened. Is it plugged in, and does nobody use it?")
        self._lock, self._fresh, self._stop = threading.Lock(), threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._grab_all, name="camera", daemon=True)
        self._thread.start()

    def read(self) -> Frame:
        """The newest picture, decoded only when it is asked for."""
        if not self._fresh.wait(NO_PICTURE_S):
            raise SourceFailed(f"The camera {self._name} gives no pictures any more.")
        with self._lock:
            self._fresh.clear()
            try:
                here, frame = self._capture.retrieve()
            except cv2.error:  # as for a picture without a byte
                here = False
        if not here:
            raise SourceFailed(f"The camera {self._name} gave a picture that cannot be read.")
        return np.asarray(frame, np.uint8)

    def close(self) -> None:
        """The thread ends with the grab that it is in."""
        self._stop.set()
        self._thread.join(NO_PICTURE_S)
        self._capture.release()

    def _grab_all(self) -> None:
        while not self._stop.is_set():
            with self._lock:
                here = self._capture.grab()
            if not here:
                return
            self._fresh.set()
            self._stop.wait(0.002)  # or `read` would never get the lock


def opened(address: str, width: int, height: int) -> cv2.VideoCapture:
    """A number or a path is a V4L2 device; all else is an address that FFmpeg opens.

    Neither says anything of its own: a camera that is away is tried every few seconds, and told once, in our words.
    """
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    if "://" in address:
        limits = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, OPEN_MS, cv2.CAP_PROP_READ_TIMEOUT_MSEC, READ_MS]
        return cv2.VideoCapture(address, cv2.CAP_FFMPEG, limits)
    capture = cv2.VideoCapture(int(address) if address.isdigit() else address, cv2.CAP_V4L2)
    capture.set(cv2.CAP_PROP_FRAME_WIDTH, width)
    capture.set(cv2.CAP_PROP_FRAME_HEIGHT, height)
    return capture
