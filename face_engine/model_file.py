"""A network that somebody else made: an ONNX file, and the sum that says that it is the one that was chosen."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from face_engine.errors import BadModel


@dataclass(frozen=True)
class ModelFile:
    """A file and its SHA-256 in hexadecimal digits."""

    path: Path
    sha256: str

    @property
    def short_sum(self) -> str:
        """Enough of the sum to tell files apart, for names."""
        return self.sha256[:12]

    def read(self) -> bytes:
        """The whole file. Raises BadModel where it cannot be read or is another file."""
        content = _content(self.path)
        found = hashlib.sha256(content).hexdigest()
        if found != self.sha256:
            raise BadModel(
                "%(path)s is not the file that was chosen: its SHA-256 is %(found)s, not %(wanted)s.",
                path=self.path,
                found=found,
                wanted=self.sha256,
            )
        return content


def sha256_of(path: Path) -> str:
    """The sum of a file. Raises BadModel where it cannot be read."""
    return hashlib.sha256(_content(path)).hexdigest()


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadModel("%(path)s cannot be read: %(reason)s.", path=path, reason=error.strerror) from error
