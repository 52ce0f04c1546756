"""One face collection: a folder with a file a picture, and the vectors in memory."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from face_engine.gallery import Gallery
from rekognition_local.disk import read_json, remove_folder, sweep, sync_folder, write_json
from rekognition_local.errors import no_collection
from rekognition_local.similarity import similarity
from rekognition_local.stored_face import StoredFace
from rekognition_local.user import User, user_vector
from rekognition_local.users_folder import UsersFolder

DEFAULT_THRESHOLD = 80.0
"""The service's own; less similar faces are not shown."""

ABOUT = "collection.json"
PICTURES = "pictures"


@dataclass(frozen=True)
class About:
    """What a collection was made with; `place` orders collections by when they were made."""

    collection_id: str
    engine: str
    created_s: float
    place: int
    tags: dict[str, str]


class Collection:
    """Faces on disk and in memory; threads may share it.

    All faces of one picture are one file, so that indexing a picture is done or not done.
    """

    def __init__(self, folder: Path) -> None:
        self.about = About(**read_json(folder / ABOUT))
        self._folder = folder
        self._lock = threading.RLock()
        self._is_gone = False
        self.users = UsersFolder(folder / "users")
        """Used while the collection is `held`."""
        sweep(folder / PICTURES)
        faces = [StoredFace.read(face) for path in (folder / PICTURES).iterdir() for face in read_json(path)]
        self._faces = {face.face_id: face for face in sorted(faces, key=lambda face: face.place)}
        self._gallery: Gallery | None = None
        self._vectors: dict[str, tuple[tuple[str, ...], NDArray[np.float32] | None]] = {}

    def faces(self) -> list[StoredFace]:
        """All faces as they were indexed."""
        with self._lock:
            return list(self._faces.values())

    def face(self, face_id: str) -> StoredFace | None:
        """One face."""
        with self._lock:
            return self._faces.get(face_id)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Nobody else changes it meanwhile. Raises ServiceError where it was deleted."""
        with self._lock:
            self._refuse_if_gone()
            yield

    def user_count(self) -> int:
        """How many users it has."""
        with self._lock:
            return len(self.users.all())

    def add(self, faces: Sequence[StoredFace]) -> list[StoredFace]:
        """Keep the faces of one picture, behind all others; as they are kept.

        As in the service, what is there from the same picture under the same external id stays, and is not doubled.
        Raises ServiceError where the collection was deleted.
        """
        if not faces:
            return []
        with self._lock:
            self._refuse_if_gone()
            of_picture = [face for face in self._faces.values() if face.image_id == faces[0].image_id]
            named = [face for face in of_picture if face.external_image_id is not None]
            known: dict[object, StoredFace] = {(face.external_image_id, face.box): face for face in named}
            last = next(reversed(self._faces.values())).place if self._faces else 0
            first = max(last + 1, time.time_ns())
            kept = [
                known.get((face.external_image_id, face.box)) or replace(face, place=first + number)
                for number, face in enumerate(faces)
            ]
            new = [face for face in kept if face.face_id not in self._faces]
            if new:
                self._write(new[0].image_id, [*of_picture, *new])
                self._faces = self._faces | {face.face_id: face for face in new}
                self._gallery = None
            return kept

    def remove(self, face_ids: Sequence[str]) -> list[str]:
        """Remove faces; those that were there."""
        with self._lock:
            self._refuse_if_gone()
            asked = dict.fromkeys(face_ids)
            removed = [face_id for face_id in asked if face_id in self._faces]
            left = {face_id: face for face_id, face in self._faces.items() if face_id not in asked}
            of_pictures: dict[str, list[StoredFace]] = {self._faces[face_id].image_id: [] for face_id in removed}
            for face in left.values():
                if face.image_id in of_pictures:
                    of_pictures[face.image_id].append(face)
            for image_id, faces in of_pictures.items():
                self._write(image_id, faces)
            self._faces, self._gallery = left, None
            return removed

    def delete(self) -> None:
        """Remove all of it from disk."""
        with self._lock:
            self._refuse_if_gone()
            remove_folder(self._folder)
            self._is_gone = True

    def matches(
        self, vector: NDArray[np.float32], threshold: float, most: int, *, but: str | None = None
    ) -> list[dict[str, Any]]:
        """The service's FaceMatches: faces from this similarity on, best first, without `but`. Raises ServiceError."""
        with self._lock:
            self._refuse_if_gone()
            if self._gallery is None:
                faces = self._faces.values()
                rows = np.stack([face.vector for face in faces]) if faces else np.empty((0, 0), np.float32)
                self._gallery = Gallery(list(self._faces), rows)
            gallery, known = self._gallery, self._faces
        if not len(gallery):
            return []
        nearest, distances = gallery.nearest(vector[None], min(most + 1, len(gallery)))
        scored = [
            (similarity(float(distance)), gallery.labels[index])
            for index, distance in zip(nearest[0], distances[0], strict=True)
        ]
        return [
            {"Similarity": score, "Face": known[face_id].shown()}
            for score, face_id in scored
            if score >= threshold and face_id != but
        ][:most]

    def likeness(self, user: User, face: StoredFace) -> float | None:
        """How like a user a face is; None where the user has no faces."""
        with self._lock:
            vector = self._vector(user)
        return None if vector is None else similarity(float(np.linalg.norm(vector - face.vector)))

    def vector_of_user(self, user_id: str) -> NDArray[np.float32] | None:
        """The mean of the user's faces; None where there are none. Raises ServiceError where there is no such user."""
        with self.held():
            return self._vector(self.users.get(user_id))

    def user_matches(
        self, vector: NDArray[np.float32], threshold: float, most: int, *, but: str | None = None
    ) -> list[dict[str, Any]]:
        """The service's UserMatches: users from this similarity on, best first, without `but`. Raises ServiceError."""
        with self.held():
            known = [(user, self._vector(user)) for user in self.users.all() if user.user_id != but]
        shown = [
            {
                "Similarity": similarity(float(np.linalg.norm(own - vector))),
                "User": {"UserId": user.user_id, "UserStatus": user.status},
            }
            for user, own in known
            if own is not None
        ]
        best_first = sorted(shown, key=lambda one: -one["Similarity"])  # type: ignore[operator]
        return [one for one in best_first if one["Similarity"] >= threshold][:most]  # type: ignore[operator]

    def _vector(self, user: User) -> NDArray[np.float32] | None:
        """Kept until the user's faces change; a face of a user is not removed."""
        faces, vector = self._vectors.get(user.name, ((), None))
        if faces != user.face_ids:
            vector = user_vector([self._faces[face_id].vector for face_id in user.face_ids]) if user.face_ids else None
            self._vectors[user.name] = user.face_ids, vector
        return vector

    def _write(self, image_id: str, faces: Sequence[StoredFace]) -> None:
        path = self._folder / PICTURES / f"{image_id}.json"
        if faces:
            write_json(path, [face.written() for face in faces])
        else:
            # A removal that was broken off before is repeated.
            path.unlink(missing_ok=True)
            sync_folder(path.parent)

    def _refuse_if_gone(self) -> None:
        if self._is_gone:
            raise no_collection(self.about.collection_id)
