"""What is read out of AWS's events, in each envelope that they come in."""

import json

import pytest

from lambda_face_search.events import Arrival, SearchEnded, SearchJob, UnknownEvent, asked_by, asked_by_text
from tests.lambda_face_search.sent import (
    BUCKET,
    S3_TEST_EVENT,
    event_bridge_event,
    rekognition_message,
    s3_event,
    s3_record,
    sns_envelope,
    sns_event,
)
from tests.lambda_face_search.sqs import sqs_event

KEY = "my school/uploads/ü+1/data"
ARRIVAL = Arrival(BUCKET, KEY, "0055AED6DCD90281E5")
ENDED = SearchEnded("job-1", "r1.t1", "SUCCEEDED")


@pytest.mark.parametrize(
    "event",
    [
        s3_event(KEY),
        sns_event(s3_event(KEY)),
        sqs_event(json.dumps(s3_event(KEY))),
        sqs_event(json.dumps(sns_envelope(s3_event(KEY)))),
    ],
    ids=["directly", "by SNS", "by SQS", "by SNS and SQS"],
)
def test_an_object_is_read_out_of_each_envelope_with_its_key_decoded(event: dict) -> None:
    assert asked_by(event) == [ARRIVAL]


def test_keys_of_event_bridge_are_taken_as_they_are() -> None:
    assert asked_by(event_bridge_event(KEY)) == [Arrival(BUCKET, KEY, "00617F08299329D189")]


def test_one_notification_may_tell_of_several_objects() -> None:
    assert [arrival.key for arrival in asked_by(s3_event("a", "b"))] == ["a", "b"]


@pytest.mark.parametrize(
    "event",
    [
        S3_TEST_EVENT,
        {"Records": [s3_record("a", name="ObjectRemoved:Delete")]},
        event_bridge_event("a", kind="Object Deleted"),
        rekognition_message("r1.t1", API="StartLabelDetection"),
        {"Records": []},
    ],
    ids=["S3's test", "a removal", "a removal by EventBridge", "another service of Rekognition", "an empty batch"],
)
def test_events_that_ask_for_nothing_are_no_error(event: dict) -> None:
    assert asked_by(event) == []


@pytest.mark.parametrize(
    "event",
    [
        rekognition_message("r1.t1"),
        sns_event(rekognition_message("r1.t1")),
        sqs_event(json.dumps(rekognition_message("r1.t1"))),
        sqs_event(json.dumps(sns_envelope(rekognition_message("r1.t1")))),
    ],
    ids=["directly", "by SNS", "by SQS, raw", "by SQS, wrapped"],
)
def test_the_end_of_a_search_is_read_out_of_each_envelope(event: dict) -> None:
    assert asked_by(event) == [ENDED]


def test_an_end_without_a_tag_has_an_empty_one() -> None:
    message = rekognition_message("x")
    del message["JobTag"]
    assert asked_by(message) == [SearchEnded("job-1", "", "SUCCEEDED")]


def test_a_job_of_ours_names_its_recording() -> None:
    assert asked_by_text('{"recording_id": "r1"}') == [SearchJob("r1")]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not json",
        "[]",
        "7",
        "null",
        "{}",
        '{"recording_id": null}',
        '{"recording_id": ["r1"]}',
        '{"Records": [{"eventSource": "aws:kinesis"}]}',
        '{"Records": [{"eventSource": "aws:s3"}]}',
        '{"Records": 7}',
        '{"Records": [7]}',
        '{"Type": "Notification", "Message": "not json"}',
        '{"JobId": "j", "API": "StartFaceSearch"}',
    ],
)
def test_a_message_of_no_known_kind_is_told_from_those_that_ask_for_nothing(text: str) -> None:
    with pytest.raises(UnknownEvent):
        asked_by_text(text)
