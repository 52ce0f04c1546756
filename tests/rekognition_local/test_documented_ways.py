"""The ways in which the service's own documentation uses it: clients written so run unchanged."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest

from tests.rekognition_local.conftest import stored_video


class FaceOf:
    """What such clients read of a face, wherever it comes from."""

    def __init__(self, face: dict[str, Any], seen_ms: int | None = None) -> None:
        age = face.get("AgeRange", {})
        self.age = (age.get("Low"), age.get("High"))
        self.glasses = face.get("Eyeglasses", {}).get("Value")
        self.eyes_open = face.get("EyesOpen", {}).get("Value")
        self.gender = face.get("Gender", {}).get("Value")
        self.feelings = [one["Type"] for one in face.get("Emotions", []) if one["Confidence"] > 50]
        self.face_id = face.get("FaceId")
        self.box = face["BoundingBox"]
        self.seen_ms = seen_ms


def test_a_collection_is_made_filled_searched_and_removed(client, kit):
    made = client.create_collection(CollectionId="documented")
    assert made["CollectionArn"]
    described = client.describe_collection(CollectionId="documented")
    assert (described["FaceCount"], bool(described["CreationTimestamp"])) == (0, True)
    faces = []
    for name, who in (("sitting", 0), ("hopping", 1)):
        answer = client.index_faces(
            CollectionId="documented",
            Image={"Bytes": kit.photo(who)},
            ExternalImageId=name,
            MaxFaces=10,
            DetectionAttributes=["ALL"],
        )
        faces += [FaceOf({**record["Face"], **record["FaceDetail"]}) for record in answer["FaceRecords"]]
        assert [FaceOf(one["FaceDetail"]) for one in answer["UnindexedFaces"]] == []
    assert all(face.age == (0, 120) and face.feelings == [] and face.gender is None for face in faces)
    listed = [FaceOf(face) for face in client.list_faces(CollectionId="documented", MaxResults=10)["Faces"]]
    assert [face.face_id for face in listed] == [face.face_id for face in faces]
    near = client.search_faces(CollectionId="documented", FaceId=faces[0].face_id, FaceMatchThreshold=80, MaxFaces=10)
    assert [FaceOf(match["Face"]) for match in near["FaceMatches"]] == []
    answer = client.search_faces_by_image(
        CollectionId="documented", Image={"Bytes": kit.photo(0)}, FaceMatchThreshold=80, MaxFaces=10
    )
    searched = FaceOf(
        {"BoundingBox": answer["SearchedFaceBoundingBox"], "Confidence": answer["SearchedFaceConfidence"]}
    )
    assert searched.box
    assert [match["Face"]["FaceId"] for match in answer["FaceMatches"]] == [faces[0].face_id]
    removed = client.delete_faces(CollectionId="documented", FaceIds=[face.face_id for face in faces])
    assert len(removed["DeletedFaces"]) == 2
    assert "documented" in client.list_collections(MaxResults=1000)["CollectionIds"]
    client.delete_collection(CollectionId="documented")


def test_all_collections_and_faces_are_listed_page_by_page_from_an_empty_token(client, collection, kit):
    for who in range(3):
        client.index_faces(CollectionId=collection, Image={"Bytes": kit.photo(who)})
    token, found = "", []
    while True:
        page = client.list_faces(CollectionId=collection, MaxResults=2, NextToken=token)
        found += page["Faces"]
        if "NextToken" not in page:
            break
        token = page["NextToken"]
    assert len(found) == 3


def test_the_attributes_of_a_picture_are_indexed_one_by_one(client, kit):
    for face in client.detect_faces(Image={"Bytes": kit.photo(0)}, Attributes=["ALL"])["FaceDetails"]:
        assert f"between {face['AgeRange']['Low']} and {face['AgeRange']['High']}" == "between 0 and 120"
        for name in ("Smile", "Eyeglasses", "EyesOpen", "Beard", "Mustache", "MouthOpen", "Sunglasses"):
            assert (face[name]["Value"], face[name]["Confidence"]) == (False, 0)
        json.dumps(face)


@pytest.mark.parametrize("what", ["face_detection", "face_search"])
def test_a_stored_video_is_looked_at_told_by_a_queue_and_read_from_an_empty_token(
    client, collection, kit, lecture, what
):
    client.index_faces(CollectionId=collection, Image={"Bytes": kit.photo(0)})
    channel = Channel(f"AmazonRekognition-{what}")
    more = {"CollectionId": collection} if what == "face_search" else {}
    start, read = getattr(client, f"start_{what}"), getattr(client, f"get_{what}")
    job_id = start(Video=lecture, NotificationChannel=channel.as_request(), **more)["JobId"]
    message = channel.next_message()
    assert (message["JobId"], message["Status"]) == (job_id, "SUCCEEDED")
    assert message["API"] == ("StartFaceSearch" if what == "face_search" else "StartFaceDetection")
    token, faces, finished = "", [], False
    while not finished:
        page = read(JobId=job_id, MaxResults=10, NextToken=token)
        assert [page["VideoMetadata"][name] for name in ("Codec", "DurationMillis", "Format", "FrameRate")]
        if what == "face_detection":
            faces += [FaceOf(found["Face"], found["Timestamp"]) for found in page["Faces"]]
        else:
            faces += [FaceOf(found["Person"]["Face"], found["Timestamp"]) for found in page["Persons"]]
        token, finished = page.get("NextToken", ""), "NextToken" not in page
    assert len(faces) > 10
    assert [face.seen_ms for face in faces] == sorted(face.seen_ms for face in faces)


def test_a_video_without_faces_is_read_to_its_end(client, tmp_path):
    nothing = tmp_path / "nothing"
    nothing.write_bytes(b"no video")
    job_id = client.start_face_detection(Video=stored_video(nothing, "recordings/nothing"))["JobId"]
    while (answer := client.get_face_detection(JobId=job_id, NextToken=""))["JobStatus"] == "IN_PROGRESS":
        pass
    assert answer["JobStatus"] == "FAILED"
    assert answer["StatusMessage"]


class Channel:
    """A topic, a queue that reads it, and a role, made as the documentation makes them."""

    def __init__(self, name: str) -> None:
        self._topic = boto3.resource("sns").create_topic(Name=name)
        attributes = {"ReceiveMessageWaitTimeSeconds": "5"}
        self._queue = boto3.resource("sqs").create_queue(QueueName=name, Attributes=attributes)
        self._topic.subscribe(Protocol="sqs", Endpoint=self._queue.attributes["QueueArn"])

    def as_request(self) -> dict[str, str]:
        return {"RoleArn": "arn:aws:iam::123456789012:role/rekognition", "SNSTopicArn": self._topic.arn}

    def next_message(self) -> dict[str, Any]:
        for _ in range(20):
            for message in self._queue.receive_messages(MaxNumberOfMessages=1, WaitTimeSeconds=5):
                message.delete()
                told: dict[str, Any] = json.loads(json.loads(message.body)["Message"])
                return told
        raise AssertionError("nothing was told")
