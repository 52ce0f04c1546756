"""Users of a collection: made, given faces, searched, and removed, each request once."""

from __future__ import annotations

import signal
from typing import Any

import numpy as np
import pytest
from botocore.exceptions import ClientError

from rekognition_local.collection import Collection
from rekognition_local.collections_folder import CollectionsFolder
from rekognition_local.errors import ServiceError
from rekognition_local.stored_face import StoredFace
from rekognition_local.tokens import Tokens
from rekognition_local.user import REMEMBERED_S, user_vector
from rekognition_local.user_operations import UserOperations
from tests.rekognition_local.conftest import checked_client, code_of, message_of
from tests.rekognition_local.running import Running

ABSENT = "11111111-2222-3333-4444-555555555555"
USER = "student-21"


@pytest.fixture
def face_of(client, collection, kit):
    """Indexes a photo of a person; its FaceId."""

    def index(who: int, **more: Any) -> str:
        photo = {"Bytes": kit.photo(who, **more)}
        return str(client.index_faces(CollectionId=collection, Image=photo)["FaceRecords"][0]["Face"]["FaceId"])

    return index


@pytest.fixture
def user(client, collection) -> dict[str, str]:
    """A user without faces."""
    named = {"CollectionId": collection, "UserId": USER}
    client.create_user(**named)
    return named


def listed(client, collection) -> dict[str, str]:
    return {one["UserId"]: one["UserStatus"] for one in client.list_users(CollectionId=collection)["Users"]}


def test_a_new_user_has_no_faces_and_counts(client, collection, user):
    assert listed(client, collection) == {USER: "CREATED"}
    assert client.describe_collection(CollectionId=collection)["UserCount"] == 1
    assert client.list_faces(**user)["Faces"] == []


def test_a_name_that_is_taken_is_a_conflict(client, user):
    with pytest.raises(ClientError) as error:
        client.create_user(**user)
    assert (code_of(error), message_of(error)) == ("ConflictException", f"The user id: {USER} already exists")


@pytest.mark.parametrize("operation", ["delete_user", "associate_faces", "disassociate_faces", "search_users"])
def test_an_unknown_user_is_not_found(client, collection, operation):
    more = {"FaceIds": [ABSENT]} if "faces" in operation else {}
    with pytest.raises(ClientError) as error:
        getattr(client, operation)(CollectionId=collection, UserId="nobody", **more)
    assert code_of(error) == "ResourceNotFoundException"
    with pytest.raises(ClientError) as error:
        client.list_faces(CollectionId=collection, UserId="nobody")
    assert code_of(error) == "ResourceNotFoundException"


def test_a_face_is_given_to_one_user_and_to_no_other(client, collection, user, face_of):
    face = face_of(0)
    answer = client.associate_faces(**user, FaceIds=[face, ABSENT, face])
    assert answer["AssociatedFaces"] == [{"FaceId": face}]
    assert answer["UnsuccessfulFaceAssociations"] == [{"FaceId": ABSENT, "Reasons": ["FACE_NOT_FOUND"]}]
    assert answer["UserStatus"] == listed(client, collection)[USER] == "ACTIVE"
    again = client.associate_faces(**user, FaceIds=[face])
    assert again["AssociatedFaces"] == again["UnsuccessfulFaceAssociations"] == []
    client.create_user(CollectionId=collection, UserId="other")
    refused = client.associate_faces(CollectionId=collection, UserId="other", FaceIds=[face])
    assert refused["UnsuccessfulFaceAssociations"] == [
        {"FaceId": face, "UserId": USER, "Reasons": ["ASSOCIATED_TO_A_DIFFERENT_USER"]}
    ]
    assert refused["UserStatus"] == "CREATED"
    (shown,) = client.list_faces(**user)["Faces"]
    assert (shown["FaceId"], shown["UserId"]) == (face, USER)


def test_a_face_that_is_not_like_the_users_others_is_refused_unless_that_is_asked_for(client, user, face_of):
    own, alike, stranger = face_of(0), face_of(0, another=True), face_of(1)
    client.associate_faces(**user, FaceIds=[own])
    answer = client.associate_faces(**user, FaceIds=[alike, stranger])
    assert answer["AssociatedFaces"] == [{"FaceId": alike}]
    (refused,) = answer["UnsuccessfulFaceAssociations"]
    assert (refused["FaceId"], refused["Reasons"]) == (stranger, ["LOW_MATCH_CONFIDENCE"])
    assert refused["Confidence"] < 75
    forced = client.associate_faces(**user, FaceIds=[stranger], UserMatchThreshold=0)
    assert forced["AssociatedFaces"] == [{"FaceId": stranger}]


def test_the_first_faces_of_a_user_have_nothing_to_be_like(client, user, face_of):
    answer = client.associate_faces(**user, FaceIds=[face_of(0), face_of(1)])
    assert len(answer["AssociatedFaces"]) == 2


def test_faces_are_taken_away_from_their_own_user_alone(client, collection, user, face_of):
    own, others, nobodys = face_of(0), face_of(1), face_of(2)
    other = {"CollectionId": collection, "UserId": "other"}
    client.create_user(**other)
    client.associate_faces(**user, FaceIds=[own])
    client.associate_faces(**other, FaceIds=[others])
    answer = client.disassociate_faces(**user, FaceIds=[own, others, nobodys, ABSENT])
    assert answer["DisassociatedFaces"] == [{"FaceId": own}]
    assert answer["UnsuccessfulFaceDisassociations"] == [
        {"FaceId": others, "UserId": "other", "Reasons": ["ASSOCIATED_TO_A_DIFFERENT_USER"]},
        {"FaceId": ABSENT, "Reasons": ["FACE_NOT_FOUND"]},
    ]
    assert answer["UserStatus"] == "CREATED"
    assert listed(client, collection) == {USER: "CREATED", "other": "ACTIVE"}


def test_a_face_of_a_user_is_not_deleted_until_it_is_taken_away(client, collection, user, face_of):
    face = face_of(0)
    client.associate_faces(**user, FaceIds=[face])
    answer = client.delete_faces(CollectionId=collection, FaceIds=[face])
    assert answer["UnsuccessfulFaceDeletions"] == [
        {"FaceId": face, "UserId": USER, "Reasons": ["ASSOCIATED_TO_AN_EXISTING_USER"]}
    ]
    client.delete_user(**user)
    assert client.delete_faces(CollectionId=collection, FaceIds=[face])["DeletedFaces"] == [face]


def test_a_removed_user_leaves_its_faces_to_others(client, collection, user, face_of):
    face = face_of(0)
    client.associate_faces(**user, FaceIds=[face])
    client.delete_user(**user)
    assert listed(client, collection) == {}
    assert "UserId" not in client.list_faces(CollectionId=collection)["Faces"][0]
    client.create_user(**user)
    assert client.list_faces(**user)["Faces"] == []
    assert client.associate_faces(**user, FaceIds=[face])["AssociatedFaces"] == [{"FaceId": face}]


def test_pages_hold_every_user_once_in_the_order_of_creation(client, collection):
    names = [f"student-{number}" for number in (3, 1, 2, 0, 4)]
    for name in names:
        client.create_user(CollectionId=collection, UserId=name)
    pages = list(client.get_paginator("list_users").paginate(CollectionId=collection, PaginationConfig={"PageSize": 2}))
    assert [one["UserId"] for page in pages for one in page["Users"]] == names
    assert [len(page["Users"]) for page in pages] == [2, 2, 1]


def test_a_photo_finds_its_user_and_says_which_other_faces_it_has(client, collection, user, face_of, kit):
    client.associate_faces(**user, FaceIds=[face_of(0)])
    photo = {"Bytes": kit.photo(0, another=True)}
    answer = client.search_users_by_image(CollectionId=collection, Image=photo)
    (match,) = answer["UserMatches"]
    assert match["User"] == {"UserId": USER, "UserStatus": "ACTIVE"}
    assert match["Similarity"] >= 80
    assert answer["UnsearchedFaces"] == []
    two = client.search_users_by_image(CollectionId=collection, Image={"Bytes": kit.photo_of_two()})
    assert [face["Reasons"] for face in two["UnsearchedFaces"]] == [["FACE_NOT_LARGEST"]]
    assert two["SearchedFace"]["FaceDetail"]["Landmarks"]


def test_a_photo_without_a_face_matches_nobody(client, collection, user, kit):
    answer = client.search_users_by_image(CollectionId=collection, Image={"Bytes": kit.photo_of_nobody()})
    assert answer["UserMatches"] == []
    assert "SearchedFace" not in answer


def test_users_are_found_by_a_face_and_by_another_user(client, collection, user, face_of):
    own, alike = face_of(0), face_of(0, another=True)
    client.associate_faces(**user, FaceIds=[own])
    client.create_user(CollectionId=collection, UserId="twin")
    client.create_user(CollectionId=collection, UserId="faceless")
    client.associate_faces(CollectionId=collection, UserId="twin", FaceIds=[alike])
    by_face = client.search_users(CollectionId=collection, FaceId=own)
    assert [match["User"]["UserId"] for match in by_face["UserMatches"]] == [USER, "twin"]
    assert by_face["SearchedFace"] == {"FaceId": own}
    assert len(client.search_users(CollectionId=collection, FaceId=own, MaxUsers=1)["UserMatches"]) == 1
    by_user = client.search_users(CollectionId=collection, UserId=USER)
    assert [match["User"]["UserId"] for match in by_user["UserMatches"]] == ["twin"]
    assert by_user["SearchedUser"] == {"UserId": USER}
    assert client.search_users(CollectionId=collection, UserId="faceless")["UserMatches"] == []
    assert client.search_users(CollectionId=collection, FaceId=own, UserMatchThreshold=100)["UserMatches"] != by_face


@pytest.mark.parametrize("asked", [{}, {"UserId": USER, "FaceId": ABSENT}, {"FaceId": ABSENT}])
def test_a_search_for_users_needs_one_face_or_one_user(client, collection, user, asked):
    with pytest.raises(ClientError) as error:
        client.search_users(CollectionId=collection, **asked)
    assert code_of(error) == "InvalidParameterException"


def test_a_request_that_comes_again_is_answered_as_before(client, collection, face_of):
    user = {"CollectionId": collection, "UserId": USER}
    face = face_of(0)
    made = {**user, "ClientRequestToken": "make"}
    client.create_user(**made)
    client.create_user(**made)
    given = {**user, "FaceIds": [face], "ClientRequestToken": "give"}
    assert client.associate_faces(**given)["AssociatedFaces"] == [{"FaceId": face}]
    assert client.associate_faces(**given)["AssociatedFaces"] == [{"FaceId": face}]
    taken = {**user, "FaceIds": [face], "ClientRequestToken": "take"}
    assert client.disassociate_faces(**taken) | {"ResponseMetadata": 0} == (
        client.disassociate_faces(**taken) | {"ResponseMetadata": 0}
    )
    gone = {**user, "ClientRequestToken": "remove"}
    client.delete_user(**gone)
    client.delete_user(**gone)
    assert listed(client, collection) == {}


def test_a_token_that_was_used_for_another_request_is_refused(client, collection):
    client.create_user(CollectionId=collection, UserId="one", ClientRequestToken="same")
    with pytest.raises(ClientError) as error:
        client.create_user(CollectionId=collection, UserId="two", ClientRequestToken="same")
    assert code_of(error) == "IdempotentParameterMismatchException"


@pytest.mark.parametrize("ids", [[], [ABSENT] * 101, ["x"]])
def test_a_list_of_faces_that_the_model_does_not_take_is_refused(client, user, ids):
    with pytest.raises(ClientError) as error:
        client.associate_faces(**user, FaceIds=ids)
    assert code_of(error) == "ValidationException"


class Faces:
    """A collection on disk whose faces are made up, so that there can be many."""

    def __init__(self, folder, count: int) -> None:
        self.folder = CollectionsFolder(folder, "engine")
        if not self.folder.all():
            self.folder.create("class", {})
        self.collection: Collection = self.folder.get("class")
        self.operations = UserOperations(self.folder, Tokens())
        ids = [f"00000000-0000-0000-0000-{number:012d}" for number in range(count)]
        vector = np.ones(4, np.float32) / 2
        self.collection.add([StoredFace(one, ABSENT, one, (0, 0, 1, 1), 99.0, "1", vector) for one in ids])
        self.ids = ids

    def associate(self, ids, **more) -> dict[str, Any]:
        return self.operations.associate_faces({"CollectionId": "class", "UserId": USER, "FaceIds": ids, **more})


def test_a_user_has_100_faces_at_most(tmp_path):
    faces = Faces(tmp_path / "all", 105)
    faces.operations.create_user({"CollectionId": "class", "UserId": USER})
    assert len(faces.associate(faces.ids[:97])["AssociatedFaces"]) == 97
    answer = faces.associate(faces.ids[97:105])
    assert [one["FaceId"] for one in answer["AssociatedFaces"]] == faces.ids[97:100]
    assert [one["FaceId"] for one in answer["UnsuccessfulFaceAssociations"]] == faces.ids[100:]
    with pytest.raises(ServiceError) as error:
        faces.associate(faces.ids[104:])
    assert error.value.code == "ServiceQuotaExceededException"


def test_a_request_is_forgotten_after_a_day(tmp_path, monkeypatch):
    now = [1_700_000_000.0]
    monkeypatch.setattr("time.time", lambda: now[0])
    faces = Faces(tmp_path / "all", 1)
    made = {"CollectionId": "class", "UserId": USER, "ClientRequestToken": "make"}
    gone = {**made, "ClientRequestToken": "remove"}
    faces.operations.create_user(made)
    faces.operations.delete_user(gone)
    assert faces.operations.delete_user(gone) == {}
    now[0] += REMEMBERED_S + 1
    with pytest.raises(ServiceError) as error:
        faces.operations.delete_user(gone)
    assert error.value.code == "ResourceNotFoundException"
    Faces(tmp_path / "all", 0)  # the next start tidies up
    assert not list((tmp_path / "all").rglob("users/*.json"))


def test_a_users_vector_is_as_long_as_its_faces_are():
    vectors = [np.array([1.0, 0.0], np.float32), np.array([0.0, 1.0], np.float32)]
    assert user_vector(vectors) == pytest.approx(np.array([1, 1]) / np.sqrt(2))


def test_users_and_the_answers_of_their_requests_survive_a_kill(aws, tmp_path, kit):
    user = {"CollectionId": "class", "UserId": USER}
    photo = {"Bytes": kit.photo(0)}
    with Running(tmp_path) as server:
        client = checked_client(server.url)
        client.create_collection(CollectionId="class")
        face = client.index_faces(CollectionId="class", Image=photo)["FaceRecords"][0]["Face"]["FaceId"]
        client.create_user(**user)
        given = {**user, "FaceIds": [face], "ClientRequestToken": "give"}
        before = client.associate_faces(**given)["AssociatedFaces"]
        client.create_user(CollectionId="class", UserId="leaving")
        client.delete_user(CollectionId="class", UserId="leaving", ClientRequestToken="remove")
        server.end(signal.SIGKILL)
    with Running(tmp_path) as server:
        client = checked_client(server.url)
        assert client.associate_faces(**given)["AssociatedFaces"] == before == [{"FaceId": face}]
        client.delete_user(CollectionId="class", UserId="leaving", ClientRequestToken="remove")
        assert listed(client, "class") == {USER: "ACTIVE"}
        (match,) = client.search_users_by_image(CollectionId="class", Image=photo)["UserMatches"]
        assert match["Similarity"] == pytest.approx(100)
