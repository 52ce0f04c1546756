"""Says whose the faces of one picture are, in which nobody is twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from face_engine.engine import Engine
from face_engine.gallery import Gallery
from face_engine.identify import Claim, Verdict, identify, judge
from face_engine.model import BGRImage, Face
from face_engine.portrait import cut_picture
from face_engine.thresholds import Thresholds
from face_engine.track import Track


class Answer(StrEnum):
    """How sure it is whose a face is."""

    SURE = "sure"
    UNSURE = "unsure"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Named:
    """A face and who it may be: the nearest first, several where it may be either of them, nobody where unknown.

    `nearest` are the two nearest people of the gallery and their distances, as many as it holds, whatever the answer.
    """

    face: Face
    track: Track
    answer: Answer
    people: tuple[tuple[str, Verdict], ...]
    nearest: tuple[tuple[str, float], ...]


def name_faces(
    image: BGRImage, faces: Sequence[Face], gallery: Gallery, engine: Engine, thresholds: Thresholds
) -> list[Named]:
    """Each of the faces found in a BGR picture, by the rules of a video of one frame."""
    if not faces:
        return []
    vectors = engine.embed(image, faces)
    tracks = [_track(image, face, vectors[i : i + 1]) for i, face in enumerate(faces)]
    claims, _ = identify(tracks, gallery, thresholds)
    people, distances = gallery.nearest(vectors, 2)
    return [
        _named(face, track, claims, gallery, thresholds, tuple(zip(who.tolist(), far.tolist(), strict=True)))
        for face, track, who, far in zip(faces, tracks, people, distances, strict=True)
    ]


def _named(
    face: Face,
    track: Track,
    claims: Sequence[Claim],
    gallery: Gallery,
    thresholds: Thresholds,
    nearest: tuple[tuple[int, float], ...],
) -> Named:
    own = [claim for claim in claims if any(track is one for one in claim.tracks)]
    judged = [(gallery.labels[claim.person], judge(claim, gallery, thresholds)) for claim in own]
    answer = Answer.UNKNOWN if not own else Answer.SURE if own[0].strong else Answer.UNSURE
    by_distance = tuple(sorted(judged, key=lambda one: (one[1].distance, one[0])))
    return Named(face, track, answer, by_distance, tuple((gallery.labels[who], far) for who, far in nearest))


def _track(image: BGRImage, face: Face, vector: np.ndarray) -> Track:
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
