"""The others that the bench measures against: dlib, the `face_recognition` way of using it, and OpenCV's YuNet.

`face_recognition` itself is a thin layer over dlib; its calls are made here directly, because the wheel of dlib that
installs without a compiler goes by another name. The processes that search for us do not import this file, so that
dlib does not count in their memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import cv2
import dlib
import numpy as np
import onnx

from face_engine.graphs import load_network
from face_engine.model import BGRImage, Box, Vectors
from face_engine.weights import SFACE, YUNET, WeightFile

RESNET = WeightFile("face_recognition_models", "0.3.0", "models/dlib_face_recognition_resnet_model_v1.dat")
LANDMARKS = replace(RESNET, path_in_package="models/shape_predictor_5_face_landmarks.dat")
"""The five points that `face_recognition.face_encodings` takes by default."""

YUNET_SCORE = 0.7
DLIB_SAME_PERSON = 0.6
"""Below this distance two of dlib's vectors are of one person, by its author and by default in `face_recognition`."""


class PublishedSFace:
    """The file of SFace as it was published, run as it is."""

    def __init__(self) -> None:
        model = onnx.load(str(SFACE.checked_path()))
        data = [given for given in model.graph.input if given.name == "data"]
        del model.graph.input[:]  # the weights are listed as inputs too
        model.graph.input.extend(data)
        self._session = load_network(model.SerializeToString())

    def one(self, chip: BGRImage) -> Vectors:
        """Vector (128,) of length 1 of a chip (112, 112, 3)."""
        pixels = chip[None, :, :, ::-1].transpose(0, 3, 1, 2).astype(np.float32)
        vector = self._session.run(None, {"data": pixels})[0][0]
        return np.asarray(vector / np.linalg.norm(vector), np.float32)


class DlibVectors:
    """dlib's own network."""

    def __init__(self) -> None:
        self._network: Any = dlib.face_recognition_model_v1(str(RESNET.path()))

    def one(self, chip: BGRImage) -> Vectors:
        """Vector (128,) of a chip (150, 150, 3)."""
        return np.array(self._network.compute_face_descriptor(rgb(chip)), np.float32)


class DlibFinder:
    """dlib's detector by histograms of gradients: faces from 80 pixels on, from 40 when upsampled once."""

    def __init__(self, upsampled: int) -> None:
        self._detector: Any = dlib.get_frontal_face_detector()
        self._upsampled = upsampled

    def find(self, image: BGRImage) -> list[Box]:
        """Boxes of the faces of a picture."""
        return [_box(found) for found in self._detector(rgb(image), self._upsampled)]


class YuNetFinder:
    """OpenCV's YuNet."""

    def __init__(self) -> None:
        self._detector = cv2.FaceDetectorYN.create(str(YUNET.checked_path()), "", (320, 320), YUNET_SCORE)

    def find(self, image: BGRImage) -> list[Box]:
        """Boxes of the faces of a picture."""
        self._detector.setInputSize((image.shape[1], image.shape[0]))
        faces = self._detector.detect(image)[1]
        return [] if faces is None else [(x, y, x + w, y + h) for x, y, w, h in faces[:, :4].tolist()]


class FaceRecognitionWay:
    """Every face of every frame: HOG upsampled once, five points, dlib's vector, the nearest within 0.6.

    As the examples of https://github.com/ageitgey/face_recognition do it, with its defaults.
    """

    def __init__(self) -> None:
        self._detector: Any = dlib.get_frontal_face_detector()
        self._points: Any = dlib.shape_predictor(str(LANDMARKS.path()))
        self._network: Any = dlib.face_recognition_model_v1(str(RESNET.path()))

    def vectors(self, image: BGRImage) -> Vectors:
        """Vectors (n, 128) of all faces of a picture."""
        picture = rgb(image)
        faces = [self._points(picture, box) for box in self._detector(picture, 1)]
        vectors = [self._network.compute_face_descriptor(picture, face, 1) for face in faces]
        return np.array(vectors, np.float32).reshape(-1, 128)

    def names(self, image: BGRImage, labels: Sequence[str], known: Vectors) -> list[str]:
        """Who is in the picture: for each face the nearest of `known` (n, 128), where it is near enough."""
        names = []
        for vector in self.vectors(image):
            distances = np.linalg.norm(known - vector, axis=1)
            if len(distances) and distances.min() <= DLIB_SAME_PERSON:
                names.append(labels[int(distances.argmin())])
        return names


def rgb(image: BGRImage) -> BGRImage:
    """The picture in dlib's order of colours."""
    return np.ascontiguousarray(image[:, :, ::-1])


def _box(found: Any) -> Box:
    return found.left(), found.top(), found.right(), found.bottom()
