"""Searches a snapshot: one picture, in which nobody is seen twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from attendance.adapters.faces_local_lines import points_between
from attendance.ports import Progress, Seen
from face_engine.engine import Engine
from face_engine.gallery import Gallery
from face_engine.images import read_image
from face_engine.search_model import SearchOptions
from face_engine.similarity import similarity
from face_engine.snapshot import Named, name_faces


def search_snapshot(
    path: Path, gallery: Gallery, engine: Engine, options: SearchOptions, progress: Progress | None
) -> list[Seen]:
    """One entry a face, unknown ones last; a face that may be either of two has two.

    Raises BadImage, and what `progress` raises.
    """
    report = progress or (lambda share: None)
    report(0.0)
    image = read_image(path)
    faces = engine.find(image)
    report(0.5)
    named = name_faces(image, faces, gallery, engine, options)
    report(1.0)
    return [seen for one in sorted(named, key=lambda one: not one.people) for seen in _seen(one)]


def _seen(named: Named) -> Iterator[Seen]:
    picture = named.track.picture.jpeg
    for student_id, verdict in named.people:
        yield Seen(
            student_id=student_id,
            first_s=0.0,
            last_s=0.0,
            frames=1,
            good_frames=verdict.good_frames,
            similarity=similarity(verdict.distance),
            margin=points_between(verdict.distance, verdict.margin),
            picture=picture,
            picture_s=0.0,
        )
    if not named.people:
        yield Seen(None, 0.0, 0.0, 1, 0, None, None, picture, 0.0)
