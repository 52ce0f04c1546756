"""Face searches of videos: started once, followed, read in pages, told to a topic."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import av
import boto3
import pytest
from botocore.exceptions import ClientError

from tests.rekognition_local.conftest import BUCKET, code_of, message_of, stored_video
from tests.rekognition_local.jobs import finished, searched

pytestmark = pytest.mark.slow

ROLE = "arn:aws:iam::123456789012:role/rekognition"


@pytest.fixture
def known(client, collection, kit) -> str:
    """The collection with person 0, who is in the lecture, and person 1, who is not."""
    for who in (0, 1):
        image = {"Bytes": kit.photo(who)}
        client.index_faces(CollectionId=collection, Image=image, ExternalImageId=f"student-{who}")
    return collection


def sightings(persons: list[dict[str, Any]]) -> dict[int, list[dict[str, Any]]]:
    found = defaultdict(list)
    for person in persons:
        found[person["Person"]["Index"]].append(person)
    return dict(found)


def recoded(lecture_path: Path, path: Path, codec: str, container: str) -> Path:
    """One grey second in another codec or container."""
    with av.open(str(path), "w", format=container) as output:
        stream = output.add_stream(codec, rate=5)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        for _ in range(5):
            output.mux(stream.encode(av.VideoFrame(320, 240, "yuv420p")))
        output.mux(stream.encode())
    return path


def test_whoever_is_in_the_collection_is_matched_and_a_stranger_is_only_seen(client, known, lecture):
    answer = searched(client, known, lecture, JobTag="lecture:21")
    assert (answer["JobStatus"], answer["JobTag"], answer["Video"]) == ("SUCCEEDED", "lecture:21", lecture)
    student, stranger = sightings(answer["Persons"]).values()
    assert {match["Face"]["ExternalImageId"] for seen in student for match in seen["FaceMatches"]} == {"student-0"}
    assert min(match["Similarity"] for seen in student for match in seen["FaceMatches"]) >= 99
    assert not any("FaceMatches" in seen for seen in stranger)
    assert (student[0]["Timestamp"], stranger[0]["Timestamp"]) == (0, 2000)
    assert student[-1]["Timestamp"] > 5500
    assert 4500 < stranger[-1]["Timestamp"] <= 5000


def test_the_answer_says_what_the_video_is(client, known, lecture):
    metadata = searched(client, known, lecture)["VideoMetadata"]
    assert metadata["Codec"] == "h264"
    assert (metadata["FrameWidth"], metadata["FrameHeight"], metadata["FrameRate"]) == (1280, 720, 5)
    assert metadata["DurationMillis"] == pytest.approx(6000, abs=250)


def test_boxes_are_where_the_faces_are_in_the_picture(client, known, lecture):
    student, stranger = sightings(searched(client, known, lecture)["Persons"]).values()
    left, right = (one[0]["Person"]["Face"]["BoundingBox"] for one in (student, stranger))
    assert 0 < left["Left"] < right["Left"] < 1
    assert 0.02 < left["Width"] < 0.3


def test_a_threshold_above_everybody_matches_nobody(client, known, lecture):
    answer = searched(client, known, lecture, FaceMatchThreshold=100)
    assert not any("FaceMatches" in seen for seen in answer["Persons"])


def test_a_job_is_in_progress_before_it_has_ended(client, known, lecture):
    job_id = client.start_face_search(CollectionId=known, Video=lecture)["JobId"]
    first = client.get_face_search(JobId=job_id)
    assert first["JobStatus"] == "IN_PROGRESS"
    assert "Persons" not in first
    assert finished(client, job_id)["JobStatus"] == "SUCCEEDED"


def test_pages_hold_every_sight_once_by_time(client, known, lecture):
    answer = searched(client, known, lecture)
    persons, pages, asked = [], 0, {"JobId": answer["JobId"], "MaxResults": 7}
    while True:
        page = client.get_face_search(**asked)
        assert page["VideoMetadata"] == answer["VideoMetadata"]
        persons, pages = persons + page["Persons"], pages + 1
        if "NextToken" not in page:
            break
        asked["NextToken"] = page["NextToken"]
    assert persons == answer["Persons"]
    assert pages == -(-len(persons) // 7)
    times = [person["Timestamp"] for person in persons]
    assert times == sorted(times)


def test_sights_can_be_grouped_by_person(client, known, lecture):
    job_id = searched(client, known, lecture)["JobId"]
    persons = client.get_face_search(JobId=job_id, SortBy="INDEX")["Persons"]
    order = [(person["Person"]["Index"], person["Timestamp"]) for person in persons]
    assert order == sorted(order)
    assert len({index for index, _ in order}) == 2


def test_a_token_of_the_other_order_is_refused(client, known, lecture):
    job_id = searched(client, known, lecture)["JobId"]
    token = client.get_face_search(JobId=job_id, SortBy="INDEX", MaxResults=3)["NextToken"]
    with pytest.raises(ClientError) as error:
        client.get_face_search(JobId=job_id, SortBy="TIMESTAMP", MaxResults=3, NextToken=token)
    assert code_of(error) == "InvalidPaginationTokenException"


def test_an_unknown_job_is_not_found(client):
    with pytest.raises(ClientError) as error:
        client.get_face_search(JobId="0" * 64)
    assert (code_of(error), message_of(error)) == ("ResourceNotFoundException", "Could not find JobId")


def test_the_same_token_is_the_same_job(client, known, lecture):
    asked = {"CollectionId": known, "Video": lecture, "ClientRequestToken": f"same-{known}"}
    first = client.start_face_search(**asked)["JobId"]
    assert client.start_face_search(**asked)["JobId"] == first
    finished(client, first)
    assert client.start_face_search(**asked)["JobId"] == first
    with pytest.raises(ClientError) as error:
        client.start_face_search(**asked, JobTag="other")
    assert code_of(error) == "IdempotentParameterMismatchException"


def test_without_a_token_every_start_is_a_job(client, known, lecture):
    jobs = {client.start_face_search(CollectionId=known, Video=lecture)["JobId"] for _ in range(2)}
    assert len(jobs) == 2
    for job_id in jobs:
        finished(client, job_id)


@pytest.mark.parametrize("video", [{"S3Object": {"Bucket": BUCKET, "Name": "recordings/none.mp4"}}, {}])
def test_a_video_that_is_not_there_is_refused_at_the_start(client, known, video):
    with pytest.raises(ClientError) as error:
        client.start_face_search(CollectionId=known, Video=video)
    assert code_of(error) == "InvalidS3ObjectException"


@pytest.mark.parametrize(("codec", "container"), [("mpeg4", "mp4"), ("libx264", "matroska")])
def test_another_codec_or_container_fails_as_there(client, known, tmp_path, codec, container):
    video = stored_video(recoded(tmp_path, tmp_path / "other", codec, container), f"recordings/{codec}.{container}")
    answer = searched(client, known, video)
    assert (answer["JobStatus"], answer["StatusMessage"]) == ("FAILED", "Unsupported codec/format")
    assert "Persons" not in answer


@pytest.mark.parametrize("content", [b"no video", b"", b"\x00\x00\x00\x18ftypmp42" + bytes(500)])
def test_what_is_no_video_fails_with_a_plain_sentence(client, known, tmp_path, content):
    path = tmp_path / "file"
    path.write_bytes(content)
    answer = searched(client, known, stored_video(path, f"recordings/{len(content)}"))
    assert answer["JobStatus"] == "FAILED"
    assert answer["StatusMessage"].startswith("The video is ")


def test_a_video_without_anybody_succeeds_without_persons(client, known, tmp_path):
    empty = stored_video(recoded(tmp_path, tmp_path / "empty", "libx264", "mp4"), "recordings/empty.mp4")
    answer = searched(client, known, empty)
    assert (answer["JobStatus"], answer["Persons"]) == ("SUCCEEDED", [])


def test_a_job_whose_collection_goes_fails_and_says_so(client, lecture, endpoint):
    client.create_collection(CollectionId="leaving")
    waiting = [client.start_face_search(CollectionId="leaving", Video=lecture)["JobId"] for _ in range(2)]
    client.delete_collection(CollectionId="leaving")
    answer = finished(client, waiting[1])
    assert (answer["JobStatus"], answer["StatusMessage"]) == ("FAILED", "The collection id: leaving does not exist")
    finished(client, waiting[0])


class Topic:
    """A topic, and a queue that reads it."""

    def __init__(self) -> None:
        self._sqs = boto3.client("sqs")
        self._queue = self._sqs.create_queue(QueueName="told")["QueueUrl"]
        queue_arn = self._sqs.get_queue_attributes(QueueUrl=self._queue, AttributeNames=["QueueArn"])
        sns = boto3.client("sns")
        self.arn = sns.create_topic(Name="AmazonRekognitionTold")["TopicArn"]
        sns.subscribe(TopicArn=self.arn, Protocol="sqs", Endpoint=queue_arn["Attributes"]["QueueArn"])

    def message(self) -> dict[str, Any]:
        """The next message, which another job may have sent."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            got = self._sqs.receive_message(QueueUrl=self._queue, WaitTimeSeconds=1).get("Messages", [])
            if got:
                self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=got[0]["ReceiptHandle"])
                return json.loads(json.loads(got[0]["Body"])["Message"])
        raise AssertionError("nothing was told in 60 seconds")


@pytest.fixture(scope="module")
def topic(aws) -> Topic:
    return Topic()


def test_the_end_of_a_job_is_told_in_the_services_words(client, known, lecture, topic):
    before_ms = time.time() * 1000
    channel = {"SNSTopicArn": topic.arn, "RoleArn": ROLE}
    job_id = client.start_face_search(
        CollectionId=known, Video=lecture, JobTag="lecture:21", NotificationChannel=channel
    )["JobId"]
    message = topic.message()
    assert before_ms <= message.pop("Timestamp") <= time.time() * 1000
    assert message == {
        "JobId": job_id,
        "Status": "SUCCEEDED",
        "API": "StartFaceSearch",
        "JobTag": "lecture:21",
        "Video": {"S3ObjectName": "recordings/lecture.mp4", "S3Bucket": BUCKET},
    }
    assert client.get_face_search(JobId=job_id)["JobStatus"] == "SUCCEEDED"


def test_a_failure_is_told_too(client, known, topic, tmp_path):
    (tmp_path / "file").write_bytes(b"no video")
    video = stored_video(tmp_path / "file", "recordings/no-video.mp4")
    channel = {"SNSTopicArn": topic.arn, "RoleArn": ROLE}
    client.start_face_search(CollectionId=known, Video=video, NotificationChannel=channel)
    message = topic.message()
    assert message["Status"] == "FAILED"
    assert "JobTag" not in message


def test_a_topic_that_does_not_answer_does_not_change_the_result(client, known, lecture):
    channel = {"SNSTopicArn": "arn:aws:sns:us-east-1:123456789012:nowhere", "RoleArn": ROLE}
    assert searched(client, known, lecture, NotificationChannel=channel)["JobStatus"] == "SUCCEEDED"
