"""Faces before the kiosk: how near, how many, and whether the head is turned; who they are is the site's business."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2

from device_uploader.errors import SettingsWrong, SourceFailed
from device_uploader.kiosk import BASE_WIDTH_PX, Turn
from device_uploader.sources import Frame

LEAST_SCORE = 0.6
LOOKED_AT_PX = 480  # wide: near faces are a fifth of it and more
SMALLER_IS_BEHIND = 0.5  # of the nearest face's width: who waits in line is not at the kiosk
AHEAD = 0.13  # the nose beside the middle of the eyes, in distances of the eyes: less is ahead
TURNED = 0.14  # farther aside than in the first picture: about 25 degrees, where no more pictures are needed
LONGEST_SIDE_PX, MOST_BYTES, QUALITIES = 1280, 380_000, (90, 80, 65, 50)


@dataclass(frozen=True, slots=True)
class Face:
    """In pixels of the camera's picture. `aside` is where the nose is between the eyes: positive to the picture's
    right, which is where the nose goes when somebody turns to their own left.
    """

    box: tuple[int, int, int, int]  # x, y, width, height
    aside: float = 0.0

    @property
    def width(self) -> int:
        """In pixels."""
        return self.box[2]

    @property
    def is_ahead(self) -> bool:
        """Looks at the camera."""
        return abs(self.aside) <= AHEAD

    def is_turned(self, way: Turn, ahead: float) -> bool:
        """To the person's own left or right of where the nose was `ahead`. What it proves, the site decides."""
        return (self.aside - ahead if way == "left" else ahead - self.aside) >= TURNED


class FaceFinder:
    """OpenCV's YuNet. Raises SettingsWrong where the model cannot be used."""

    def __init__(self, model: Path) -> None:
        try:
            self._detector = cv2.FaceDetectorYN.create(str(model), "", (320, 320), LEAST_SCORE)
        except (cv2.error, AttributeError) as wrong:
            raise SettingsWrong(f"The face model {model} in [kiosk] cannot be used.") from wrong

    def find(self, frame: Frame) -> list[Face]:
        """The widest first."""
        scale = min(1.0, LOOKED_AT_PX / frame.shape[1])
        size = round(frame.shape[1] * scale), round(frame.shape[0] * scale)
        small = cv2.resize(frame, size, interpolation=cv2.INTER_AREA) if scale < 1 else frame
        self._detector.setInputSize(size)
        _, rows = self._detector.detect(small)
        faces = [_face([float(value) / scale for value in row[:14]]) for row in (rows if rows is not None else ())]
        return sorted(faces, key=lambda face: -face.width)


def _face(row: Sequence[float]) -> Face:
    """x, y, width, height, then five points: the eye on the picture's left first, then the other, nose, mouth."""
    (left_x, left_y), (right_x, right_y), (nose_x, _) = row[4:6], row[6:8], row[8:10]
    between = max(1.0, ((right_x - left_x) ** 2 + (right_y - left_y) ** 2) ** 0.5)
    box = (int(row[0]), int(row[1]), int(row[2]), int(row[3]))
    return Face(box, (nose_x - (left_x + right_x) / 2) / between)


def near(faces: Sequence[Face], frame_width_px: int, min_face_px: int) -> list[Face]:
    """Those that stand at the kiosk: as wide as the site asks for, and not far behind the nearest."""
    least = min_face_px * frame_width_px / BASE_WIDTH_PX
    widest = max((face.width for face in faces), default=0)
    return [face for face in faces if face.width >= max(least, widest * SMALLER_IS_BEHIND)]


def jpeg(frame: Frame) -> bytes:
    """As large as the site takes one. Raises SourceFailed."""
    longest = max(frame.shape[:2])
    if longest > LONGEST_SIDE_PX:
        scale = LONGEST_SIDE_PX / longest
        size = round(frame.shape[1] * scale), round(frame.shape[0] * scale)
        frame = cv2.resize(frame, size, interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
    for quality in QUALITIES:
        whole, picture = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, quality])
        if whole and picture.nbytes <= MOST_BYTES:
            return picture.tobytes()
    raise SourceFailed("The camera gave a picture that is no picture.")
