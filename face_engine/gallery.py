"""The people that a face may be: their names and their face vectors."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from face_engine.errors import BadImage, FaceEngineError
from face_engine.images import read_image
from face_engine.model import Vectors

if TYPE_CHECKING:
    from face_engine.engine import Engine

VECTOR_LENGTH = 128
PHOTO_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif"}

# "ada-2.jpg", "ada_2.jpg", "ada 2.jpg" and "ada (2).jpg" are more photos of "ada"; "ada2.jpg" is somebody else.
_NUMBERED = re.compile(r"[-_ ]\(?\d{1,3}\)?$")


class Gallery:
    """Enrolled people, each with one or more vectors.

    Parameters
    ----------
    labels
        Whose each vector is; a label may come several times.
    vectors
        Shape (n, 128).
    """

    def __init__(self, labels: Sequence[str], vectors: Vectors) -> None:
        rows = np.asarray(vectors, np.float32).reshape(-1, VECTOR_LENGTH)
        if len(rows) != len(labels):
            raise ValueError(f"{len(labels)} labels do not fit {len(rows)} vectors")
        if not np.isfinite(rows).all():
            raise ValueError("a vector of the gallery is not made of numbers")
        order = sorted(range(len(labels)), key=lambda i: labels[i])
        self._vectors = rows[order]
        self.labels: tuple[str, ...] = tuple(sorted(set(labels)))
        owner = [labels[i] for i in order]
        self._starts = np.array([owner.index(label) for label in self.labels], np.intp)

    def __len__(self) -> int:
        """How many people."""
        return len(self.labels)

    def distances(self, vectors: Vectors) -> NDArray[np.float32]:
        """Distances of vectors (n, 128) to each person, shape (n, people): to the nearest of the person's own."""
        rows = np.asarray(vectors, np.float32).reshape(-1, VECTOR_LENGTH)
        if not len(self):
            return np.empty((len(rows), 0), np.float32)
        squares = (rows**2).sum(1)[:, None] + (self._vectors**2).sum(1)[None] - 2 * rows @ self._vectors.T
        nearest = np.minimum.reduceat(np.sqrt(np.maximum(squares, 0)), self._starts, axis=1)
        return np.asarray(nearest, np.float32)


@dataclass(frozen=True)
class GalleryFolder:
    """A gallery read from photos, and a plain sentence for each photo that could not be used or deserves a look."""

    gallery: Gallery
    problems: list[str]


def load_gallery_folder(folder: Path, engine: Engine) -> GalleryFolder:
    """Enrol everybody in a folder: one sub-folder a person, or files named after the person.

    `ada.jpg`, `ada-2.jpg`, `ada_3.png` and `ada (4).jpg` are four photos of `ada`; `ada2.jpg` is of `ada2`. Of several
    faces in a photo the largest is taken.

    Raises
    ------
    FaceEngineError
        With one plain sentence, where the folder has no photo with a face.
    """
    if not folder.is_dir():
        raise FaceEngineError("%(folder)s is not a folder of photos.", folder=folder)
    labels: list[str] = []
    vectors: list[NDArray[np.float32]] = []
    problems: list[str] = []
    for label, photo in _photos(folder):
        try:
            vector, note = _enrol(photo, engine)
        except BadImage as error:
            problems.append(str(error))
            continue
        if note:
            problems.append(note)
        if vector is not None:
            labels.append(label)
            vectors.append(vector)
    if not labels:
        raise FaceEngineError("%(folder)s has no photo in which a face is found.", folder=folder)
    return GalleryFolder(Gallery(labels, np.stack(vectors)), problems)


def _enrol(photo: Path, engine: Engine) -> tuple[NDArray[np.float32] | None, str | None]:
    image = read_image(photo)
    faces = engine.find(image)
    if not faces:
        return None, f"{photo.name}: no face is found in this photo."
    largest = max(faces, key=lambda face: face.width_px * face.height_px)
    vector = engine.embed(image, [largest], mirrored=True)[0]
    return vector, f"{photo.name}: of {len(faces)} faces the largest is taken." if len(faces) > 1 else None


def _photos(folder: Path) -> list[tuple[str, Path]]:
    """Label and file of each photo, in the order of names."""
    found: list[tuple[str, Path]] = []
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            found += [(entry.name, file) for file in sorted(entry.iterdir()) if _is_photo(file)]
        elif _is_photo(entry):
            found.append((_NUMBERED.sub("", entry.stem) or entry.stem, entry))
    return found


def _is_photo(file: Path) -> bool:
    return file.is_file() and not file.name.startswith(".") and file.suffix.lower() in PHOTO_SUFFIXES
