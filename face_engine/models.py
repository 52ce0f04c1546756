"""Which networks find and describe faces, and where built ones are kept; cheap, and it travels to child processes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from face_engine.arcface import SAME_PERSON_COSINE, ArcFace
from face_engine.detect import Detector
from face_engine.embed import Embedder
from face_engine.graphs import GraphCache
from face_engine.model import BGRImage, Detection, Vectors
from face_engine.model_file import ModelFile
from face_engine.yunet import YuNet

DETECTOR_NAME = "mtcnn-1.0.0"
VECTOR_MODEL_NAME = "sface-2021dec"
ENGINE_NAME = f"{DETECTOR_NAME}+{VECTOR_MODEL_NAME}"
"""Of the networks that are built in."""


class FaceDetector(Protocol):
    """Finds faces; threads may share it."""

    def find(self, image: BGRImage) -> list[Detection]:
        """The faces of a BGR picture, most certain first; boxes may reach past its edges."""


class FaceEmbedder(Protocol):
    """Turns chips into vectors of one length; those of one person are nearer than 0.6. Threads may share it."""

    def embed(self, chips: Sequence[BGRImage]) -> Vectors:
        """The model's own vectors of chips."""

    def embed_mirrored(self, chips: Sequence[BGRImage]) -> Vectors:
        """With the mirrored chips' vectors, which suits enrolment."""


@dataclass(frozen=True)
class Models:
    """The choice of networks.

    Parameters
    ----------
    cache
        Where the networks that we build are kept; None for the user's cache folder.
    vector_file
        An ArcFace-like network in place of SFace.
    same_person_cosine
        Its author's line for two pictures; see `face_engine.arcface`.
    detector_file
        A YuNet network in place of MTCNN.
    sparing
        Let the runtime give memory back after each picture, which takes a third longer.
    """

    cache: Path | None = None
    vector_file: ModelFile | None = None
    same_person_cosine: float = SAME_PERSON_COSINE
    detector_file: ModelFile | None = None
    sparing: bool = False

    @property
    def name(self) -> str:
        """Changes with all that changes vectors, which are not to be compared with those of another name."""
        return f"{self._detector_name}+{self._vector_model_name}"

    def detector(self, smallest_face_px: int = 40, threads: int = 1) -> FaceDetector:
        """The detector, loaded. Raises WeightsMissing, BadModel."""
        if self.detector_file is None:
            return Detector(self._graphs(), smallest_face_px=smallest_face_px, threads=threads)
        return YuNet(self.detector_file, smallest_face_px=smallest_face_px)

    def embedder(self, threads: int = 1) -> FaceEmbedder:
        """The vector model, loaded. Raises WeightsMissing, BadModel."""
        if self.vector_file is None:
            return Embedder(self._graphs(), threads=threads)
        return ArcFace(self.vector_file, self.same_person_cosine, threads=threads)

    # The cut and the numbers that go into a network change vectors as well: a new way of ours needs a new word here.
    @property
    def _vector_model_name(self) -> str:
        if self.vector_file is None:
            return VECTOR_MODEL_NAME
        return f"arcface112-{self.vector_file.short_sum}-{self.same_person_cosine:g}"

    @property
    def _detector_name(self) -> str:
        return DETECTOR_NAME if self.detector_file is None else f"yunet-{self.detector_file.short_sum}"

    def _graphs(self) -> GraphCache:
        if self.cache is not None:
            return GraphCache(self.cache, sparing=self.sparing)
        return GraphCache.default(sparing=self.sparing)
