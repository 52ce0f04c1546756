"""Finds, enrols and searches faces with Amazon Rekognition, which holds the face vectors in a collection of its own."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import Any

from PIL import Image

from attendance.adapters.aws import make_client
from attendance.adapters.rekognition.calls import FaceCollection, NoFaceSeen, external_image_id
from attendance.adapters.rekognition.matches import Judge, Stay, match_lines
from attendance.adapters.rekognition.photos import (
    described,
    for_request,
    read_picture,
    sealed,
    seen_faces,
    the_one_face,
    thumbnail,
    upright_copy,
)
from attendance.adapters.rekognition.probe import probe_recording, read_snapshot
from attendance.adapters.rekognition.search import Result, Word, result, start
from attendance.adapters.rekognition.snapshots import MOST_AT_ONCE, search_snapshot
from attendance.adapters.rekognition.video import WantedPicture, cut_pictures
from attendance.errors import BadRecording, SettingsError
from attendance.model import Face, RecordingKind, Thresholds, new_id
from attendance.patience import carried
from attendance.picture_turns import one_picture_at_a_time
from attendance.ports import (
    EnrolledFace,
    FoundFace,
    LookAlike,
    MediaFile,
    PhotoFaces,
    Progress,
    RecordingInfo,
    Seen,
    SeenFace,
)
from attendance.settings import Settings

_LONGEST_NAME = 100  # in the stores, with what stands before it
_COLLECTION = re.compile(r"[a-zA-Z0-9_.\-]+")
_FIRST_WAIT_S, _LONGEST_WAIT_S = 1.0, 10.0
_MOST_SEALS = 3
_SEARCHED = 0.9  # the share of progress at which only the pictures are still to be cut


def open_faces(value: str, settings: Settings) -> RekognitionFaces:
    """The engine of the setting `rekognition://COLLECTION`. Raises SettingsError; nothing is asked of AWS yet."""
    return RekognitionFaces(value.removeprefix("rekognition://"), settings)


class RekognitionFaces:
    """A RemoteFaceSearch. The collection keeps one version of the model for life, so its name is the engine's.

    `client` and `sleep` can be given by tests. Safe to use from several threads.
    """

    compares_everybody = True
    charges_by_minute = True
    gives_vectors = False

    def __init__(
        self, collection: str, settings: Settings, client: Any = None, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self.name = f"rekognition:{collection}"
        if _COLLECTION.fullmatch(collection) is None or len(self.name) > _LONGEST_NAME:
            raise SettingsError(
                "ROLLCALL_FACES must be rekognition://COLLECTION, where the collection's name has at most %(most)s "
                "letters, digits, dots, hyphens and underscores.",
                most=_LONGEST_NAME - len("rekognition:"),
            )
        self._settings = settings
        self.thresholds = match_lines(settings)
        self.answers_by_event = bool(settings.rekognition_topic)
        self._word = Word(settings.rekognition_topic, settings.rekognition_role) if self.answers_by_event else None
        self._threshold = settings.rekognition_threshold
        self._sleep = sleep
        self._collection = FaceCollection(client or make_client("rekognition", read_timeout=20), collection, sleep)

    def thresholds_for(self, accept: float | None, review: float | None, margin: float | None) -> Thresholds:
        chosen = replace(self._settings, accept_similarity=accept, review_similarity=review, margin=margin)
        return match_lines(chosen)

    def find(self, photo: bytes) -> PhotoFaces:
        with one_picture_at_a_time:
            return self._found(read_picture(photo))

    def look(self, pictures: Sequence[bytes]) -> tuple[tuple[SeenFace, ...], ...]:
        read = [read_picture(picture) for picture in pictures]
        with ThreadPoolExecutor(MOST_AT_ONCE) as pool:
            return tuple(pool.map(carried(self._looked_at), read))

    def _looked_at(self, picture: Image.Image) -> tuple[SeenFace, ...]:
        return seen_faces(picture, self._collection.detect(for_request(picture)))

    def enrol(self, student_id: str, photo: bytes) -> EnrolledFace:
        external_id = external_image_id(student_id)
        with one_picture_at_a_time:
            picture = read_picture(photo)
            found = self._found(picture)
            face = the_one_face(found)
            stored, small = upright_copy(picture), thumbnail(picture, face)
            face_id = self._indexed(external_id, picture, face)
        return EnrolledFace(found, None, face_id, stored, small)

    def look_alikes(self, face: EnrolledFace, enrolled: Sequence[Face]) -> Sequence[LookAlike]:
        student_of = self._student_of(enrolled)
        if face.external_id is None or not student_of:
            return []
        nearest: dict[str, float] = {}
        for match in self._collection.alike(face.external_id, self.thresholds.review):
            student_id = student_of.get(match["Face"]["FaceId"])
            if student_id is not None:
                nearest[student_id] = max(nearest.get(student_id, 0.0), float(match["Similarity"]))
        alike = [LookAlike(student_id, points) for student_id, points in nearest.items()]
        return sorted(alike, key=lambda one: (-one.similarity, one.student_id))

    def alike_among(self, others: Sequence[Face], faces: Sequence[Face]) -> set[str]:
        student_of, own = self._student_of(others), self._student_of(faces)
        if not student_of or not own:
            return set()
        with ThreadPoolExecutor(MOST_AT_ONCE) as pool:
            asked = pool.map(carried(self._alike), own)
            near = {match["Face"]["FaceId"] for matches in asked for match in matches}
        return {student_id for face_id, student_id in student_of.items() if face_id in near | own.keys()}

    def _alike(self, face_id: str) -> Sequence[Mapping[str, Any]]:
        return self._collection.alike(face_id, self.thresholds.review)

    def remove(self, faces: Sequence[Face]) -> None:
        own = sorted(self._student_of(faces))
        if own:
            self._collection.delete(own)

    def enrolled_ids(self) -> set[str]:
        """The FaceIds that are in the collection, of whomever they are."""
        return set(self._collection.face_ids())

    def probe(self, file: MediaFile) -> RecordingInfo:
        return probe_recording(file)

    def vector_of(self, picture: bytes) -> None:
        """The service shows no vectors."""

    def likeness(self, vectors: Sequence[tuple[float, ...]]) -> Sequence[Sequence[float]]:
        """Of vectors that another engine gave, nothing can be told here."""
        return [[0.0] * len(vectors) for _ in vectors]

    def search(
        self,
        file: MediaFile,
        kind: RecordingKind,
        faces: Sequence[Face],
        progress: Progress | None = None,
        *,
        vectors: bool = False,
    ) -> Sequence[Seen]:
        report = progress or (lambda share: None)
        if kind is RecordingKind.SNAPSHOT:
            report(0.0)
            judge, student_of = self._judge(faces), self._student_of(faces)
            return search_snapshot(read_snapshot(file), self._collection, judge, student_of, report)
        report(0.0)
        found = self._awaited(self.begin_search(file, new_id(), "polled"), self._student_of(faces), report)
        return self._seen(found, file, faces, lambda share: report(_SEARCHED + (1 - _SEARCHED) * share))

    def begin_search(self, file: MediaFile, token: str, tag: str) -> str:
        if file.place is None:
            raise BadRecording("Rekognition reads recordings from S3, but this one lies on a disk: set ROLLCALL_MEDIA.")
        return start(self._collection, file.place, token, tag, self._threshold, self._word)

    def search_result(self, search_id: str, file: MediaFile, faces: Sequence[Face]) -> Sequence[Seen] | None:
        found = result(self._collection.client, search_id, self._student_of(faces))
        return None if found is None else self._seen(found, file, faces, lambda share: None)

    def _found(self, picture: Image.Image) -> PhotoFaces:
        return described(picture, self._collection.detect(for_request(picture)))

    def _indexed(self, external_id: str, picture: Image.Image, face: FoundFace) -> str:
        """Its FaceId. The face was seen in the picture, so that another seal is tried where one hides it."""
        for _ in range(_MOST_SEALS - 1):
            with suppress(NoFaceSeen):
                return self._collection.index(external_id, for_request(sealed(picture, face)))
        return self._collection.index(external_id, for_request(sealed(picture, face)))

    def _student_of(self, faces: Sequence[Face]) -> dict[str, str]:
        """Students by FaceId, of the faces that this collection has."""
        return {face.external_id: face.student_id for face in faces if face.engine == self.name and face.external_id}

    def _judge(self, faces: Sequence[Face]) -> Judge:
        return Judge(self.thresholds, self._threshold, frozenset(self._student_of(faces).values()))

    def _awaited(self, search_id: str, student_of: Mapping[str, str], report: Progress) -> Result:
        """Ask again and again, less and less often; nobody knows how far it is."""
        wait_s, asked = _FIRST_WAIT_S, 0
        while (found := result(self._collection.client, search_id, student_of)) is None:
            asked += 1
            share = _SEARCHED * asked / (asked + 10)
            report(share)
            for _ in range(round(wait_s)):
                self._sleep(1.0)
                report(share)
            wait_s = min(_LONGEST_WAIT_S, wait_s * 1.5)
        return found

    def _seen(self, found: Result, file: MediaFile, faces: Sequence[Face], report: Progress) -> list[Seen]:
        report(0.0)
        stays = self._judge(faces).who_was_seen(found.visits)
        wanted = [
            WantedPicture(stay.best.time_s, stay.best.box, found.frame_size)
            for stay in stays
            if stay.best.box is not None
        ]
        pictures = cut_pictures(file, wanted, report)
        report(1.0)
        return [_as_seen(stay, picture) for stay, picture in zip(stays, pictures, strict=True)]


def _as_seen(stay: Stay, picture: bytes | None) -> Seen:
    return Seen(
        student_id=stay.student_id,
        first_s=stay.frames[0].time_s,
        last_s=stay.frames[-1].time_s,
        frames=len({frame.time_s for frame in stay.frames}),
        good_frames=stay.good_frames,
        similarity=stay.similarity,
        margin=stay.margin,
        picture=picture,
        picture_s=stay.best.time_s if picture is not None else None,
        appearances_s=stay.appearances_s,
        place=stay.best.box,
    )
