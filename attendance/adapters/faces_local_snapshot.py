"""Searches a snapshot: one picture, in which nobody is seen twice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from attendance.adapters.faces_local_lines import points_between
from attendance.ports import Progress, Seen
from face_engine.engine import Engine
from face_engine.gallery import Gallery
from face_engine.images import read_image
from face_engine.model import BGRImage, Face
from face_engine.portrait import cut_picture
from face_engine.search_model import SearchOptions
from face_engine.similarity import similarity


def search_snapshot(
    path: Path, gallery: Gallery, engine: Engine, options: SearchOptions, progress: Progress | None
) -> list[Seen]:
    """One entry a face. Of two faces that are nearest to one student, the nearer is the student.

    Raises BadImage, and what `progress` raises.
    """
    report = progress or (lambda share: None)
    report(0.0)
    image = read_image(path)
    faces = engine.find(image)
    report(0.5)
    distances = gallery.distances(engine.embed(image, faces))
    owners = _owners(distances, options.review_distance)
    seen = [
        _seen(image, face, row, owners.get(i), gallery)
        for i, (face, row) in enumerate(zip(faces, distances, strict=True))
    ]
    report(1.0)
    return seen


def _owners(distances: NDArray[np.float32], review_distance: float) -> dict[int, int]:
    """Which face (row) is which person (column), the nearest pairs first. Who is pushed off is nobody's second best."""
    owners: dict[int, int] = {}
    if not distances.shape[1]:
        return owners
    for face in np.argsort(distances.min(axis=1), kind="stable"):
        person = int(distances[face].argmin())
        if distances[face, person] <= review_distance and person not in owners.values():
            owners[int(face)] = person
    return owners


def _seen(image: BGRImage, face: Face, row: NDArray[np.float32], person: int | None, gallery: Gallery) -> Seen:
    nearest = None if person is None else float(row[person])
    others = [float(distance) for other, distance in enumerate(row) if other != person]
    margin = None if nearest is None or not others else min(others) - nearest
    return Seen(
        student_id=None if person is None else gallery.labels[person],
        first_s=0.0,
        last_s=0.0,
        frames=1,
        good_frames=0 if person is None else 1,
        similarity=None if nearest is None else similarity(nearest),
        margin=None if nearest is None else points_between(nearest, margin),
        picture=cut_picture(image, face.box, 0.0).jpeg,
        picture_s=0.0,
    )
