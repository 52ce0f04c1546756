"""Rekognition's searches of stored videos: begun once a token, asked for, and read page by page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from attendance.adapters.aws import error_code
from attendance.adapters.rekognition.calls import FaceCollection, no_collection, rekognition_errors
from attendance.adapters.rekognition.matches import Visit, Visits
from attendance.errors import BadRecording, RollcallError, ServiceBusy, ServiceUnavailable

_PAGE = 1000
_MOST_READINGS = 3

_REFUSALS: dict[str, Callable[[str], RollcallError]] = {
    "LimitExceededException": lambda _: ServiceBusy(
        "Rekognition searches as many recordings as it takes at once; this one waits its turn."
    ),
    "InvalidS3ObjectException": lambda _: BadRecording(
        "Rekognition cannot read this recording from S3: the file is gone, lies in another region, or the role in use "
        "may not read the bucket."
    ),
    "VideoTooLargeException": lambda _: BadRecording(
        "The recording is larger than Rekognition takes (10 GB, 6 hours)."
    ),
    "IdempotentParameterMismatchException": lambda _: BadRecording(
        "Rekognition was asked for this search before with other settings; search the recording again."
    ),
    "ResourceNotFoundException": no_collection,
}


@dataclass(frozen=True, slots=True)
class Word:
    """Where Rekognition says that a search has ended, and the role with which it may."""

    topic: str
    role: str


@dataclass(frozen=True, slots=True)
class Result:
    """Who came and went in a recording, and the size that its pictures were taken to have."""

    visits: Sequence[Visit]
    frame_size: tuple[int, int] | None


def start(collection: FaceCollection, place: str, token: str, tag: str, threshold: float, word: Word | None) -> str:
    """The id of the search. Raises BadRecording, ServiceBusy, ServiceUnavailable."""
    bucket, _, key = place.removeprefix("s3://").partition("/")
    channel = {"NotificationChannel": {"SNSTopicArn": word.topic, "RoleArn": word.role}} if word is not None else {}
    with rekognition_errors():
        try:
            answer = collection.client.start_face_search(
                Video={"S3Object": {"Bucket": bucket, "Name": key}},
                CollectionId=collection.id,
                FaceMatchThreshold=threshold,
                ClientRequestToken=token,
                JobTag=tag,
                **channel,
            )
        except ClientError as error:
            code = error_code(error)
            if code in _REFUSALS:
                raise _REFUSALS[code](collection.id) from error
            if word is not None and code == "InvalidParameterException":
                raise _bad_channel(word, error) from error
            raise
    search_id: str = answer["JobId"]
    return search_id


def result(client: Any, search_id: str, student_of: Mapping[str, str]) -> Result | None:
    """None while it is under way; `student_of` are students by FaceId.

    Raises BadRecording where Rekognition gave up, ServiceUnavailable.
    """
    for _ in range(_MOST_READINGS):
        try:
            return _read(client, search_id, Visits(student_of))
        except _PageExpired:
            continue
    raise ServiceUnavailable("Rekognition let the pages of a result expire while they were read; try again later.")


class _PageExpired(Exception):
    """The pages must be begun again."""


def _read(client: Any, search_id: str, visits: Visits) -> Result | None:
    token: dict[str, str] = {}
    while True:
        page = _page(client, search_id, token)
        if page["JobStatus"] == "IN_PROGRESS":
            return None
        if page["JobStatus"] == "FAILED":
            raise BadRecording(
                "The recording could not be searched by Rekognition: %(reason)s.",
                reason=str(page.get("StatusMessage") or "it gives no reason").rstrip(". \n"),
            )
        for match in page.get("Persons", []):
            visits.add(match)
        if not page.get("NextToken"):
            return Result(visits.all(), _frame_size(page.get("VideoMetadata", {})))
        token = {"NextToken": page["NextToken"]}


def _page(client: Any, search_id: str, token: dict[str, str]) -> dict[str, Any]:
    with rekognition_errors():
        try:
            page: dict[str, Any] = client.get_face_search(
                JobId=search_id, MaxResults=_PAGE, SortBy="TIMESTAMP", **token
            )
        except ClientError as error:
            code = error_code(error)
            if code == "InvalidPaginationTokenException":
                raise _PageExpired from error
            if code == "ResourceNotFoundException":
                raise BadRecording(
                    "Rekognition keeps a result for seven days, and knows nothing of this one any more; search the "
                    "recording again."
                ) from error
            raise
    return page


def _frame_size(metadata: dict[str, Any]) -> tuple[int, int] | None:
    if "FrameWidth" not in metadata or "FrameHeight" not in metadata:
        return None
    return int(metadata["FrameWidth"]), int(metadata["FrameHeight"])


def _bad_channel(word: Word, error: ClientError) -> ServiceUnavailable:
    return ServiceUnavailable(
        "Rekognition did not take the search (%(reason)s): see whether the topic %(topic)s is there and the role "
        "%(role)s may write to it.",
        reason=str(error.response.get("Error", {}).get("Message", "")).rstrip(". \n"),
        topic=word.topic,
        role=word.role,
    )
