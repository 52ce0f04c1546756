"""The face engine as a whole: faces of a picture, with their quality and their vectors."""

from collections.abc import Sequence

import cv2
import numpy as np

from face_engine.align import chip
from face_engine.model import BGRImage, Detection, Face, Vectors
from face_engine.models import Models
from face_engine.quality import assess

# Every portrait of the trial photographs is found with it when it is cut to the detector's own box.
_BORDER = 0.3
# Smaller faces are found without a border; with one only patterns of the border's streaks could be.
_FILLING = 0.5
_REDUCED_PX = 480


class Engine:
    """Finds and embeds faces; threads may share one engine.

    Parameters
    ----------
    models
        Which networks; None for those that are built in, kept in the user's cache folder.
    smallest_face_px
        Smaller faces are not found; half of it costs four times the time.
    threads
        For each network; one is best where several processes search.
    """

    def __init__(self, models: Models | None = None, *, smallest_face_px: int = 40, threads: int = 1) -> None:
        models = models or Models()
        self.name = models.name
        self._detector = models.detector(smallest_face_px, threads)
        self._embedder = models.embedder(threads)

    def find(self, image: BGRImage) -> list[Face]:
        """The faces of a BGR photograph, most certain first; also one that is cut to the face."""
        detections = self._detector.find(image) or self._find_cut_to_the_face(image)
        return [Face(found.box, found.landmarks, found.score, assess(image, found)) for found in detections]

    def embed(self, image: BGRImage, faces: Sequence[Detection], *, mirrored: bool = False) -> Vectors:
        """Vectors, shape (n, the model's length), of faces found in this picture.

        They are the model's own, or with `mirrored` the means with the mirrored faces', which suits enrolment.
        """
        chips = [chip(image, face.landmarks) for face in faces]
        return self._embedder.embed_mirrored(chips) if mirrored else self._embedder.embed(chips)

    def _find_cut_to_the_face(self, image: BGRImage) -> list[Detection]:
        """The detector misses a face that fills the picture; around it, it needs a border."""
        shorter, longer = sorted(image.shape[:2])
        if longer > 2 * shorter:
            return []
        # So large a face is found in a reduced picture as well, and much faster.
        scale = min(1.0, _REDUCED_PX / shorter)
        reduced = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        border = round(max(reduced.shape[:2]) * _BORDER)
        bordered = cv2.copyMakeBorder(reduced, border, border, border, border, cv2.BORDER_REPLICATE)
        return [
            _put_back(found, border, scale)
            for found in self._detector.find(np.asarray(bordered, np.uint8))
            if max(found.width_px, found.height_px) >= _FILLING * shorter * scale
        ]


def _put_back(found: Detection, border: float, scale: float) -> Detection:
    """The detection in the picture without the border and at its full size."""
    left, top, right, bottom = ((side - border) / scale for side in found.box)
    left_eye, right_eye, nose, left_mouth, right_mouth = (
        ((x - border) / scale, (y - border) / scale) for x, y in found.landmarks
    )
    landmarks = (left_eye, right_eye, nose, left_mouth, right_mouth)
    return Detection((left, top, right, bottom), landmarks, found.score)
