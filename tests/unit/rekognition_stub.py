"""A client of Rekognition that reaches nobody, and what tests let it answer."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, BinaryIO

import boto3
from botocore.config import Config
from botocore.stub import ANY, Stubber
from PIL import Image

from attendance.adapters.rekognition.faces import RekognitionFaces
from attendance.model import Face
from attendance.settings import load_settings

FACE_ID = "11111111-2222-3333-4444-555555555555"
OTHER_ID = "99999999-2222-3333-4444-555555555555"
TOPIC, ROLE = "arn:aws:sns:us-east-1:123456789012:rollcall", "arn:aws:iam::123456789012:role/rollcall"
DETAIL = {
    "BoundingBox": {"Left": 0.25, "Top": 0.25, "Width": 0.5, "Height": 0.5},
    "Confidence": 99.9,
    "Quality": {"Sharpness": 90.0, "Brightness": 70.0},
    "Pose": {"Yaw": 2.0, "Pitch": 1.0, "Roll": 0.0},
}


INDEXING = {
    "CollectionId": "class",
    "Image": {"Bytes": ANY},
    "ExternalImageId": "21",
    "MaxFaces": 1,
    "QualityFilter": "AUTO",
}
INDEXED = {"FaceRecords": [{"Face": {"FaceId": FACE_ID}}], "UnindexedFaces": []}


@dataclass(frozen=True)
class FarFile:
    """A file of which only its place matters."""

    place: str = "s3://bucket/prefix/recordings/a.mp4"

    def open(self) -> BinaryIO:
        return io.BytesIO(b"")


def unreached_client() -> Any:
    """A client of boto3 that tries once."""
    return boto3.client(
        "rekognition",
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}),
    )


def stubbed(client: Any) -> Iterator[Stubber]:
    """What a test lets it answer, all of which is asked for in the end; as the body of a fixture."""
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def made(client: Any, sleep: Any = lambda seconds: None, **settings: str) -> RekognitionFaces:
    return RekognitionFaces("class", load_settings({"ROLLCALL_DATA": "/nowhere", **settings}), client, sleep)


def stored(face_id: str = FACE_ID, student_id: str = "21", engine: str = "rekognition:class") -> Face:
    return Face("face", student_id, engine, "", "", 1.0, datetime(2026, 3, 2, tzinfo=UTC), external_id=face_id)


def photo(size: tuple[int, int] = (200, 200)) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", size, "tan").save(stream, "JPEG")
    return stream.getvalue()


def detected(aws: Stubber, *details: dict[str, Any]) -> None:
    aws.add_response("detect_faces", {"FaceDetails": list(details)}, {"Image": {"Bytes": ANY}})


def refused(aws: Stubber, operation: str, code: str, message: str = "Refused.", status: int = 400) -> None:
    aws.add_client_error(operation, code, message, status)
