"""Finds, enrols and searches faces with the engine of this machine; face vectors never leave it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property

import numpy as np

from attendance.adapters.local.models import (
    chosen_models,
    match_lines,
    plain_model_errors,
    points_between,
    search_options,
)
from attendance.adapters.local.photos import (
    as_numbers,
    described,
    largest_first,
    place_of,
    search_snapshot,
    seen_faces,
    the_one_face,
    thumbnail,
    upright_copy,
)
from attendance.adapters.local.probe import plain_recording_errors, probe_recording
from attendance.errors import BadPhoto, Phrase
from attendance.model import Face, RecordingKind, Thresholds
from attendance.picture_turns import one_picture_at_a_time
from attendance.ports import EnrolledFace, LookAlike, MediaFile, PhotoFaces, Progress, RecordingInfo, Seen, SeenFace
from attendance.settings import Settings
from face_engine import errors
from face_engine.engine import Engine
from face_engine.gallery import Gallery
from face_engine.images import Photo, read_photo
from face_engine.search import search_video
from face_engine.search_model import PersonSeen, UnknownSeen
from face_engine.search_processes import SearchPool
from face_engine.similarity import similarities, similarity
from face_engine.upright import UprightPhoto, find_upright


def open_faces(value: str, settings: Settings) -> LocalFaces:
    """The engine of the setting `local`. Raises SettingsError; the built-in networks load with the first photo."""
    return LocalFaces(settings)


class LocalFaces:
    """A FaceSearch that stores nothing itself: the vectors lie in the Store. Safe to use from several threads."""

    compares_everybody = False
    charges_by_minute = False
    gives_vectors = True

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.thresholds = match_lines(settings)
        self._models = chosen_models(settings)
        self.name = self._models.name
        self._one_at_a_time = threading.Lock()
        self._search_pool = SearchPool()

    @property
    def thresholds(self) -> Thresholds:
        """Where matches become sure."""
        return self._thresholds

    @thresholds.setter
    def thresholds(self, chosen: Thresholds) -> None:
        """The engine's distances are those of the same thresholds."""
        self._thresholds, self._options = chosen, search_options(self._settings, chosen)

    def thresholds_for(self, accept: float | None, review: float | None, margin: float | None) -> Thresholds:
        chosen = replace(self._settings, accept_similarity=accept, review_similarity=review, margin=margin)
        return match_lines(chosen)

    def find(self, photo: bytes) -> PhotoFaces:
        with self._faces_in(photo) as (read, found):
            return described(read, found)

    def look(self, pictures: Sequence[bytes]) -> tuple[tuple[SeenFace, ...], ...]:
        return tuple(self._looked_at(picture) for picture in pictures)

    def _looked_at(self, picture: bytes) -> tuple[SeenFace, ...]:
        with one_picture_at_a_time:
            read = _read(picture)
            with self._engine_alone() as engine:
                return seen_faces(read, engine)

    def enrol(self, student_id: str, photo: bytes) -> EnrolledFace:
        with self._faces_in(photo) as (read, found):
            face = the_one_face(largest_first(found.faces), read.width / read.image.shape[1])
            with self._engine_alone() as engine:
                vector = engine.embed(found.image, [face], mirrored=True)[0]
            return EnrolledFace(
                found=described(read, found),
                vector=as_numbers(vector),
                external_id=None,
                photo=upright_copy(found.image),
                thumbnail=thumbnail(found.image, face),
            )

    def look_alikes(self, face: EnrolledFace, enrolled: Sequence[Face]) -> Sequence[LookAlike]:
        gallery = self._gallery(enrolled)
        if face.vector is None or not len(gallery):
            return []
        distances = gallery.distances(np.array([face.vector], np.float32))[0]
        alike = [
            LookAlike(label, similarity(float(distance)))
            for label, distance in zip(gallery.labels, distances, strict=True)
        ]
        near = [one for one in alike if one.similarity >= self.thresholds.review]
        return sorted(near, key=lambda one: (-one.similarity, one.student_id))

    def alike_among(self, others: Sequence[Face], faces: Sequence[Face]) -> set[str]:
        gallery = self._gallery(others)
        vectors = [face.vector for face in faces if face.engine == self.name and face.vector is not None]
        if not vectors or not len(gallery):
            return set()
        near = gallery.distances(np.array(vectors, np.float32)).min(axis=0) <= self._options.review_distance
        return {label for label, is_near in zip(gallery.labels, near, strict=True) if is_near}

    def remove(self, faces: Sequence[Face]) -> None:
        """Nothing to forget: no vector is stored here."""

    def probe(self, file: MediaFile) -> RecordingInfo:
        with file.local_path() as path:
            return probe_recording(path)

    def search(
        self,
        file: MediaFile,
        kind: RecordingKind,
        faces: Sequence[Face],
        progress: Progress | None = None,
        *,
        vectors: bool = False,
    ) -> Sequence[Seen]:
        seen = self._searched(file, kind, faces, progress)
        return seen if vectors else [replace(one, vector=None) for one in seen]

    def vector_of(self, picture: bytes) -> tuple[float, ...] | None:
        try:
            with self._faces_in(picture) as (read, found):
                face = the_one_face(largest_first(found.faces), read.width / read.image.shape[1])
                with self._engine_alone() as engine:
                    return as_numbers(engine.embed(found.image, [face])[0])
        except BadPhoto:
            return None

    def likeness(self, vectors: Sequence[tuple[float, ...]]) -> Sequence[Sequence[float]]:
        rows = np.array(vectors, np.float64).reshape(len(vectors), len(vectors[0]) if vectors else 0)
        squares = (rows**2).sum(axis=1)
        apart = np.sqrt(np.maximum(squares[:, None] + squares[None] - 2 * rows @ rows.T, 0))
        points: list[list[float]] = similarities(apart).tolist()
        return points

    def _searched(
        self, file: MediaFile, kind: RecordingKind, faces: Sequence[Face], progress: Progress | None
    ) -> list[Seen]:
        gallery = self._gallery(faces)
        with file.local_path() as path, plain_recording_errors(path):
            if kind is RecordingKind.SNAPSHOT:
                with one_picture_at_a_time, self._engine_alone() as engine:
                    return search_snapshot(path, gallery, engine, self._options, progress)
            found = search_video(path, gallery, self._options, progress, models=self._models, pool=self._search_pool)
        return [*map(_seen, found.people), *map(_unknown, found.unknown)]

    @contextmanager
    def _faces_in(self, photo: bytes) -> Iterator[tuple[Photo, UprightPhoto]]:
        """The photo as it is and upright with its faces; no other is in memory meanwhile. Raises BadPhoto."""
        with one_picture_at_a_time:
            read = _read(photo)
            with self._engine_alone() as engine:
                found = find_upright(engine, read.image)
            yield read, found

    @contextmanager
    def _engine_alone(self) -> Iterator[Engine]:
        """The engine works for one thread at a time."""
        with self._one_at_a_time, plain_model_errors():
            yield self._engine

    @cached_property
    def _engine(self) -> Engine:
        return Engine(replace(self._models, sparing=True), smallest_face_px=self._options.smallest_face_px)

    def _gallery(self, faces: Sequence[Face]) -> Gallery:
        """The faces that this engine made; vectors of another cannot be compared with its own."""
        own = [(face.student_id, face.vector) for face in faces if face.engine == self.name and face.vector is not None]
        return Gallery([student_id for student_id, _ in own], np.array([vector for _, vector in own], np.float32))


def _read(photo: bytes) -> Photo:
    """Raises BadPhoto."""
    try:
        return read_photo(photo)
    except errors.BadImage as error:
        values = {**error.values, "name": Phrase("The picture")} if "name" in error.values else error.values
        raise BadPhoto(error.template, **values) from error


def _seen(person: PersonSeen) -> Seen:
    return Seen(
        student_id=person.label,
        first_s=person.first_s,
        last_s=person.last_s,
        frames=person.frames,
        good_frames=person.good_frames,
        similarity=person.similarity,
        margin=points_between(person.distance, person.margin),
        picture=person.picture.jpeg,
        picture_s=person.picture.t_s,
        appearances_s=_appearances_s(person),
        flat=person.flat,
        quality=person.quality,
        place=place_of(person.picture),
        vector=as_numbers(person.vector),
    )


def _unknown(person: UnknownSeen) -> Seen:
    return Seen(
        student_id=None,
        first_s=person.first_s,
        last_s=person.last_s,
        frames=person.frames,
        good_frames=0,
        similarity=None,
        margin=None,
        picture=person.picture.jpeg,
        picture_s=person.picture.t_s,
        appearances_s=_appearances_s(person),
        quality=person.quality,
        place=place_of(person.picture),
        vector=as_numbers(person.vector),
    )


def _appearances_s(person: PersonSeen | UnknownSeen) -> tuple[float, ...]:
    return tuple(second for appearance in person.appearances for second in appearance)
