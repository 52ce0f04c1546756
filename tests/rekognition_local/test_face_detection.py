"""Face detection in videos, and the attributes of a face that clients ask for."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from rekognition_local.face_attributes import more_attributes
from tests.rekognition_local.conftest import code_of
from tests.rekognition_local.jobs import detected, searched

DEFAULT = {"BoundingBox", "Landmarks", "Pose", "Quality", "Confidence"}
GUESSED = {"AgeRange", "Smile", "Eyeglasses", "Sunglasses", "Gender", "Beard", "Mustache", "EyesOpen", "MouthOpen"}


def test_every_face_of_a_video_is_found_by_time(client, lecture):
    answer = detected(client, lecture, JobTag="lecture:21")
    assert (answer["JobStatus"], answer["JobTag"], answer["Video"]) == ("SUCCEEDED", "lecture:21", lecture)
    assert answer["VideoMetadata"]["Codec"] == "h264"
    times = [face["Timestamp"] for face in answer["Faces"]]
    assert times == sorted(times)
    assert (times[0], max(times) > 5500) == (0, True)
    at_four = [face for face in answer["Faces"] if 3500 < face["Timestamp"] < 4500]
    assert len(at_four) > len({face["Timestamp"] for face in at_four})  # two are there
    assert set(answer["Faces"][0]["Face"]) == DEFAULT


def test_pages_hold_every_face_once(client, lecture):
    answer = detected(client, lecture)
    faces, asked = [], {"JobId": answer["JobId"], "MaxResults": 7}
    while True:
        page = client.get_face_detection(**asked)
        faces += page["Faces"]
        if "NextToken" not in page:
            break
        asked["NextToken"] = page["NextToken"]
    assert faces == answer["Faces"]


def test_a_video_with_all_attributes_has_what_the_service_gives_there(client, lecture):
    face = detected(client, lecture, FaceAttributes="ALL")["Faces"][0]["Face"]
    assert set(face) == DEFAULT | GUESSED | {"Emotions"}


def test_the_same_token_is_the_same_job_of_one_operation_alone(client, collection, lecture):
    asked = {"Video": lecture, "ClientRequestToken": f"same-{collection}"}
    first = client.start_face_detection(**asked)["JobId"]
    assert client.start_face_detection(**asked)["JobId"] == first
    with pytest.raises(ClientError) as error:
        client.start_face_detection(**asked, JobTag="other")
    assert code_of(error) == "IdempotentParameterMismatchException"
    assert client.start_face_search(CollectionId=collection, **asked)["JobId"] != first


def test_a_job_of_the_other_operation_is_not_found(client, collection, lecture):
    jobs = {
        "get_face_search": detected(client, lecture)["JobId"],
        "get_face_detection": searched(client, collection, lecture)["JobId"],
    }
    for operation, job_id in jobs.items():
        with pytest.raises(ClientError) as error:
            getattr(client, operation)(JobId=job_id)
        assert code_of(error) == "ResourceNotFoundException"


@pytest.mark.parametrize("operation", ["detect_faces", "index_faces"])
def test_all_attributes_are_there_and_say_nothing_of_a_person(client, collection, kit, operation):
    image = {"Bytes": kit.photo(0)}
    if operation == "detect_faces":
        (face,) = client.detect_faces(Image=image, Attributes=["ALL"])["FaceDetails"]
    else:
        answer = client.index_faces(CollectionId=collection, Image=image, DetectionAttributes=["ALL"])
        face = answer["FaceRecords"][0]["FaceDetail"]
    assert set(face) == DEFAULT | GUESSED | {"Emotions", "FaceOccluded"}
    assert face["AgeRange"] == {"Low": 0, "High": 120}
    assert face["Emotions"] == []
    assert "Value" not in face["Gender"]
    for name in GUESSED - {"AgeRange", "Gender"} | {"FaceOccluded"}:
        assert face[name] == {"Value": False, "Confidence": 0}, name


@pytest.mark.parametrize(
    ("asked", "members"),
    [
        ([], set()),
        (["DEFAULT"], set()),
        (["AGE_RANGE"], {"AgeRange"}),
        (["DEFAULT", "EYES_OPEN", "SMILE"], {"EyesOpen", "Smile"}),
        (["EYE_DIRECTION"], set()),
    ],
)
def test_only_the_attributes_that_are_asked_for_are_added(asked, members):
    assert set(more_attributes(asked)) == members


def test_nothing_in_any_answer_tells_where_somebody_looks_or_what_they_feel():
    everything = json.dumps(more_attributes(["ALL", "EMOTIONS", "EYE_DIRECTION"]))
    assert "EyeDirection" not in everything
    for word in ("HAPPY", "SAD", "ANGRY", "CONFUSED", "DISGUSTED", "SURPRISED", "CALM", "FEAR"):
        assert word not in everything
