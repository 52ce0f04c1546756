"""Puts a face in front of the engine as a lecture would, and says what the attendance would be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.accuracy.views import View, frames
from face_engine.align import chip
from face_engine.engine import Engine
from face_engine.gallery import Gallery
from face_engine.identify import identify, judge
from face_engine.model import BGRImage, Box, Face
from face_engine.thresholds import Thresholds
from face_engine.track import Shot, Track, Tracker

LEAST_GOOD_FRAMES = 3
"""As attendance asks for by default."""

Vector = NDArray[np.float32]


class Mark(Enum):
    """What becomes of one student."""

    PRESENT = "present"
    UNSURE = "unsure"
    ABSENT = "absent"


@dataclass(frozen=True, eq=False)
class Photo:
    """A face in a picture that has an owner. `vector` is as enrolled, mirrored and all; `plain` is without that."""

    person: str
    name: str
    image: BGRImage
    box: Box
    face_px: float
    vector: Vector
    plain: Vector


class Eyes:
    """The engine, once for each size of faces that is looked for."""

    def __init__(self) -> None:
        cv2.setNumThreads(1)
        self._engines: dict[int, Engine] = {}

    def photo(self, person: str, name: str, image: BGRImage, face: Face) -> Photo:
        """A found face as it would be enrolled."""
        vector = self._engine(40).embed(image, [face], mirrored=True)[0]
        plain = self._engine(40).embed(image, [face])[0]
        return Photo(person, name, image, face.box, min(face.width_px, face.height_px), vector, plain)

    def find(self, image: BGRImage) -> list[Face]:
        """All faces of a photo, the largest first."""
        return sorted(self._engine(40).find(image), key=lambda face: -face.width_px * face.height_px)

    def look(self, photo: Photo, view: View, count: int, seed: Sequence[int]) -> list[tuple[BGRImage, Shot]]:
        """The frames in which the face is found, with its shots."""
        return self.look_at(frames(photo.image, photo.box, view, count, seed), view.face_px)

    def look_at(self, shown: Iterable[BGRImage], face_px: float) -> list[tuple[BGRImage, Shot]]:
        """Those of these frames in whose middle a face is found, with its shots."""
        engine = self._engine(round(min(40.0, max(15.0, face_px * 0.6))))
        seen = []
        for frame in shown:
            middle = np.array(frame.shape[1::-1]) / 2
            near = [face for face in engine.find(frame) if _apart(face.box, middle) < 0.6 * face_px]
            for face in near[:1]:
                shot = Shot(face.box, face.score, face.quality.value, chip(frame, face.landmarks))
                shot.vector = engine.embed(frame, [face])[0]
                seen.append((frame, shot))
        return seen

    def _engine(self, smallest_face_px: int) -> Engine:
        if smallest_face_px not in self._engines:
            self._engines[smallest_face_px] = Engine(smallest_face_px=smallest_face_px)
        return self._engines[smallest_face_px]


def tracks_of(seen: Sequence[tuple[BGRImage, Shot]], first_s: int = 0) -> list[Track]:
    """The tracks that the video search would make of these shots, one picture after the other."""
    tracker = Tracker(_no_embedding, gap_s=10.0)
    ended: list[Track] = []
    for second, (frame, shot) in enumerate(seen, start=first_s):
        ended += tracker.add(float(second), frame, [replace(shot)])
    return ended + tracker.finish()


def pooled(seen: Sequence[tuple[BGRImage, Shot]]) -> Vector | None:
    """The vector of the longest track; None where no face was found."""
    tracks = tracks_of(seen)
    return max(tracks, key=lambda track: len(track.times_s)).pooled if tracks else None


def marks(
    seen: Sequence[tuple[BGRImage, Shot]], gallery: Gallery, thresholds: Thresholds | None = None
) -> Mapping[str, Mark]:
    """What the search and the rules of attendance make of it, for those who are not absent.

    A single picture counts as a snapshot, which has one frame only.
    """
    least_good_frames = 1 if len(seen) == 1 else LEAST_GOOD_FRAMES
    return marks_of(tracks_of(seen), gallery, thresholds or Thresholds(), least_good_frames)


def marks_of(
    tracks: Sequence[Track], gallery: Gallery, thresholds: Thresholds, least_good_frames: int = LEAST_GOOD_FRAMES
) -> Mapping[str, Mark]:
    """What becomes of everybody to whom one of these tracks is given."""
    claims, _ = identify(tracks, gallery, thresholds)
    decided = {}
    for claim in claims:
        is_sure = judge(claim, gallery, thresholds).good_frames >= least_good_frames
        decided[gallery.labels[claim.person]] = Mark.PRESENT if is_sure else Mark.UNSURE
    return decided


def worst(decided: Iterable[Mark]) -> Mark:
    """The gravest that becomes of a stranger."""
    found = set(decided)
    return next((mark for mark in (Mark.PRESENT, Mark.UNSURE) if mark in found), Mark.ABSENT)


@dataclass(frozen=True)
class Enrolment:
    """Photos by person, of which galleries are made."""

    photos: tuple[Photo, ...]

    @cached_property
    def people(self) -> tuple[str, ...]:
        """Everybody, sorted."""
        return tuple(sorted({photo.person for photo in self.photos}))

    def of(self, person: str) -> list[Photo]:
        """One person's photos."""
        return [photo for photo in self.photos if photo.person == person]

    def gallery(self, people: Iterable[str], own: Sequence[Photo] = (), plain: bool = False) -> Gallery:
        """A first photo of each of these people, and somebody's photos that are chosen."""
        whose = {photo.person for photo in own}
        chosen = [*own, *(self.of(person)[0] for person in people if person not in whose)]
        vectors = [photo.plain if plain else photo.vector for photo in chosen]
        return Gallery([photo.person for photo in chosen], np.stack(vectors))


def _apart(box: Box, middle: NDArray[np.float64]) -> float:
    return float(np.hypot((box[0] + box[2]) / 2 - middle[0], (box[1] + box[3]) / 2 - middle[1]))


def _no_embedding(chips: Sequence[BGRImage]) -> Vector:
    raise ValueError(f"{len(chips)} shots have no vectors")
