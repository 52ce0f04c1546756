"""The people that a face may be: their names and their face vectors."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from face_engine.errors import BadImage, FaceEngineError
from face_engine.images import read_image
from face_engine.model import Vectors
from face_engine.upright import find_upright

if TYPE_CHECKING:
    from face_engine.engine import Engine

PHOTO_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif", ".heic", ".heif", ".avif"}

# "ada-2.jpg", "ada_2.jpg", "ada 2.jpg" and "ada (2).jpg" are more photos of "ada"; "ada2.jpg" is somebody else.
_NUMBERED = re.compile(r"[-_ ]\(?\d{1,3}\)?$")

# The distances of so many rows to so many vectors fit a processor's cache; few at first, since all of them count there.
_ROWS = 64
_BLOCK = 8192
_FIRST_BLOCK = 256

# The pairs of so many people tell how alike a gallery is.
_SPREAD_OF = 200


class Gallery:
    """Enrolled people, each with one or more vectors.

    Parameters
    ----------
    labels
        Whose each vector is; a label may come several times.
    vectors
        Shape (n, length), of one engine; the length is the engine's. Without anybody any length is taken.

    Raises
    ------
    ValueError
        Where labels and vectors do not fit, or a vector is not made of numbers.
    """

    def __init__(self, labels: Sequence[str], vectors: Vectors) -> None:
        rows = np.atleast_2d(np.asarray(vectors, np.float32)) if np.size(vectors) else np.empty((0, 0), np.float32)
        if len(rows) != len(labels):
            raise ValueError(f"{len(labels)} labels do not fit {len(rows)} vectors")
        if not np.isfinite(rows).all():
            raise ValueError("a vector of the gallery is not made of numbers")
        order = np.array(sorted(range(len(labels)), key=labels.__getitem__), np.intp)
        self._vectors: Vectors = rows[order]
        self._squares: NDArray[np.float32] = np.einsum("ij,ij->i", self._vectors, self._vectors)
        firsts = [i for i, place in enumerate(order) if not i or labels[place] != labels[order[i - 1]]]
        self.labels: tuple[str, ...] = tuple(labels[order[i]] for i in firsts)
        self._starts = np.array(firsts, np.intp)
        self._owners: NDArray[np.intp] = np.repeat(np.arange(len(firsts)), np.diff([*firsts, len(order)]))

    def __len__(self) -> int:
        """How many people."""
        return len(self.labels)

    @cached_property
    def spread(self) -> float | None:
        """The middle distance of two people, by the first vector of each; None where there is one."""
        if len(self) < 2:
            return None
        some = np.unique(np.linspace(0, len(self) - 1, min(len(self), _SPREAD_OF)).astype(np.intp))
        firsts = self._vectors[self._starts[some]]
        squares = self._squares[self._starts[some]]
        between = squares[:, None] + squares - 2 * firsts @ firsts.T
        return float(np.sqrt(max(0.0, float(np.median(between[np.triu_indices(len(some), 1)])))))

    def distances(self, vectors: Vectors) -> NDArray[np.float32]:
        """Distances of vectors (n, length) to each person, shape (n, people): to the nearest of the person's own."""
        rows = np.atleast_2d(np.asarray(vectors, np.float32))
        if not len(self):
            return np.empty((len(rows), 0), np.float32)
        squares = (rows**2).sum(1)[:, None] + self._squares - 2 * rows @ self._vectors.T
        nearest = np.minimum.reduceat(np.sqrt(np.maximum(squares, 0)), self._starts, axis=1)
        return np.asarray(nearest, np.float32)

    def nearest(self, vectors: Vectors, k: int) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        """The k nearest people of each vector (n, length), nearest first; fewer where the gallery holds fewer.

        Exact, and a million people at a time: the gallery is read block by block, and of each block only vectors
        nearer than the k-th person so far are looked at. Many vectors at once share the reading.

        Returns
        -------
        people, distances
            Both of shape (n, min(k, people)): indices of `labels`, and the distances to the nearest vector of each.
        """
        rows = np.atleast_2d(np.asarray(vectors, np.float32))
        k = max(0, min(k, len(self)))
        parts = [self._nearest(rows[i : i + _ROWS], k) for i in range(0, len(rows) if k else 0, _ROWS)]
        places = np.concatenate([np.empty((0, k), np.intp), *parts]) if k else np.empty((len(rows), 0), np.intp)
        # From the difference itself: between squares the digits of a small distance are lost.
        distances = np.linalg.norm(rows[:, None] - self._vectors[places], axis=2) if k else np.empty(places.shape)
        order = np.argsort(distances, axis=1, kind="stable")
        people = np.take_along_axis(self._owners[places], order, axis=1)
        return people, np.take_along_axis(distances, order, axis=1).astype(np.float32)

    def _nearest(self, rows: Vectors, k: int) -> NDArray[np.intp]:
        """Of each row the places (n, k) of the nearest vectors of k different people."""
        found = _Nearest(len(rows), k)
        doubled: Vectors = np.multiply(rows, -2, dtype=np.float32)
        start, width = 0, _FIRST_BLOCK
        while start < len(self._vectors):
            block = slice(start, start + width)
            scores = doubled @ self._vectors[block].T
            # Without the row's own square, which changes no order.
            scores += self._squares[block]
            # In flat form since numpy finds the few true ones of a table much more slowly.
            near = np.flatnonzero(scores < found.bounds[:, None])
            which, offsets = np.divmod(near, scores.shape[1])
            found.add(which, offsets + start, self._owners[offsets + start], scores.ravel()[near])
            start, width = start + width, min(2 * width, _BLOCK)
        return found.places.reshape(len(rows), k)


class _Nearest:
    """The vectors of the k nearest people so far, for each of several rows."""

    def __init__(self, rows: int, k: int) -> None:
        self._k = k
        self._rows = np.empty(0, np.intp)
        self._people = np.empty(0, np.intp)
        self._scores = np.empty(0, np.float32)
        self.places = np.empty(0, np.intp)
        self.bounds = np.full(rows, np.inf, np.float32)
        """What a vector has to be below to count."""

    def add(
        self,
        rows: NDArray[np.intp],
        places: NDArray[np.intp],
        people: NDArray[np.intp],
        scores: NDArray[np.float32],
    ) -> None:
        """Take what is nearer than before: one vector a person, k people a row."""
        if not len(rows):
            return
        rows, places = np.concatenate([self._rows, rows]), np.concatenate([self.places, places])
        people, scores = np.concatenate([self._people, people]), np.concatenate([self._scores, scores])
        by_person = np.lexsort((scores, people, rows))
        same = (np.diff(rows[by_person]) == 0) & (np.diff(people[by_person]) == 0)
        own = by_person[np.concatenate([[True], ~same])]
        by_row = own[np.lexsort((scores[own], rows[own]))]
        starts = np.searchsorted(rows[by_row], np.arange(len(self.bounds)))
        rank = np.arange(len(by_row)) - starts[rows[by_row]]
        kept = by_row[rank < self._k]
        self._rows, self.places, self._people, self._scores = rows[kept], places[kept], people[kept], scores[kept]
        last = by_row[rank == self._k - 1]
        self.bounds[rows[last]] = scores[last]


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
    upright = find_upright(engine, read_image(photo))
    image, faces = upright.image, upright.faces
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
