"""The checker itself: it must see what is wrong."""

import json

import pytest

from tests.rekognition_local.model_rules import MODEL, answer_faults, faults

FACE_ID = "11111111-2222-3333-4444-555555555555"


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        ({"StatusCode": "200"}, "answer.StatusCode is '200', no integer"),
        ({"StatusCode": True}, "answer.StatusCode is True, no integer"),
        ({"StatusCode": -1}, "answer.StatusCode is or has -1, not 0 to None"),
        ({"Status": 200}, "answer.Status is not in the model"),
        ([], "answer is no structure"),
    ],
)
def test_a_wrong_type_range_or_member_is_seen(answer, fault):
    assert faults(MODEL.operation_model("DeleteCollection").output_shape, answer) == [fault]


@pytest.mark.parametrize(
    ("face", "fault"),
    [
        ({"FaceId": "1"}, "FaceId"),
        ({"ExternalImageId": "a b"}, "ExternalImageId"),
        ({"Confidence": 100.5}, "Confidence"),
        ({"IndexFacesModelVersion": "dlib"}, "IndexFacesModelVersion"),
    ],
)
def test_a_wrong_pattern_or_value_deep_inside_is_seen(face, fault):
    shape = MODEL.operation_model("SearchFaces").output_shape
    (found,) = faults(shape, {"FaceMatches": [{"Face": face}]})
    assert found.startswith(f"answer.FaceMatches[0].Face.{fault} is")


def test_an_empty_list_that_may_not_be_is_seen():
    assert faults(MODEL.operation_model("DeleteFaces").output_shape, {"DeletedFaces": []})


def test_an_error_that_the_operation_does_not_have_is_seen():
    body = {"__type": "VideoTooLargeException", "Message": "Too large.", "Code": "VideoTooLargeException"}
    assert answer_faults("SearchFaces", 400, json.dumps(body).encode()) == [
        "SearchFaces does not fail with VideoTooLargeException"
    ]
    assert not answer_faults("StartFaceSearch", 400, json.dumps(body).encode())


def test_an_error_of_another_form_is_seen():
    body = {"error": "no"}
    assert len(answer_faults("SearchFaces", 200 + 300, json.dumps(body).encode())) == 4
