"""What survives a kill: all that was answered, and jobs that were under way."""

from __future__ import annotations

import signal
import threading
import time
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import BotoCoreError

from rekognition_local.endpoint import Endpoint, EndpointOptions
from rekognition_local.jobs_folder import JobsFolder
from tests.rekognition_local.conftest import NETWORKS, checked_client
from tests.rekognition_local.jobs import finished
from tests.rekognition_local.running import Running

pytestmark = pytest.mark.slow

ROLE = "arn:aws:iam::123456789012:role/rekognition"


def test_faces_survive_an_orderly_end_and_match_after_it(aws, tmp_path, kit):
    photo = {"Bytes": kit.photo(0)}
    with Running(tmp_path) as server:
        client = checked_client(server.url)
        client.create_collection(CollectionId="class", Tags={"term": "spring"})
        face = client.index_faces(CollectionId="class", Image=photo, ExternalImageId="student-21")["FaceRecords"][0]
        before = client.describe_collection(CollectionId="class")
        assert server.end() == 0
    with Running(tmp_path) as server:
        client = checked_client(server.url)
        after = client.describe_collection(CollectionId="class")
        assert after["CreationTimestamp"] == before["CreationTimestamp"]
        (match,) = client.search_faces_by_image(CollectionId="class", Image=photo)["FaceMatches"]
        assert match["Face"] == face["Face"]
        assert match["Similarity"] == pytest.approx(100)


def index_until_killed(client: Any, photo: bytes, known: list[str], asked: list[str], removed: list[str]) -> None:
    """Index and remove as fast as it goes; note what was answered, and what was asked to be removed."""
    while True:
        try:
            answer = client.index_faces(CollectionId="class", Image={"Bytes": photo})
            known.append(answer["FaceRecords"][0]["Face"]["FaceId"])
            if len(known) % 3 == 0:
                asked.append(known[-2])
                client.delete_faces(CollectionId="class", FaceIds=[known[-2]])
                removed.append(known[-2])
        except BotoCoreError:
            return


def test_whatever_was_answered_survives_kills_and_nothing_is_half_there(aws, tmp_path, kit):
    known: list[str] = []
    asked: list[str] = []
    removed: list[str] = []
    photo = kit.photo(0)
    with Running(tmp_path) as server:
        checked_client(server.url).create_collection(CollectionId="class")
        assert server.end() == 0
    for pause_s in (0.15, 0.35, 0.55):
        with Running(tmp_path) as server:
            arguments = (checked_client(server.url), photo, known, asked, removed)
            indexing = threading.Thread(target=index_until_killed, args=arguments)
            so_far = len(known)
            indexing.start()
            while len(known) == so_far:
                time.sleep(0.01)
            time.sleep(pause_s)
            server.end(signal.SIGKILL)
            indexing.join()
    with Running(tmp_path) as server:
        listed = {face["FaceId"] for face in checked_client(server.url).list_faces(CollectionId="class")["Faces"]}
    assert set(known) - listed <= set(asked)  # a removal may have been done and not answered, once a kill
    assert len(asked) - len(removed) <= 3
    assert not listed & set(removed)
    assert len(listed - set(known)) <= 3  # indexed at the moment of a kill
    assert not list(tmp_path.rglob(".new-*"))


def test_a_job_that_was_under_way_is_begun_again_and_told(aws, tmp_path, kit, lecture):
    topic, read = told_topic()
    with Running(tmp_path, "--every", "0.2") as server:
        client = checked_client(server.url)
        client.create_collection(CollectionId="class")
        client.index_faces(CollectionId="class", Image={"Bytes": kit.photo(0)}, ExternalImageId="student-0")
        channel = {"SNSTopicArn": topic, "RoleArn": ROLE}
        jobs = [
            client.start_face_search(CollectionId="class", Video=lecture, JobTag=tag, NotificationChannel=channel)
            for tag in ("one", "two")
        ]
        server.end(signal.SIGKILL)
    with Running(tmp_path) as server:
        client = checked_client(server.url)
        answers = [finished(client, job["JobId"]) for job in jobs]
        assert [answer["JobStatus"] for answer in answers] == ["SUCCEEDED", "SUCCEEDED"]
        assert {person["Person"]["Index"] for person in answers[0]["Persons"]} == {0, 1}
        assert answers[0]["Persons"] == answers[1]["Persons"]
        assert read(2) == {job["JobId"] for job in jobs}
        assert not list((tmp_path / "downloads").iterdir())
        assert server.end() == 0
    assert JobsFolder(tmp_path / "jobs", 20).unfinished() == []  # so that the next start tells nobody again


def test_an_orderly_end_does_not_wait_for_a_long_job_and_loses_it_neither(aws, tmp_path, kit, lecture):
    with Running(tmp_path, "--every", "0.01") as server:
        client = checked_client(server.url)
        client.create_collection(CollectionId="class")
        job_id = client.start_face_search(CollectionId="class", Video=lecture)["JobId"]
        assert client.get_face_search(JobId=job_id)["JobStatus"] == "IN_PROGRESS"
        assert server.end() == 0
    with Running(tmp_path) as server:
        assert finished(checked_client(server.url), job_id)["JobStatus"] == "SUCCEEDED"


def test_a_video_that_kills_the_server_again_and_again_is_given_up(aws, tmp_path, lecture):
    with Running(tmp_path) as server:
        client = checked_client(server.url)
        client.create_collection(CollectionId="class")
        job_id = client.start_face_search(CollectionId="class", Video=lecture)["JobId"]
        server.end(signal.SIGKILL)
    about = tmp_path / "jobs" / job_id / "job.json"
    written = about.read_text()
    about.write_text(written.replace('"attempts":0', '"attempts":3').replace('"attempts":1', '"attempts":3'))
    assert about.read_text() != written
    with Running(tmp_path) as server:
        answer = finished(checked_client(server.url), job_id)
        assert answer["JobStatus"] == "FAILED"
        assert "several times" in answer["StatusMessage"]


def test_a_topic_that_was_not_told_is_told_at_the_next_start(aws, tmp_path, lecture):
    options = EndpointOptions(tmp_path / "data", port=0, networks=NETWORKS)
    channel = {"SNSTopicArn": "arn:aws:sns:us-east-1:123456789012:AmazonRekognitionLater", "RoleArn": ROLE}
    with Endpoint(options) as first:
        client = checked_client(first.url)
        client.create_collection(CollectionId="class")
        asked = {"CollectionId": "class", "Video": lecture, "NotificationChannel": channel}
        job_id = client.start_face_search(**asked)["JobId"]
        finished(client, job_id)
    topic, read = told_topic("AmazonRekognitionLater")
    assert topic == channel["SNSTopicArn"]
    with Endpoint(options):
        assert read(1) == {job_id}


def told_topic(name: str = "AmazonRekognitionAfterKill") -> tuple[str, Any]:
    """A topic, and what reads the ids of jobs from it."""
    sqs, sns = boto3.client("sqs"), boto3.client("sns")
    queue = sqs.create_queue(QueueName=f"of-{name}")["QueueUrl"]
    queue_arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    topic = sns.create_topic(Name=name)["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue_arn, Attributes={"RawMessageDelivery": "true"})

    def read(count: int) -> set[str]:
        found: set[str] = set()
        end = time.monotonic() + 60
        while len(found) < count and time.monotonic() < end:
            got = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1, MaxNumberOfMessages=10).get("Messages", [])
            found |= {message["Body"].partition('"JobId": "')[2].partition('"')[0] for message in got}
        return found

    return topic, read


def test_leftovers_of_a_kill_are_swept_at_the_start(aws, tmp_path: Path):
    with Running(tmp_path) as server:
        checked_client(server.url).create_collection(CollectionId="class")
        assert server.end() == 0
    (collection,) = (tmp_path / "collections").iterdir()
    leftovers = [
        tmp_path / "collections" / ".new-half" / "pictures",
        tmp_path / "jobs" / ".new-half",
        tmp_path / "downloads" / "half",
    ]
    for folder in leftovers:
        folder.mkdir(parents=True)
    (collection / "pictures" / ".new-half").write_text("[{")
    with Running(tmp_path) as server:
        assert checked_client(server.url).list_collections()["CollectionIds"] == ["class"]
    assert not list(tmp_path.rglob("*half*"))
