"""Which networks find and describe faces, and where built ones are kept; cheap, and it travels to child processes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from face_engine.align import DLIB, Template
from face_engine.detect import Detector
from face_engine.embed import Embedder
from face_engine.graphs import GraphCache

ENGINE_NAME = "mtcnn-1.0.0+dlib-resnet-v1"
"""Detector and vector model that are built in."""


@dataclass(frozen=True)
class Models:
    """The choice of networks.

    Parameters
    ----------
    cache
        Where the networks that we build are kept; None for the user's cache folder.
    """

    cache: Path | None = None

    @property
    def name(self) -> str:
        """Changes with all that changes vectors: those of another name are not to be compared."""
        return ENGINE_NAME

    @property
    def template(self) -> Template:
        """How faces are cut for the vector model."""
        return DLIB

    def detector(self, smallest_face_px: int = 40, threads: int = 1) -> Detector:
        """The detector, loaded."""
        return Detector(self._graphs(), smallest_face_px=smallest_face_px, threads=threads)

    def embedder(self, threads: int = 1) -> Embedder:
        """The vector model, loaded."""
        return Embedder(self._graphs(), threads=threads)

    def _graphs(self) -> GraphCache:
        return GraphCache(self.cache) if self.cache is not None else GraphCache.default()
