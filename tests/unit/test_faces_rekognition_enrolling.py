"""Faces on their way into a collection, and out of it again."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from botocore.stub import Stubber
from PIL import Image, ImageChops

from attendance.adapters.rekognition.calls import _REASONS
from attendance.adapters.rekognition.faces import RekognitionFaces, open_faces
from attendance.errors import (
    BadPhoto,
    InvalidInput,
    ServiceUnavailable,
    SettingsError,
)
from attendance.ports import EnrolledFace, PhotoFaces, RemoteFaceSearch
from attendance.settings import load_settings
from tests.unit.rekognition_stub import (
    DETAIL,
    FACE_ID,
    INDEXED,
    INDEXING,
    OTHER_ID,
    ROLE,
    TOPIC,
    detected,
    made,
    photo,
    refused,
    stored,
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


def test_it_is_a_search_far_away_that_charges_and_meets_everybody(client):
    faces = made(client)
    assert isinstance(faces, RemoteFaceSearch)
    assert faces.name == "rekognition:class"
    assert faces.compares_everybody
    assert faces.charges_by_minute
    assert not faces.answers_by_event
    assert made(client, ROLLCALL_REKOGNITION_TOPIC=TOPIC, ROLLCALL_REKOGNITION_ROLE=ROLE).answers_by_event


def test_it_is_opened_by_its_setting_without_asking_aws(monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    assert open_faces("rekognition://school.2026", load_settings({})).name == "rekognition:school.2026"


@pytest.mark.parametrize("name", ["", "two words", "x" * 89, "a/b"])
def test_a_name_that_no_collection_has_stops_the_start(name):
    with pytest.raises(SettingsError, match="ROLLCALL_FACES must be"):
        open_faces(f"rekognition://{name}", load_settings({}))


def test_the_lines_are_rekognitions_own_unless_the_settings_say_otherwise(client):
    lines = made(client).thresholds
    assert (lines.review, lines.accept, lines.margin) == (80, 99, 5)
    assert (lines.least_good_frames, lines.accept_small) == (3, None)
    own = made(
        client, ROLLCALL_REKOGNITION_THRESHOLD="70", ROLLCALL_ACCEPT_SIMILARITY="97", ROLLCALL_MARGIN="2"
    ).thresholds
    assert (own.review, own.accept, own.margin) == (70, 97, 2)
    assert made(client, ROLLCALL_REVIEW_SIMILARITY="90").thresholds.review == 90


@pytest.mark.parametrize(
    "settings",
    [
        {"ROLLCALL_REVIEW_SIMILARITY": "70"},
        {"ROLLCALL_REKOGNITION_THRESHOLD": "99.5"},
        {"ROLLCALL_ACCEPT_SIMILARITY": "84"},
        {"ROLLCALL_MARGIN": "20"},
    ],
)
def test_lines_that_contradict_each_other_stop_the_start(client, settings):
    with pytest.raises(SettingsError):
        made(client, **settings)


def test_the_first_face_makes_the_collection(aws, faces):
    detected(aws, DETAIL)
    refused(aws, "index_faces", "ResourceNotFoundException")
    aws.add_response("create_collection", {}, {"CollectionId": "class", "Tags": {"project": "rollcall"}})
    refused(aws, "index_faces", "ResourceNotFoundException")  # not known everywhere yet
    aws.add_response("index_faces", INDEXED, INDEXING)
    enrolled = faces.enrol("21", photo())
    assert (enrolled.external_id, enrolled.vector) == (FACE_ID, None)


def test_two_that_make_the_collection_at_once_both_go_on(aws, faces):
    detected(aws, DETAIL)
    refused(aws, "index_faces", "ResourceNotFoundException")
    refused(aws, "create_collection", "ResourceAlreadyExistsException")
    aws.add_response("index_faces", INDEXED, INDEXING)
    assert faces.enrol("21", photo()).external_id == FACE_ID


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("EXCEEDS_MAX_FACES", "more than one face"),
        ("EXTREME_POSE", "turned away"),
        ("LOW_BRIGHTNESS", "too dark"),
        ("LOW_SHARPNESS", "blurred"),
        ("LOW_CONFIDENCE", "not sure that this photo shows a face"),
        ("SMALL_BOUNDING_BOX", "too small"),
        ("LOW_FACE_QUALITY", "not clear enough"),
    ],
)
def test_why_a_face_was_not_taken_is_said_in_plain_words(aws, faces, reason, words):
    detected(aws, DETAIL)
    aws.add_response("index_faces", {"FaceRecords": [], "UnindexedFaces": [{"Reasons": [reason]}]}, INDEXING)
    with pytest.raises(BadPhoto, match=rf"{words}.*\.$"):
        faces.enrol("21", photo())


def test_every_reason_of_the_service_has_its_words(client):
    shape = client.meta.service_model.shape_for("Reason")
    assert set(_REASONS) == set(shape.enum)


def test_a_small_face_is_refused_before_anything_is_kept(aws, faces):
    small = {**DETAIL, "BoundingBox": {"Left": 0.2, "Top": 0.2, "Width": 0.1, "Height": 0.1}}
    detected(aws, small)
    with pytest.raises(BadPhoto, match="only 20 pixels wide; at least 40"):
        faces.enrol("21", photo())


def test_a_student_id_in_any_script_is_written_in_rekognitions_alphabet(aws, faces):
    detected(aws, DETAIL)
    aws.add_response("index_faces", INDEXED, {**INDEXING, "ExternalImageId": "a:20:ED:99:8D"})
    faces.enrol("a 홍", photo())


def test_a_student_id_that_cannot_be_written_costs_no_request(aws, faces):
    with pytest.raises(InvalidInput, match="too long"):
        faces.enrol("홍" * 40, photo())


def test_the_same_photo_is_never_the_same_picture_twice(client, aws):
    sent: list[bytes] = []
    client.meta.events.register(
        "provide-client-params.rekognition.IndexFaces", lambda params, **_: sent.append(params["Image"]["Bytes"])
    )
    faces = made(client)
    for _ in range(2):
        detected(aws, DETAIL)
        aws.add_response("index_faces", INDEXED, INDEXING)
    first, second = (faces.enrol("21", photo()) for _ in range(2))
    assert sent[0] != sent[1]
    assert (first.photo, first.thumbnail) == (second.photo, second.thumbnail)
    with Image.open(io.BytesIO(sent[0])) as picture, Image.open(io.BytesIO(first.photo)) as shown:
        assert picture.size == shown.size
        assert max(high for _, high in ImageChops.difference(picture, shown).getextrema()) <= 3


def test_a_face_that_a_seal_hides_is_indexed_under_another_one(aws, faces):
    detected(aws, DETAIL)
    for answer in ({"FaceRecords": [], "UnindexedFaces": []}, INDEXED):
        aws.add_response("index_faces", answer, INDEXING)
    assert faces.enrol("21", photo()).external_id == FACE_ID


def test_a_face_that_no_seal_shows_is_refused_in_the_end(aws, faces):
    detected(aws, DETAIL)
    for _ in range(3):
        aws.add_response("index_faces", {"FaceRecords": [], "UnindexedFaces": []}, INDEXING)
    with pytest.raises(BadPhoto, match="There is no face in this photo"):
        faces.enrol("21", photo())
    aws.assert_no_pending_responses()


def test_what_is_poor_about_a_face_is_said_in_the_ports_words(aws, faces):
    poor = {
        "BoundingBox": {"Left": -0.1, "Top": 0.2, "Width": 0.3, "Height": 0.3},
        "Confidence": 95.0,
        "Quality": {"Sharpness": 5.0, "Brightness": 10.0},
        "Pose": {"Yaw": -50.0, "Pitch": 1.0, "Roll": 0.0},
    }
    bright = {**DETAIL, "Quality": {"Sharpness": 90.0, "Brightness": 98.0}}
    detected(aws, poor, bright)
    large, small = faces.find(photo()).faces
    assert large.problems == ("too_bright",)
    assert small.problems == ("too_small", "blurred", "turned", "too_dark")
    assert small.box == pytest.approx((0.0, 40.0, 40.0, 100.0))
    assert 0 <= small.quality < large.quality <= 1


def test_look_alikes_are_sought_among_the_enrolled_alone_and_with_the_best_photo(aws, faces):
    matches = [
        {"Similarity": 92.0, "Face": {"FaceId": OTHER_ID, "ExternalImageId": "22"}},
        {"Similarity": 97.0, "Face": {"FaceId": FACE_ID.replace("1", "2"), "ExternalImageId": "22"}},
        {"Similarity": 99.0, "Face": {"FaceId": FACE_ID.replace("1", "3"), "ExternalImageId": "gone"}},
    ]
    asked = {"CollectionId": "class", "FaceId": FACE_ID, "MaxFaces": 100, "FaceMatchThreshold": 80.0}
    aws.add_response("search_faces", {"FaceMatches": matches}, asked)
    enrolled = [stored(OTHER_ID, "22"), stored(FACE_ID.replace("1", "2"), "22")]
    (alike,) = faces.look_alikes(_enrolled(), enrolled)
    assert (alike.student_id, alike.similarity) == ("22", 97.0)


def test_a_face_that_is_not_found_yet_is_asked_for_again(aws, faces):
    refused(aws, "search_faces", "InvalidParameterException", "faceId was not found in the collection")
    aws.add_response("search_faces", {"FaceMatches": []})
    assert faces.look_alikes(_enrolled(), [stored(OTHER_ID, "22")]) == []


def test_forgetting_goes_in_batches_and_passes_over_what_is_gone(aws, faces):
    ids = [f"00000000-0000-0000-0000-{number:012d}" for number in range(4097)]
    gone = [{"FaceId": ids[0], "Reasons": ["FACE_NOT_FOUND"]}]
    aws.add_response(
        "delete_faces",
        {"DeletedFaces": ids[1:4096], "UnsuccessfulFaceDeletions": gone},
        {"CollectionId": "class", "FaceIds": ids[:4096]},
    )
    aws.add_response("delete_faces", {"DeletedFaces": ids[4096:]}, {"CollectionId": "class", "FaceIds": ids[4096:]})
    faces.remove([stored(face_id) for face_id in ids])


def test_a_face_that_cannot_be_forgotten_is_told(aws, faces):
    failed = [{"FaceId": FACE_ID, "Reasons": ["ASSOCIATED_TO_AN_EXISTING_USER"]}]
    aws.add_response("delete_faces", {"UnsuccessfulFaceDeletions": failed})
    with pytest.raises(ServiceUnavailable, match="did not forget 1 faces"):
        faces.remove([stored()])


def test_forgetting_without_a_collection_or_faces_of_ones_own_is_no_error(aws, faces):
    faces.remove([stored(engine="local"), replace(stored(), external_id=None)])
    refused(aws, "delete_faces", "ResourceNotFoundException")
    faces.remove([stored()])


def test_all_pages_of_the_collection_are_listed(aws, faces):
    aws.add_response(
        "list_faces",
        {"Faces": [{"FaceId": FACE_ID}], "NextToken": "next"},
        {"CollectionId": "class", "MaxResults": 1000},
    )
    aws.add_response(
        "list_faces",
        {"Faces": [{"FaceId": OTHER_ID}]},
        {"CollectionId": "class", "MaxResults": 1000, "NextToken": "next"},
    )
    assert faces.enrolled_ids() == {FACE_ID, OTHER_ID}
    refused(aws, "list_faces", "ResourceNotFoundException")
    assert faces.enrolled_ids() == set()


def _enrolled() -> Any:
    return EnrolledFace(PhotoFaces((), 1, 1), None, FACE_ID, b"", b"")
