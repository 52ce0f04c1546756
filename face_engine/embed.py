"""Turns face chips into the 128 numbers that tell people apart."""

from collections.abc import Sequence

import numpy as np

from face_engine.align import CHIP_PX
from face_engine.graphs import Graph, GraphCache
from face_engine.model import BGRImage, Vectors

# Beyond it a batch is not faster a face, and takes more memory.
BATCH = 32


class Embedder:
    """dlib's face network; two vectors of one person are nearer than 0.6 (Euclidean)."""

    def __init__(self, graphs: GraphCache, *, threads: int = 1) -> None:
        self._session = graphs.session(Graph.RESNET, threads)

    def embed(self, chips: Sequence[BGRImage]) -> Vectors:
        """The model's own vectors, shape (n, 128), of chips of shape (150, 150, 3)."""
        for chip in chips:
            if chip.shape != (CHIP_PX, CHIP_PX, 3) or chip.dtype != np.uint8:
                raise ValueError(f"a chip is uint8 (150, 150, 3), not {chip.dtype} {chip.shape}")
        vectors = [np.empty((0, 128), np.float32)]
        for start in range(0, len(chips), BATCH):
            batch = np.stack(chips[start : start + BATCH])
            vectors.append(self._session.run(None, {"image": batch})[0])
        return np.concatenate(vectors)

    def embed_mirrored(self, chips: Sequence[BGRImage]) -> Vectors:
        """The mean with the mirrored chip's vector, a little steadier at twice the cost; shape (n, 128)."""
        mirrored = [np.ascontiguousarray(chip[:, ::-1]) for chip in chips]
        return np.asarray((self.embed(chips) + self.embed(mirrored)) / 2, np.float32)
