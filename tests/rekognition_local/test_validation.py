"""Requests are read by the service's own model, with the service's words for what breaks it."""

from __future__ import annotations

import base64
import tracemalloc
from typing import Any

import pytest

from rekognition_local.errors import ServiceError
from rekognition_local.validation import read_request

PICTURE = {"Bytes": base64.b64encode(b"picture").decode()}
FACE_ID = "11111111-2222-3333-4444-555555555555"


def refused(operation: str, body: Any) -> tuple[str, str]:
    with pytest.raises(ServiceError) as error:
        read_request(operation, body)
    return error.value.code, error.value.message


def test_blobs_are_read_and_unknown_members_left_out():
    asked = {"CollectionId": "class", "Image": PICTURE, "Wish": 1, "MaxFaces": None}
    assert read_request("IndexFaces", asked) == {"CollectionId": "class", "Image": {"Bytes": b"picture"}}


def test_all_faults_are_told_at_once():
    code, message = refused("IndexFaces", {"CollectionId": "", "MaxFaces": 0})
    assert code == "ValidationException"
    assert message == (
        "4 validation errors detected: "
        "Value '' at 'collectionId' failed to satisfy constraint: "
        "Member must have length greater than or equal to 1; "
        "Value '' at 'collectionId' failed to satisfy constraint: "
        r"Member must satisfy regular expression pattern: [a-zA-Z0-9_.\-]+; "
        "Value null at 'image' failed to satisfy constraint: Member must not be null; "
        "Value '0' at 'maxFaces' failed to satisfy constraint: Member must have value greater than or equal to 1"
    )


def test_of_very_many_faults_all_are_counted_and_few_are_kept():
    tracemalloc.start()
    try:
        _, message = refused("DetectFaces", {"Image": PICTURE, "Attributes": [""] * 20_000})
        _, most_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert message.startswith("20000 validation errors detected: ")
    assert message.count("failed to satisfy") == 20
    assert most_bytes < 2_000_000


@pytest.mark.parametrize(
    ("operation", "body", "fault"),
    [
        ("CreateCollection", {"CollectionId": "n" * 256}, "length less than or equal to 255"),
        ("CreateCollection", {"CollectionId": "a\n"}, "regular expression pattern"),
        ("CreateCollection", {"CollectionId": "a", "Tags": {"aws:x": "y"}}, "'tags.key'"),
        ("ListFaces", {"CollectionId": "a", "MaxResults": 4097}, "value less than or equal to 4096"),
        ("ListFaces", {"CollectionId": "a", "NextToken": "t" * 256}, "length less than or equal to 255"),
        ("GetFaceSearch", {"JobId": "a", "MaxResults": 0}, "value greater than or equal to 1"),
        ("GetFaceSearch", {"JobId": "a", "SortBy": "NAME"}, "enum value set: [INDEX, TIMESTAMP]"),
        ("GetFaceSearch", {"JobId": "a b"}, "regular expression pattern"),
        ("DeleteFaces", {"CollectionId": "a", "FaceIds": []}, "length greater than or equal to 1"),
        ("DeleteFaces", {"CollectionId": "a", "FaceIds": [FACE_ID, "x"]}, "'faceIds.2.member'"),
        ("SearchFaces", {"CollectionId": "a", "FaceId": "x"}, "'faceId'"),
        ("SearchFaces", {"CollectionId": "a", "FaceId": FACE_ID, "FaceMatchThreshold": 100.5}, "or equal to 100"),
        ("DetectFaces", {"Image": {"Bytes": ""}}, "'image.bytes'"),
        ("DetectFaces", {"Image": {"S3Object": {"Bucket": "ab", "Name": "a"}}}, "'image.s3Object.bucket'"),
        ("DetectFaces", {"Image": PICTURE, "Attributes": ["AURA"]}, "'attributes.1.member'"),
        ("CompareFaces", {"SourceImage": PICTURE}, "'targetImage'"),
        (
            "StartFaceSearch",
            {"CollectionId": "a", "Video": {}, "NotificationChannel": {"SNSTopicArn": "arn:aws:sqs:x"}},
            "'notificationChannel.roleArn'",
        ),
    ],
)
def test_what_breaks_the_model_is_refused_with_the_place_and_the_rule(operation, body, fault):
    code, message = refused(operation, body)
    assert code == "ValidationException"
    assert fault in message


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        ("CreateCollection", {"CollectionId": 5}),
        ("CreateCollection", {"CollectionId": "a", "Tags": [1]}),
        ("CreateCollection", {"CollectionId": "a", "Tags": {"a": 1}}),
        ("CreateCollection", {"CollectionId": "\ud800"}),
        ("ListFaces", {"CollectionId": "a", "MaxResults": "5"}),
        ("ListFaces", {"CollectionId": "a", "MaxResults": True}),
        ("ListFaces", {"CollectionId": "a", "MaxResults": 1.5}),
        ("DeleteFaces", {"CollectionId": "a", "FaceIds": FACE_ID}),
        ("DeleteFaces", {"CollectionId": "a", "FaceIds": [None]}),
        ("SearchFaces", {"CollectionId": "a", "FaceId": FACE_ID, "FaceMatchThreshold": float("nan")}),
        ("SearchFaces", {"CollectionId": "a", "FaceId": FACE_ID, "FaceMatchThreshold": 10**400}),
        ("DetectFaces", {"Image": "picture"}),
        ("DetectFaces", {"Image": {"Bytes": "no base64!"}}),
        ("DetectFaces", {"Image": {"Bytes": 5}}),
        ("DetectFaces", []),
    ],
)
def test_what_is_of_the_wrong_type_cannot_be_read(operation, body):
    assert refused(operation, body)[0] == "SerializationException"


def test_tags_may_be_of_any_script():
    asked = {"CollectionId": "a", "Tags": {"학기 1": "2026 봄"}}
    assert read_request("CreateCollection", asked) == asked
