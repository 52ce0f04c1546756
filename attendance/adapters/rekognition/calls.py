"""Calls of Rekognition, what its errors mean, and the names that it gets from us."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from attendance.adapters.aws import error_code, plain_aws_errors
from attendance.errors import BadPhoto, BadRecording, InvalidInput, Personal, Phrase, ServiceUnavailable

T = TypeVar("T")

MOST_DELETED_AT_ONCE = 4096
MOST_MATCHES = 5
"""Of one face of a snapshot: the student and a few rivals."""

_MOST_ALIKE = 100
_PAGE = 1000
_ATTEMPTS = 5
_WAIT_S = 0.3
_REASONS: dict[str, Callable[[], BadPhoto]] = {
    "EXCEEDS_MAX_FACES": lambda: BadPhoto("There is more than one face in this photo; choose one with a single face."),
    "EXTREME_POSE": lambda: BadPhoto(
        "The face in this photo is turned away too far; choose one that looks into the camera."
    ),
    "LOW_BRIGHTNESS": lambda: BadPhoto("The face in this photo is too dark; choose one in better light."),
    "LOW_SHARPNESS": lambda: BadPhoto("The face in this photo is blurred; choose a sharper one."),
    "LOW_CONFIDENCE": lambda: BadPhoto("It is not sure that this photo shows a face; choose a clearer one."),
    "SMALL_BOUNDING_BOX": lambda: BadPhoto("The face in this photo is too small; choose one that shows it larger."),
    "LOW_FACE_QUALITY": lambda: BadPhoto(
        "The face in this photo is not clear enough to be recognised; choose a better one."
    ),
}


def rekognition_errors(collection: str = "") -> AbstractContextManager[None]:
    """What an operation does not explain itself, in one plain sentence."""
    return plain_aws_errors(Phrase("Rekognition"), collection=collection)


def no_collection(name: str) -> BadRecording:
    """For a search, which does not make it: in an empty one nobody is found."""
    return BadRecording(
        "There is no collection %(name)s in Rekognition, because no photo was enrolled yet or it was deleted; enrol "
        "the photos, then search this recording again.",
        name=name,
    )


class NoFaceSeen(BadPhoto):
    """Rekognition sees no face in a picture, not even one that is too poor."""


class FaceCollection:
    """A collection, made when its first face comes. Safe to use from several threads."""

    def __init__(self, client: Any, collection_id: str, sleep: Callable[[float], None] = time.sleep) -> None:
        self.client = client
        self.id = collection_id
        self._sleep = sleep

    def detect(self, jpeg: bytes) -> list[dict[str, Any]]:
        """The FaceDetails of a picture."""
        with rekognition_errors():
            details: list[dict[str, Any]] = self.client.detect_faces(Image={"Bytes": jpeg})["FaceDetails"]
            return details

    def index(self, external_id: str, jpeg: bytes) -> str:
        """Store the largest face under a student; its FaceId. Raises BadPhoto, with why it was not taken."""
        with rekognition_errors(self.id):
            answer = self._in_a_collection(
                lambda: self.client.index_faces(
                    CollectionId=self.id,
                    Image={"Bytes": jpeg},
                    ExternalImageId=external_id,
                    MaxFaces=1,
                    QualityFilter="AUTO",
                )
            )
        if not answer.get("FaceRecords"):
            raise _why_unindexed(answer.get("UnindexedFaces", []))
        face_id: str = answer["FaceRecords"][0]["Face"]["FaceId"]
        return face_id

    def alike(self, face_id: str, threshold: float) -> list[dict[str, Any]]:
        """The FaceMatches of a face of the collection; none where it is not there."""

        def ask() -> list[dict[str, Any]]:
            answer = self.client.search_faces(
                CollectionId=self.id, FaceId=face_id, MaxFaces=_MOST_ALIKE, FaceMatchThreshold=threshold
            )
            matches: list[dict[str, Any]] = answer["FaceMatches"]
            return matches

        with rekognition_errors(self.id):
            return self._once_it_is_there(ask)

    def matches(self, jpeg: bytes, threshold: float) -> list[dict[str, Any]]:
        """The FaceMatches of the largest face of a picture; none where it sees no face. Raises BadRecording."""
        with rekognition_errors(self.id):
            try:
                answer = self.client.search_faces_by_image(
                    CollectionId=self.id,
                    Image={"Bytes": jpeg},
                    MaxFaces=MOST_MATCHES,
                    FaceMatchThreshold=threshold,
                    QualityFilter="NONE",
                )
            except ClientError as error:
                if error_code(error) == "InvalidParameterException" and "no faces" in str(error).lower():
                    return []
                if error_code(error) == "ResourceNotFoundException":
                    raise no_collection(self.id) from error
                raise
            matches: list[dict[str, Any]] = answer["FaceMatches"]
            return matches

    def delete(self, face_ids: Sequence[str]) -> None:
        """Those that are not there are passed over, and so is a collection that is not. Raises ServiceUnavailable."""
        for start in range(0, len(face_ids), MOST_DELETED_AT_ONCE):
            batch = list(face_ids[start : start + MOST_DELETED_AT_ONCE])
            with rekognition_errors(self.id):
                try:
                    answer = self.client.delete_faces(CollectionId=self.id, FaceIds=batch)
                except ClientError as error:
                    if error_code(error) == "ResourceNotFoundException":
                        return
                    raise
            _refuse_leftovers(answer.get("UnsuccessfulFaceDeletions", []))

    def face_ids(self) -> Iterator[str]:
        """All faces of the collection; none where there is no collection."""
        token: dict[str, str] = {}
        while True:
            with rekognition_errors(self.id):
                try:
                    page = self.client.list_faces(CollectionId=self.id, MaxResults=_PAGE, **token)
                except ClientError as error:
                    if error_code(error) == "ResourceNotFoundException":
                        return
                    raise
            yield from (face["FaceId"] for face in page["Faces"])
            if not page.get("NextToken"):
                return
            token = {"NextToken": page["NextToken"]}

    def _in_a_collection(self, ask: Callable[[], T]) -> T:
        """Make the collection where it is missing. A new one is not known everywhere at once."""
        for trial in range(_ATTEMPTS):
            try:
                return ask()
            except ClientError as error:
                if error_code(error) != "ResourceNotFoundException" or trial == _ATTEMPTS - 1:
                    raise
            if trial == 0:
                self._make()
            else:
                self._sleep(_WAIT_S * trial)
        raise AssertionError("the last trial returns or raises")

    def _make(self) -> None:
        try:
            self.client.create_collection(CollectionId=self.id, Tags={"project": "rollcall"})
        except ClientError as error:
            if error_code(error) != "ResourceAlreadyExistsException":  # another process was quicker
                raise

    def _once_it_is_there(self, ask: Callable[[], list[T]]) -> list[T]:
        """A face that was indexed a moment ago may not be found yet, and one that was removed never."""
        for trial in range(_ATTEMPTS):
            try:
                return ask()
            except ClientError as error:
                code = error_code(error)
                if code == "ResourceNotFoundException":
                    return []
                if code != "InvalidParameterException" or "not found" not in str(error).lower():
                    raise
            self._sleep(_WAIT_S * (trial + 1) if trial < _ATTEMPTS - 1 else 0)
        return []


def _why_unindexed(unindexed: Sequence[dict[str, Any]]) -> BadPhoto:
    reasons = [reason for face in unindexed for reason in face.get("Reasons", [])]
    known = [_REASONS[reason] for reason in reasons if reason in _REASONS]
    return known[0]() if known else NoFaceSeen("There is no face in this photo.")


def _refuse_leftovers(failures: Sequence[dict[str, Any]]) -> None:
    """A face that stays in the collection while its student goes would be found in every video from then on."""
    left = [face for face in failures if face.get("Reasons", []) != ["FACE_NOT_FOUND"]]
    if left:
        raise ServiceUnavailable(
            "Rekognition did not forget %(count)s faces (%(reasons)s); try again later.",
            count=len(left),
            reasons=", ".join(sorted({reason for face in left for reason in face.get("Reasons", [])})) or "no reason",
        )


LONGEST = 255
"""Of an ExternalImageId, in characters."""

_PLAIN = re.compile(rb"[^A-Za-z0-9_.-]")
_ESCAPED = re.compile(rb":([0-9A-F]{2})")


def external_image_id(student_id: str) -> str:
    """The id with every byte of its UTF-8 outside `[A-Za-z0-9_.-]` as `:XX`. Raises InvalidInput (too long)."""
    written = _PLAIN.sub(lambda byte: b":%02X" % byte[0][0], student_id.encode()).decode("ascii")
    if not 0 < len(written) <= LONGEST:
        raise InvalidInput(
            "The student id %(id)s is too long for Rekognition: written in its alphabet it has %(length)s of at most "
            "%(most)s characters.",
            id=Personal(student_id),
            length=len(written),
            most=LONGEST,
        )
    return written


def student_id_of(external: str) -> str:
    """The student id that was written so; what others wrote into the collection is given back as it is."""
    raw = _ESCAPED.sub(lambda code: bytes([int(code[1], 16)]), external.encode())
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return external
