"""Faces: indexed with their filters, listed in pages, and removed."""

import itertools

import cv2
import numpy as np
import pytest
from botocore.exceptions import ClientError

from face_engine.model import Face, Quality
from face_engine.quality import BLURRED_SHARPNESS, SHARP
from rekognition_local.face_details import reasons_against
from tests.contract.faces_kits import drawn, jpeg
from tests.rekognition_local.conftest import code_of, message_of

ABSENT = "11111111-2222-3333-4444-555555555555"


def index(client, collection, photo, **more):
    return client.index_faces(CollectionId=collection, Image={"Bytes": photo}, **more)


def test_an_indexed_face_has_all_that_the_service_says_of_it(client, collection, kit):
    answer = index(client, collection, kit.photo(0), ExternalImageId="student:21")
    (record,) = answer["FaceRecords"]
    face, detail = record["Face"], record["FaceDetail"]
    assert face["ExternalImageId"] == "student:21"
    assert face["IndexFacesModelVersion"] == "1.0.0.2021"
    assert face["BoundingBox"] == detail["BoundingBox"]
    assert face["Confidence"] == detail["Confidence"] > 90
    assert [mark["Type"] for mark in detail["Landmarks"]] == ["eyeLeft", "eyeRight", "nose", "mouthLeft", "mouthRight"]
    assert answer["UnindexedFaces"] == []


def test_box_and_landmarks_are_parts_of_the_picture(client, collection, kit):
    small, large = kit.photo(0), jpeg(cv2.resize(drawn(0), None, fx=2, fy=2))
    boxes = [index(client, collection, photo)["FaceRecords"][0]["Face"]["BoundingBox"] for photo in (small, large)]
    for side in ("Left", "Top", "Width", "Height"):
        assert 0.1 < boxes[0][side] < 0.6
        assert boxes[0][side] == pytest.approx(boxes[1][side], abs=0.03)


def test_landmarks_lie_in_the_box_and_in_their_order(client, kit):
    (detail,) = client.detect_faces(Image={"Bytes": kit.photo(0)})["FaceDetails"]
    marks = {mark["Type"]: (mark["X"], mark["Y"]) for mark in detail["Landmarks"]}
    box = detail["BoundingBox"]
    assert all(
        box["Left"] < x < box["Left"] + box["Width"] and box["Top"] < y < box["Top"] + box["Height"]
        for x, y in marks.values()
    )
    assert marks["eyeLeft"][0] < marks["nose"][0] < marks["eyeRight"][0]
    assert marks["eyeLeft"][1] < marks["nose"][1] < marks["mouthLeft"][1]


def test_pose_has_the_tilt_of_the_head(client):
    height, width = drawn(0).shape[:2]
    tilted = cv2.warpAffine(drawn(0), cv2.getRotationMatrix2D((width / 2, height / 2), -12, 1), (width, height))
    straight, turned = (
        client.detect_faces(Image={"Bytes": jpeg(picture)})["FaceDetails"][0]["Pose"]["Roll"]
        for picture in (drawn(0), tilted)
    )
    assert turned - straight == pytest.approx(12, abs=4)


def test_a_darker_picture_has_less_brightness(client):
    light, dark = (
        client.detect_faces(Image={"Bytes": jpeg(picture)})["FaceDetails"][0]["Quality"]["Brightness"]
        for picture in (drawn(1), (drawn(1) * 0.6).astype(np.uint8))
    )
    assert dark == pytest.approx(0.6 * light, rel=0.1)


def test_of_several_faces_the_largest_are_indexed_and_the_others_say_why_not(client, collection):
    smaller = cv2.copyMakeBorder(cv2.resize(drawn(1), None, fx=0.8, fy=0.8), 64, 0, 0, 0, cv2.BORDER_REPLICATE)
    picture = jpeg(np.hstack([smaller, drawn(0)]))
    answer = index(client, collection, picture, MaxFaces=1)
    (record,) = answer["FaceRecords"]
    (left_out,) = answer["UnindexedFaces"]
    assert left_out["Reasons"] == ["EXCEEDS_MAX_FACES"]
    assert left_out["FaceDetail"]["BoundingBox"]["Left"] < 0.45 < record["Face"]["BoundingBox"]["Left"]


def test_faces_of_one_picture_share_its_image_id(client, collection, kit):
    records = index(client, collection, kit.photo_of_two())["FaceRecords"]
    other = index(client, collection, kit.photo(0))["FaceRecords"]
    assert len(records) == 2
    assert len({record["Face"]["ImageId"] for record in records}) == 1
    assert len({record["Face"]["FaceId"] for record in records}) == 2
    assert other[0]["Face"]["ImageId"] != records[0]["Face"]["ImageId"]


def test_the_same_picture_under_the_same_external_id_is_kept_once(client, collection, kit):
    first, again = (index(client, collection, kit.photo_of_two(), ExternalImageId="group") for _ in range(2))
    assert [one["Face"] for one in again["FaceRecords"]] == [one["Face"] for one in first["FaceRecords"]]
    assert client.describe_collection(CollectionId=collection)["FaceCount"] == 2


def test_more_faces_of_a_known_picture_are_kept_beside_those_that_are_there(client, collection, kit):
    (largest,) = index(client, collection, kit.photo_of_two(), ExternalImageId="group", MaxFaces=1)["FaceRecords"]
    faces = [
        record["Face"]
        for record in index(client, collection, kit.photo_of_two(), ExternalImageId="group")["FaceRecords"]
    ]
    assert len(faces) == 2
    assert faces[0] == largest["Face"]
    assert client.list_faces(CollectionId=collection)["Faces"] == faces


@pytest.mark.parametrize("name", [{}, {"ExternalImageId": "other"}])
def test_the_same_picture_under_another_external_id_or_none_is_another_face_of_it(client, collection, kit, name):
    for known in ({}, {"ExternalImageId": "student-21"}):
        index(client, collection, kit.photo(0), **known)
    (record,) = index(client, collection, kit.photo(0), **name)["FaceRecords"]
    faces = client.list_faces(CollectionId=collection)["Faces"]
    assert len({face["FaceId"] for face in faces}) == 3
    assert {face["ImageId"] for face in faces} == {record["Face"]["ImageId"]}


def test_a_picture_whose_face_was_removed_is_indexed_anew(client, collection, kit):
    first = index(client, collection, kit.photo(0), ExternalImageId="student-21")["FaceRecords"][0]["Face"]
    client.delete_faces(CollectionId=collection, FaceIds=[first["FaceId"]])
    again = index(client, collection, kit.photo(0), ExternalImageId="student-21")["FaceRecords"][0]["Face"]
    assert again["FaceId"] != first["FaceId"]
    assert client.list_faces(CollectionId=collection)["Faces"] == [again]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda picture: cv2.GaussianBlur(picture, (0, 0), 6), "LOW_SHARPNESS"),
        (lambda picture: (picture * 0.35).astype(np.uint8), "LOW_BRIGHTNESS"),
        (
            lambda picture: cv2.resize(picture, None, fx=0.45, fy=0.45, interpolation=cv2.INTER_AREA),
            "SMALL_BOUNDING_BOX",
        ),
    ],
)
def test_a_poor_face_is_indexed_only_without_a_filter(client, collection, change, reason):
    photo = jpeg(change(drawn(0)))
    filtered = index(client, collection, photo, QualityFilter="HIGH")
    assert filtered["FaceRecords"] == []
    assert reason in filtered["UnindexedFaces"][0]["Reasons"]
    assert len(index(client, collection, photo, QualityFilter="NONE")["FaceRecords"]) == 1
    assert client.describe_collection(CollectionId=collection)["FaceCount"] == 1


def far_away(who: int, face_px: int):
    """A person in a picture of 1920 x 1080, whose face is so wide."""
    face = 124  # in the drawn portrait of 320 pixels
    small = cv2.resize(drawn(who), None, fx=face_px / face, fy=face_px / face, interpolation=cv2.INTER_AREA)
    wall = np.full((1080, 1920, 3), 150, np.uint8)
    wall[400 : 400 + small.shape[0], 900 : 900 + small.shape[1]] = small
    return jpeg(wall)


@pytest.mark.parametrize("who", range(4))
def test_a_face_of_40_pixels_in_a_picture_of_1920_by_1080_is_indexed(client, collection, who):
    answer = index(client, collection, far_away(who, 40))
    assert len(answer["FaceRecords"]) == 1, answer["UnindexedFaces"]


@pytest.mark.parametrize("quality_filter", ["LOW", "AUTO"])
@pytest.mark.parametrize(
    "change",
    [
        {"yaw": 0.9},  # the nose is nearly below an eye
        {"sharpness": BLURRED_SHARPNESS / 2},  # soft, as small pictures and old ones are
        {"face_px": 36.0},
        {"brightness": 45.0},
    ],
)
def test_the_usual_filters_take_ordinary_faces(quality_filter, change):
    assert reasons_against(face_of(**change), quality_filter) == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"yaw": 1.4}, "EXTREME_POSE"),
        ({"sharpness": BLURRED_SHARPNESS / 10}, "LOW_SHARPNESS"),
        ({"face_px": 20.0}, "SMALL_BOUNDING_BOX"),
        ({"brightness": 15.0}, "LOW_BRIGHTNESS"),
    ],
)
def test_the_automatic_filter_refuses_what_nobody_could_recognise(change, reason):
    assert reasons_against(face_of(**change), "AUTO") == [reason]


def test_each_filter_takes_no_more_than_the_one_below_it():
    poor = [
        face_of(**{name: value})
        for name, values in {
            "yaw": (0.0, 0.3, 0.6, 0.9, 1.1, 1.3, 1.6),
            "sharpness": (0.0, *(BLURRED_SHARPNESS * part for part in (0.28, 0.5, 1.1)), SHARP),
            "face_px": (10.0, 26.0, 36.0, 50.0, 70.0, 90.0),
            "brightness": (5.0, 25.0, 35.0, 120.0),
        }.items()
        for value in values
    ]
    taken = [
        {number for number, face in enumerate(poor) if not reasons_against(face, name)}
        for name in ("NONE", "LOW", "AUTO", "MEDIUM", "HIGH")
    ]
    assert all(more > less for more, less in itertools.pairwise(taken))


def face_of(face_px=90.0, sharpness=SHARP, yaw=0.1, brightness=120.0) -> Face:
    quality = Quality(0.9, face_px, sharpness, yaw, 0.0, brightness, ())
    landmarks = ((30.0, 40.0), (70.0, 40.0), (50.0, 60.0), (35.0, 80.0), (65.0, 80.0))
    return Face((0.0, 0.0, 100.0, 100.0), landmarks, 0.99, quality)


def test_a_good_face_passes_every_filter(client, collection, kit):
    for quality_filter in ("NONE", "AUTO", "LOW", "MEDIUM", "HIGH"):
        assert len(index(client, collection, kit.photo(0), QualityFilter=quality_filter)["FaceRecords"]) == 1


def test_a_picture_without_a_face_indexes_nothing(client, collection, kit):
    answer = index(client, collection, kit.photo_of_nobody())
    assert answer["FaceRecords"] == answer["UnindexedFaces"] == []


def test_pages_hold_every_face_once_in_the_order_of_indexing(client, collection, kit):
    ids = [index(client, collection, kit.photo(0))["FaceRecords"][0]["Face"]["FaceId"] for _ in range(5)]
    pages = list(client.get_paginator("list_faces").paginate(CollectionId=collection, PaginationConfig={"PageSize": 2}))
    assert [len(page["Faces"]) for page in pages] == [2, 2, 1]
    assert [face["FaceId"] for page in pages for face in page["Faces"]] == ids


def test_removing_a_face_between_two_pages_hides_no_other(client, collection, kit):
    ids = [index(client, collection, kit.photo(0))["FaceRecords"][0]["Face"]["FaceId"] for _ in range(3)]
    first = client.list_faces(CollectionId=collection, MaxResults=2)
    client.delete_faces(CollectionId=collection, FaceIds=ids[:1])
    second = client.list_faces(CollectionId=collection, MaxResults=2, NextToken=first["NextToken"])
    assert [face["FaceId"] for face in second["Faces"]] == ids[2:]


def test_chosen_faces_are_listed_alone(client, collection, kit):
    ids = [index(client, collection, kit.photo(0))["FaceRecords"][0]["Face"]["FaceId"] for _ in range(3)]
    listed = client.list_faces(CollectionId=collection, FaceIds=[ids[1], ABSENT])["Faces"]
    assert [face["FaceId"] for face in listed] == [ids[1]]


def test_removed_faces_are_gone_and_absent_ones_are_named(client, collection, kit):
    ids = [record["Face"]["FaceId"] for record in index(client, collection, kit.photo_of_two())["FaceRecords"]]
    answer = client.delete_faces(CollectionId=collection, FaceIds=[ids[0], ABSENT, ids[0]])
    assert answer["DeletedFaces"] == [ids[0]]
    assert answer["UnsuccessfulFaceDeletions"] == [{"FaceId": ABSENT, "Reasons": ["FACE_NOT_FOUND"]}]
    assert [face["FaceId"] for face in client.list_faces(CollectionId=collection)["Faces"]] == [ids[1]]
    again = client.delete_faces(CollectionId=collection, FaceIds=[ids[0]])
    assert "DeletedFaces" not in again


def test_an_external_image_id_with_a_space_is_refused_in_the_services_words(client, collection, kit):
    with pytest.raises(ClientError) as error:
        index(client, collection, kit.photo(0), ExternalImageId="student 21")
    assert code_of(error) == "ValidationException"
    assert message_of(error) == (
        "1 validation error detected: Value 'student 21' at 'externalImageId' failed to satisfy constraint: "
        r"Member must satisfy regular expression pattern: [a-zA-Z0-9_.\-:]+"
    )
