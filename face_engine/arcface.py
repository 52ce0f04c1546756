"""Turns face chips into vectors with an ArcFace-like network (Deng et al., 2019) that is given as an ONNX file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from face_engine.align import CHIP_PX
from face_engine.embed import Directions, check_chips, of_length_1, scaled, with_mirrored
from face_engine.errors import BadModel
from face_engine.graphs import load_network
from face_engine.model import BGRImage, Vectors
from face_engine.model_file import ModelFile

SAME_PERSON_COSINE = 0.4
"""From this cosine on two vectors are of one person, unless the model's author says otherwise."""

FEWEST_NUMBERS, MOST_NUMBERS = 64, 2048

_SIDE = CHIP_PX
# On one thread larger batches are no faster, and each process keeps the memory of its largest.
_BATCH = 8
# Chips of one person agree to some 0.1; a network that answers the same to everything agrees to the last digits.
_AS_GOOD_AS_EQUAL = 1e-4


class ArcFace:
    """The network, loaded. Its vectors have the length with which the author's threshold is at the distance 0.6.

    Parameters
    ----------
    file
        Input (n, 3, 112, 112) or (n, 112, 112, 3), n free or 1, red first, (x - 127.5) / 127.5; one output (n, d).
    same_person_cosine
        The author's threshold for two pictures.

    Raises
    ------
    BadModel
        With one plain sentence, where the file is not such a network.
    """

    def __init__(self, file: ModelFile, same_person_cosine: float = SAME_PERSON_COSINE, *, threads: int = 1) -> None:
        self._path = file.path
        self._session = _loaded(file, threads)
        self._same_person_cosine = same_person_cosine
        shape = self._input_shape()
        self._channels_last = shape[1] != 3
        # Some published files leave the number of pictures open at the input only, and can do one.
        open_ended = not any(isinstance(size, int) for size in (shape[0], *self._session.get_outputs()[0].shape[:1]))
        self._at_once = _BATCH if open_ended else 1
        self._input = str(self._session.get_inputs()[0].name)

    def embed(self, chips: Sequence[BGRImage]) -> Vectors:
        """Vectors, shape (n, d), of chips of shape (112, 112, 3). Raises BadModel where the network fails."""
        return scaled(self._directions(chips), self._same_person_cosine)

    def embed_mirrored(self, chips: Sequence[BGRImage]) -> Vectors:
        """The direction between a chip's vector and that of its mirror image, a little steadier; shape (n, d)."""
        return scaled(with_mirrored(chips, self._directions), self._same_person_cosine)

    def check(self) -> None:
        """Try the network on made-up chips. Raises BadModel with what is wrong with it."""
        chips = [_made_up_chip(seed) for seed in (1, 2)]
        one, other = (self._directions([chip])[0] for chip in chips)
        if not FEWEST_NUMBERS <= len(one) <= MOST_NUMBERS:
            raise BadModel(
                "%(path)s gives vectors of %(count)s numbers; %(fewest)s to %(most)s are expected of a face model.",
                path=self._path,
                count=len(one),
                fewest=FEWEST_NUMBERS,
                most=MOST_NUMBERS,
            )
        if np.allclose(one, other, atol=_AS_GOOD_AS_EQUAL):
            raise BadModel("%(path)s gives the same vector for different pictures.", path=self._path)
        if not np.allclose(self._directions(chips), [one, other], atol=1e-3):
            raise BadModel("%(path)s gives other vectors for several pictures at once than for each.", path=self._path)

    def _directions(self, chips: Sequence[BGRImage]) -> Directions:
        """Vectors of length 1."""
        check_chips(chips)
        starts = range(0, max(len(chips), 1), self._at_once)
        parts = [self._run(chips[start : start + self._at_once]) for start in starts]
        return self._of_length_1(np.concatenate(parts))

    def _run(self, chips: Sequence[BGRImage]) -> NDArray[np.float64]:
        pixels = np.zeros((1, _SIDE, _SIDE, 3), np.uint8) if not len(chips) else np.stack(chips)
        values = (pixels[..., ::-1].astype(np.float32) - 127.5) / 127.5
        values = values if self._channels_last else values.transpose(0, 3, 1, 2)
        try:
            vectors = np.asarray(self._session.run(None, {self._input: np.ascontiguousarray(values)})[0], np.float64)
        except Exception as error:  # ONNX Runtime's errors have no root in common
            raise BadModel("%(path)s cannot be run on a picture of 112 x 112 pixels.", path=self._path) from error
        if vectors.ndim != 2 or len(vectors) != len(pixels):
            raise BadModel("%(path)s does not give one vector a picture.", path=self._path)
        return vectors[: len(chips)]

    def _of_length_1(self, vectors: Directions) -> Directions:
        lengths = np.linalg.norm(vectors, axis=1)
        # A vector of zeros would be as near to everybody as nobody is.
        if not np.isfinite(lengths).all() or (lengths == 0).any():
            raise BadModel("%(path)s gives vectors that are not made of numbers.", path=self._path)
        return of_length_1(vectors)

    def _input_shape(self) -> list[Any]:
        """Raises BadModel where input or output are not those of a face model."""
        inputs, outputs = self._session.get_inputs(), self._session.get_outputs()
        if len(inputs) != 1 or len(outputs) != 1:
            raise BadModel(
                "%(path)s has %(inputs)s inputs and %(outputs)s outputs; a face model has one of each.",
                path=self._path,
                inputs=len(inputs),
                outputs=len(outputs),
            )
        shape = list(inputs[0].shape)
        if inputs[0].type != "tensor(float)" or not _takes_chips(shape):
            raise BadModel(
                "%(path)s takes %(type)s of shape %(shape)s; a face model takes n x 3 x 112 x 112 (or "
                "n x 112 x 112 x 3) numbers of 32 bits, n being free or 1.",
                path=self._path,
                type=inputs[0].type,
                shape=" x ".join(str(size) for size in shape) or "nothing",
            )
        return shape


def _takes_chips(shape: Sequence[Any]) -> bool:
    """Sizes that the file leaves open are names or None."""
    if len(shape) != 4 or (isinstance(shape[0], int) and shape[0] != 1):
        return False
    wanted = ((3, _SIDE, _SIDE), (_SIDE, _SIDE, 3))
    return any(
        3 in shape[1:]
        and all(size == side or not isinstance(size, int) for size, side in zip(shape[1:], sides, strict=True))
        for sides in wanted
    )


def _loaded(file: ModelFile, threads: int) -> onnxruntime.InferenceSession:
    content = file.read()
    try:
        return load_network(content, threads)
    except Exception as error:  # ONNX Runtime's errors have no root in common
        raise BadModel("%(path)s is not an ONNX network that can be loaded.", path=file.path) from error


def _made_up_chip(seed: int) -> BGRImage:
    """Soft blots of colour: no face, but a picture."""
    coarse = np.random.default_rng(seed).integers(0, 256, (7, 7, 3), dtype=np.uint8)
    return np.asarray(cv2.resize(coarse, (_SIDE, _SIDE), interpolation=cv2.INTER_CUBIC), np.uint8)
