"""Searches a snapshot: one picture, in which nobody is seen twice."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from attendance.adapters.faces_local_lines import points_between
from attendance.ports import Progress, Seen
from face_engine.engine import Engine
from face_engine.gallery import Gallery
from face_engine.identify import Claim, identify, judge
from face_engine.images import read_image
from face_engine.model import BGRImage, Face, Vectors
from face_engine.portrait import cut_picture
from face_engine.search_model import SearchOptions
from face_engine.similarity import similarity
from face_engine.track import Track


def search_snapshot(
    path: Path, gallery: Gallery, engine: Engine, options: SearchOptions, progress: Progress | None
) -> list[Seen]:
    """One entry a face, by the same rules as in a video of one frame; a face that may be either of two has two.

    Raises BadImage, and what `progress` raises.
    """
    report = progress or (lambda share: None)
    report(0.0)
    image = read_image(path)
    faces = engine.find(image)
    report(0.5)
    vectors = engine.embed(image, faces)
    tracks = [_track(image, face, vectors[i : i + 1]) for i, face in enumerate(faces)]
    claims, left = identify(tracks, gallery, options)
    report(1.0)
    return [*(_known(claim, gallery, options) for claim in claims), *map(_unknown, left)]


def _track(image: BGRImage, face: Face, vector: Vectors) -> Track:
    weight = max(face.quality.value, 1e-3)
    return Track(
        times_s=(0.0,),
        boxes=(face.box,),
        vectors=vector,
        weights=np.array([weight], np.float32),
        pooled=vector[0],
        quality=weight,
        score=face.score,
        picture=cut_picture(image, face.box, 0.0),
    )


def _known(claim: Claim, gallery: Gallery, options: SearchOptions) -> Seen:
    verdict = judge(claim, gallery, options)
    return Seen(
        student_id=gallery.labels[claim.person],
        first_s=0.0,
        last_s=0.0,
        frames=1,
        good_frames=verdict.good_frames,
        similarity=similarity(verdict.distance),
        margin=points_between(verdict.distance, verdict.margin),
        picture=claim.tracks[0].picture.jpeg,
        picture_s=0.0,
    )


def _unknown(track: Track) -> Seen:
    return Seen(None, 0.0, 0.0, 1, 0, None, None, track.picture.jpeg, 0.0)
