"""The face engine as a whole: faces of a picture, with their quality and their vectors."""

from collections.abc import Sequence
from pathlib import Path

from face_engine.align import chip
from face_engine.detect import Detector
from face_engine.embed import Embedder
from face_engine.graphs import GraphCache
from face_engine.model import BGRImage, Detection, Face, Vectors
from face_engine.quality import assess

ENGINE_NAME = "mtcnn-1.0.0+dlib-resnet-v1"
"""Vectors of another name are not to be compared with these."""


class Engine:
    """Finds and embeds faces; one engine is for one thread at a time.

    Parameters
    ----------
    cache
        Where the networks are kept once they are built; None for the user's cache folder.
    smallest_face_px
        Smaller faces are not found; half of it costs four times the time.
    threads
        For each network; one is best where several processes search.
    """

    name = ENGINE_NAME

    def __init__(self, cache: Path | None = None, *, smallest_face_px: int = 40, threads: int = 1) -> None:
        graphs = GraphCache(cache) if cache is not None else GraphCache.default()
        self._detector = Detector(graphs, smallest_face_px=smallest_face_px, threads=threads)
        self._embedder = Embedder(graphs, threads=threads)

    def find(self, image: BGRImage) -> list[Face]:
        """The faces of a BGR picture, most certain first."""
        return [
            Face(found.box, found.landmarks, found.score, assess(image, found)) for found in self._detector.find(image)
        ]

    def embed(self, image: BGRImage, faces: Sequence[Detection], *, mirrored: bool = False) -> Vectors:
        """Vectors, shape (n, 128), of faces found in this picture.

        They are the model's own, or with `mirrored` the means with the mirrored faces', which suits enrolment.
        """
        chips = [chip(image, face.landmarks) for face in faces]
        return self._embedder.embed_mirrored(chips) if mirrored else self._embedder.embed(chips)
