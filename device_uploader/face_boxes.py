"""Where faces are in a snapshot, not whose they are: by OpenCV's YuNet and a model file that somebody gives."""

from __future__ import annotations

from pathlib import Path

import cv2

from device_uploader.errors import SettingsWrong
from device_uploader.sources import Frame

LEAST_SCORE = 0.7


class FaceBoxes:
    """Raises SettingsWrong where the model cannot be used."""

    def __init__(self, model: Path) -> None:
        try:
            self._detector = cv2.FaceDetectorYN.create(str(model), "", (320, 320), LEAST_SCORE)
        except (cv2.error, AttributeError) as wrong:
            raise SettingsWrong(f"The face model {model} in [snapshots] cannot be used.") from wrong

    def find(self, frame: Frame) -> list[list[int]]:
        """x1, y1, x2, y2 in pixels, within the picture."""
        height, width = frame.shape[:2]
        self._detector.setInputSize((width, height))
        _, faces = self._detector.detect(frame)
        found = [] if faces is None else [[float(value) for value in face[:4]] for face in faces]
        return [
            [max(0, int(x)), max(0, int(y)), min(width, int(x + across)), min(height, int(y + down))]
            for x, y, across, down in found
        ]
