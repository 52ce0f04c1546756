"""Finds faces and their five landmarks with YuNet (Wu et al., 2023), given as an ONNX file, through OpenCV."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from math import sqrt

import cv2
import numpy as np
from numpy.typing import NDArray

from face_engine.boxes import suppress
from face_engine.errors import BadImage, BadModel
from face_engine.model import BGRImage, Detection, Landmarks
from face_engine.model_file import ModelFile
from face_engine.pyramid import LONGEST_SIDE_PX

# OpenCV's own default lines.
FACE_SCORE = 0.9
OVERLAP = 0.3
_MOST_CANDIDATES = 5000

# It was trained for faces of 10 to 300 pixels, say its authors; the smallest that is asked for is shown larger.
_SEEN_FROM_PX = 20
_SEEN_TO_PX = 300
# Beyond it a network takes gigabytes; it is the size of a 4K picture.
_MOST_PIXELS = 3840 * 2160

_STRIDES = (8, 16, 32)
_OUTPUTS = {"cls": 1, "obj": 1, "bbox": 4, "kps": 10}
_TRIED_SIZE = (192, 320)
_LOG_ERRORS = cv2.utils.logging.LOG_LEVEL_ERROR


class YuNet:
    """Finds faces from `smallest_face_px` on; threads may share it, and take turns.

    Raises
    ------
    BadModel
        With one plain sentence, where the file is not such a network.
    """

    def __init__(self, file: ModelFile, *, smallest_face_px: int = 40) -> None:
        content = np.frombuffer(file.read(), np.uint8)
        self._path = file.path
        self._scale = min(1.0, _SEEN_FROM_PX / smallest_face_px)
        self._one_at_a_time = threading.Lock()
        self._content = content
        nothing: NDArray[np.uint8] = np.empty(0, np.uint8)
        with _quiet():
            try:
                self._network = cv2.FaceDetectorYN.create(
                    "onnx", content, nothing, _TRIED_SIZE, FACE_SCORE, OVERLAP, _MOST_CANDIDATES
                )
            except cv2.error as error:
                raise BadModel("%(path)s is not an ONNX network that can be loaded.", path=file.path) from error

    def find(self, image: BGRImage) -> list[Detection]:
        """The faces of a BGR picture, most certain first; boxes may reach past its edges. Raises BadModel."""
        if max(image.shape[:2]) > LONGEST_SIDE_PX:
            raise BadImage("The picture is more than %(most)s pixels long.", most=LONGEST_SIDE_PX)
        rows = np.concatenate([self._rows(image, scale) for scale in self._scales(image)])
        boxes = np.hstack([rows[:, :2], rows[:, :2] + rows[:, 2:4]])
        return [_detection(boxes[i], rows[i]) for i in suppress(boxes, rows[:, 14], OVERLAP)]

    def check(self) -> None:
        """Try the network. Raises BadModel where its outputs are not those that OpenCV reads, unchecked, as faces."""
        height, width = _TRIED_SIZE
        names = [f"{kind}_{stride}" for kind in _OUTPUTS for stride in _STRIDES]
        sizes = [(height // stride) * (width // stride) * depth for depth in _OUTPUTS.values() for stride in _STRIDES]
        try:
            with _quiet():
                network = cv2.dnn.readNetFromONNX(self._content)
                network.setInput(cv2.dnn.blobFromImage(np.zeros((height, width, 3), np.uint8)))
                found = [np.asarray(output).size for output in network.forward(names)]
        except cv2.error as error:
            raise self._no_yunet() from error
        if found != sizes:
            raise self._no_yunet()

    def _no_yunet(self) -> BadModel:
        return BadModel(
            "%(path)s is not a YuNet face detector that OpenCV %(version)s can run on pictures of any size; OpenCV 5 "
            "may need a file whose input size is free.",
            path=self._path,
            version=cv2.__version__,
        )

    def _scales(self, image: BGRImage) -> list[float]:
        """One for the smallest faces, and one for those that are then too large for the network."""
        height, width = image.shape[:2]
        fine = min(self._scale, sqrt(_MOST_PIXELS / (height * width)))
        coarse = _SEEN_TO_PX / min(height, width)
        return [fine, coarse] if coarse < fine else [fine]

    def _rows(self, image: BGRImage, scale: float) -> NDArray[np.float64]:
        """Faces at one scale in pixels of the picture, shape (n, 15): left, top, width, height, landmarks, score."""
        height, width = image.shape[:2]
        size = max(1, round(width * scale)), max(1, round(height * scale))
        reduced = image if scale == 1 else cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        with self._one_at_a_time:
            try:
                self._network.setInputSize(size)
                _, found = self._network.detect(reduced)
            except cv2.error as error:
                raise self._no_yunet() from error
        rows = np.empty((0, 15)) if found is None else np.asarray(found, np.float64)
        rows = rows[np.isfinite(rows).all(axis=1)]
        rows[:, :14] *= np.tile((width / size[0], height / size[1]), 7)
        return rows


@contextmanager
def _quiet() -> Iterator[None]:
    """OpenCV 5 warns on the error stream, with each network, that a choice nobody made is not supported."""
    level = cv2.utils.logging.getLogLevel()
    cv2.utils.logging.setLogLevel(_LOG_ERRORS)
    try:
        yield
    finally:
        cv2.utils.logging.setLogLevel(level)


def _detection(box: NDArray[np.float64], row: NDArray[np.float64]) -> Detection:
    left, top, right, bottom = box.tolist()
    return Detection((left, top, right, bottom), _landmarks(row[4:14].reshape(5, 2)), float(min(row[14], 1.0)))


def _landmarks(points: NDArray[np.float64]) -> Landmarks:
    """YuNet gives the person's right eye and mouth corner first: those on the left of the picture, as ours."""
    left_eye, right_eye, nose, left_mouth, right_mouth = ((float(x), float(y)) for x, y in points)
    return left_eye, right_eye, nose, left_mouth, right_mouth
