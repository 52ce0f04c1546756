"""What Rekognition refuses, and what that means: each ends in a retry or in a plain sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from botocore.exceptions import ConnectTimeoutError
from botocore.stub import Stubber

from attendance.adapters.rekognition.faces import RekognitionFaces
from attendance.disk.files import DiskFile
from attendance.errors import (
    BadRecording,
    SearchStopped,
    ServiceBusy,
    ServiceUnavailable,
)
from attendance.model import RecordingKind
from tests.unit.rekognition_stub import (
    DETAIL,
    ROLE,
    TOPIC,
    FarFile,
    detected,
    made,
    photo,
    refused,
    stubbed,
    unreached_client,
)


@pytest.fixture
def client() -> Any:
    return unreached_client()


@pytest.fixture
def aws(client: Any) -> Iterator[Stubber]:
    yield from stubbed(client)


@pytest.fixture
def faces(client: Any, aws: Stubber) -> RekognitionFaces:
    return made(client)


@pytest.mark.parametrize(
    ("code", "status", "sentence"),
    [
        ("ThrottlingException", 400, "Rekognition has too much to do at this moment; try again later."),
        ("ProvisionedThroughputExceededException", 400, "Rekognition has too much to do at this moment"),
        ("InternalServerError", 500, "Rekognition does not answer; try again later."),
        ("ExpiredTokenException", 400, "AWS refused: the credentials have expired."),
        ("UnrecognizedClientException", 400, "AWS refused: it does not know these credentials."),
        (
            "ServiceQuotaExceededException",
            400,
            "Rekognition refused a request: ServiceQuotaExceededException, Refused.",
        ),
    ],
)
@pytest.mark.parametrize("operation", ["detect_faces", "index_faces", "start_face_search", "get_face_search"])
def test_what_aws_refuses_for_now_can_be_tried_again(aws, faces, operation, code, status, sentence):
    if operation == "index_faces":
        detected(aws, DETAIL)
    refused(aws, operation, code, status=status)
    with pytest.raises(ServiceUnavailable) as told:
        _do(faces, operation)
    assert told.value.sentence.startswith(sentence)
    assert not isinstance(told.value, ServiceBusy)


def test_a_right_that_is_missing_is_named(aws, faces):
    message = "User: arn:aws:sts::1:role/x is not authorized to perform: rekognition:StartFaceSearch on resource: *"
    refused(aws, "start_face_search", "AccessDeniedException", message)
    with pytest.raises(ServiceUnavailable, match="may not do rekognition:StartFaceSearch; give their role this right"):
        _do(faces, "start_face_search")


def test_a_network_that_is_gone_can_be_tried_again(client, monkeypatch):
    def gone(**_: object) -> None:
        raise ConnectTimeoutError(endpoint_url="https://rekognition")

    monkeypatch.setattr(client, "detect_faces", gone)
    with pytest.raises(ServiceUnavailable, match="Rekognition does not answer"):
        made(client).find(photo())


STARTING = {
    "Video": {"S3Object": {"Bucket": "bucket", "Name": "prefix/recordings/a.mp4"}},
    "CollectionId": "class",
    "FaceMatchThreshold": 80.0,
    "ClientRequestToken": "token",
    "JobTag": "recording.token",
}


def test_a_search_is_begun_where_the_file_lies_with_token_and_tag(aws, faces):
    aws.add_response("start_face_search", {"JobId": "job"}, STARTING)
    assert faces.begin_search(FarFile(), "token", "recording.token") == "job"


def test_a_search_asks_for_word_where_a_topic_is_set(client, aws):
    faces = made(client, ROLLCALL_REKOGNITION_TOPIC=TOPIC, ROLLCALL_REKOGNITION_ROLE=ROLE)
    channel = {"NotificationChannel": {"SNSTopicArn": TOPIC, "RoleArn": ROLE}}
    aws.add_response("start_face_search", {"JobId": "job"}, {**STARTING, **channel})
    assert faces.begin_search(FarFile(), "token", "recording.token") == "job"


def test_a_role_that_may_not_be_passed_on_is_named(client, aws):
    faces = made(client, ROLLCALL_REKOGNITION_TOPIC=TOPIC, ROLLCALL_REKOGNITION_ROLE=ROLE)
    message = f"User: arn:aws:sts::1:role/x is not authorized to perform: iam:PassRole on resource: {ROLE}"
    refused(aws, "start_face_search", "AccessDeniedException", message)
    with pytest.raises(ServiceUnavailable, match="may not do iam:PassRole"):
        _do(faces, "start_face_search")
    refused(aws, "start_face_search", "InvalidParameterException", "Request has invalid parameters")
    with pytest.raises(ServiceUnavailable, match=f"the topic {TOPIC} is there and the role {ROLE} may write to it"):
        _do(faces, "start_face_search")


def test_more_searches_than_it_takes_at_once_wait_their_turn(aws, faces):
    refused(aws, "start_face_search", "LimitExceededException")
    with pytest.raises(ServiceBusy, match="this one waits its turn"):
        _do(faces, "start_face_search")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("InvalidS3ObjectException", "Rekognition cannot read this recording from S3"),
        ("VideoTooLargeException", "larger than Rekognition takes"),
        ("IdempotentParameterMismatchException", "search the recording again"),
        ("ResourceNotFoundException", "There is no collection class in Rekognition"),
    ],
)
def test_a_recording_that_cannot_be_searched_says_why(aws, faces, code, words):
    refused(aws, "start_face_search", code)
    with pytest.raises(BadRecording, match=rf"{words}.*\.$"):
        _do(faces, "start_face_search")


def test_a_recording_on_a_disk_is_refused_in_a_sentence(faces, tmp_path):
    with pytest.raises(BadRecording, match="reads recordings from S3"):
        faces.begin_search(DiskFile(tmp_path / "a.mp4"), "token", "tag")


def test_a_search_under_way_has_no_result_yet(aws, faces):
    aws.add_response("get_face_search", {"JobStatus": "IN_PROGRESS"})
    assert faces.search_result("job", FarFile(), []) is None


def test_a_job_that_failed_says_why(aws, faces):
    aws.add_response("get_face_search", {"JobStatus": "FAILED", "StatusMessage": "No video track."})
    with pytest.raises(BadRecording, match=r"could not be searched by Rekognition: No video track\.$"):
        faces.search_result("job", FarFile(), [])


def test_a_result_that_is_kept_no_longer_is_told(aws, faces):
    refused(aws, "get_face_search", "ResourceNotFoundException")
    with pytest.raises(BadRecording, match="keeps a result for seven days"):
        faces.search_result("job", FarFile(), [])


def page(*persons: dict[str, Any], more: str = "") -> dict[str, Any]:
    return {"JobStatus": "SUCCEEDED", "Persons": list(persons), **({"NextToken": more} if more else {})}


def asked(**more: str) -> dict[str, Any]:
    return {"JobId": "job", "MaxResults": 1000, "SortBy": "TIMESTAMP", **more}


def seen(index: int, second: int) -> dict[str, Any]:
    return {
        "Timestamp": second * 1000,
        "Person": {"Index": index, "BoundingBox": DETAIL["BoundingBox"]},
        "FaceMatches": [],
    }


def test_all_pages_of_a_result_are_read(aws, faces):
    aws.add_response("get_face_search", page(seen(0, 1), more="two"), asked())
    aws.add_response("get_face_search", page(seen(0, 2), more="three"), asked(NextToken="two"))
    aws.add_response("get_face_search", page(seen(0, 3)), asked(NextToken="three"))
    assert faces.search_result("job", FarFile(), []) == []  # bodies alone are nobody


def test_pages_that_expire_are_begun_again(aws, faces):
    aws.add_response("get_face_search", page(seen(0, 1), more="two"), asked())
    refused(aws, "get_face_search", "InvalidPaginationTokenException")
    aws.add_response("get_face_search", page(), asked())
    assert faces.search_result("job", FarFile(), []) == []


def test_pages_that_expire_again_and_again_are_read_later(aws, faces):
    for _ in range(3):
        aws.add_response("get_face_search", page(more="two"), asked())
        refused(aws, "get_face_search", "InvalidPaginationTokenException")
    with pytest.raises(ServiceUnavailable, match="pages of a result expire"):
        faces.search_result("job", FarFile(), [])


def test_a_search_without_word_is_asked_for_less_and_less_often(client, aws):
    waits: list[float] = []
    faces = made(client, waits.append)
    aws.add_response("start_face_search", {"JobId": "job"})
    for _ in range(12):
        aws.add_response("get_face_search", {"JobStatus": "IN_PROGRESS"})
    aws.add_response("get_face_search", page())
    shares: list[float] = []
    assert faces.search(FarFile(), RecordingKind.VIDEO, [], shares.append) == []
    assert 60 < sum(waits) < 120
    assert max(waits) == 1  # a search that is told to stop stops within a second
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0, 1)


def test_a_search_that_is_told_to_stop_while_it_waits_stops(client, aws):
    faces = made(client)
    aws.add_response("start_face_search", {"JobId": "job"})
    aws.add_response("get_face_search", {"JobStatus": "IN_PROGRESS"})

    def stop_later(share: float) -> None:
        if share > 0:
            raise SearchStopped("It goes on later.")

    with pytest.raises(SearchStopped):
        faces.search(FarFile(), RecordingKind.VIDEO, [], stop_later)


def _do(faces: RekognitionFaces, operation: str) -> Sequence[Any] | Any:
    if operation == "detect_faces":
        return faces.find(photo())
    if operation == "index_faces":
        return faces.enrol("21", photo())
    if operation == "start_face_search":
        return faces.begin_search(FarFile(), "token", "recording.token")
    return faces.search_result("job", FarFile(), [])
