"""Turns face chips into the 128 numbers that tell people apart, with SFace (Zhong et al., 2021)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from face_engine.align import CHIP_PX
from face_engine.graphs import Graph, GraphCache
from face_engine.model import BGRImage, Vectors
from face_engine.similarity import SFACE_COSINE, length_of

Directions = NDArray[np.float64]


class Embedder:
    """SFace. Two vectors of one person are nearer than 0.6 (Euclidean)."""

    def __init__(self, graphs: GraphCache, *, threads: int = 1) -> None:
        self._session = graphs.session(Graph.SFACE, threads)

    def embed(self, chips: Sequence[BGRImage]) -> Vectors:
        """Vectors, shape (n, 128), of chips of shape (112, 112, 3)."""
        return scaled(self._directions(chips), SFACE_COSINE)

    def embed_mirrored(self, chips: Sequence[BGRImage]) -> Vectors:
        """Between a chip's vector and that of its mirror image, a little steadier at twice the cost; shape (n, 128)."""
        return scaled(with_mirrored(chips, self._directions), SFACE_COSINE)

    def _directions(self, chips: Sequence[BGRImage]) -> Directions:
        check_chips(chips)
        # One after the other: a batch outgrows the processor's cache, and takes a fifth longer a face.
        outputs = [self._session.run(None, {"image": chip[None]})[0] for chip in chips]
        return of_length_1(np.concatenate([np.empty((0, 128)), *outputs]))


def scaled(directions: Directions, same_person_cosine: float) -> Vectors:
    """Directions (n, d) as vectors of that length."""
    return np.asarray(directions * length_of(same_person_cosine), np.float32)


def with_mirrored(chips: Sequence[BGRImage], directions: Callable[[Sequence[BGRImage]], Directions]) -> Directions:
    """The directions between those of chips and of their mirror images."""
    mirrored = [np.ascontiguousarray(chip[:, ::-1]) for chip in chips]
    return of_length_1(directions(chips) + directions(mirrored))


def of_length_1(vectors: Directions) -> Directions:
    """Each row divided by its length."""
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float64)


def check_chips(chips: Sequence[BGRImage]) -> None:
    """Raises ValueError where one has another shape than `align.chip` gives."""
    for chip in chips:
        if chip.shape != (CHIP_PX, CHIP_PX, 3) or chip.dtype != np.uint8:
            raise ValueError(f"a chip is uint8 ({CHIP_PX}, {CHIP_PX}, 3), not {chip.dtype} {chip.shape}")
