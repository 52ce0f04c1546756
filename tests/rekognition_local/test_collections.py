"""Collections: made, described, listed in pages, and removed."""

from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError

from tests.rekognition_local.conftest import code_of, message_of


def test_a_new_collection_is_empty_and_says_its_engine(client):
    before = datetime.now(UTC)
    made = client.create_collection(CollectionId="new")
    described = client.describe_collection(CollectionId="new")
    assert made["StatusCode"] == 200
    assert made["CollectionArn"].endswith(":collection/new")
    assert described["CollectionARN"] == f"arn:{made['CollectionArn']}"
    assert made["FaceModelVersion"] == described["FaceModelVersion"] == "mtcnn-1.0.0+sface-2021dec"
    assert (described["FaceCount"], described["UserCount"]) == (0, 0)
    assert abs((described["CreationTimestamp"] - before).total_seconds()) < 60
    client.delete_collection(CollectionId="new")


def test_a_name_that_is_taken_is_refused(client, collection):
    with pytest.raises(ClientError) as error:
        client.create_collection(CollectionId=collection)
    assert code_of(error) == "ResourceAlreadyExistsException"
    assert message_of(error) == f"The collection id: {collection} already exists"


@pytest.mark.parametrize(
    ("operation", "more"),
    [
        ("describe_collection", {}),
        ("delete_collection", {}),
        ("list_faces", {}),
        ("delete_faces", {"FaceIds": ["11111111-2222-3333-4444-555555555555"]}),
        ("search_faces", {"FaceId": "11111111-2222-3333-4444-555555555555"}),
        ("search_faces_by_image", {"Image": {"Bytes": b"\xff\xd8\xff"}}),
        ("index_faces", {"Image": {"Bytes": b"\xff\xd8\xff"}}),
        ("create_user", {"UserId": "student-21"}),
        ("delete_user", {"UserId": "student-21"}),
        ("list_users", {}),
        ("associate_faces", {"UserId": "student-21", "FaceIds": ["11111111-2222-3333-4444-555555555555"]}),
        ("disassociate_faces", {"UserId": "student-21", "FaceIds": ["11111111-2222-3333-4444-555555555555"]}),
        ("search_users", {"UserId": "student-21"}),
        ("search_users_by_image", {"Image": {"Bytes": b"\xff\xd8\xff"}}),
        ("start_face_search", {"Video": {"S3Object": {"Bucket": "media", "Name": "any"}}}),
    ],
)
def test_an_unknown_collection_is_not_found(client, operation, more):
    with pytest.raises(ClientError) as error:
        getattr(client, operation)(CollectionId="nowhere", **more)
    assert code_of(error) == "ResourceNotFoundException"
    assert message_of(error) == "The collection id: nowhere does not exist"


@pytest.mark.parametrize("name", ["..", ".", "-", "a.b_c-D", "n" * 255])
def test_every_permitted_name_works_and_reaches_no_other_folder(client, name):
    client.create_collection(CollectionId=name, Tags={"term": "2026 봄"})
    assert client.describe_collection(CollectionId=name)["FaceCount"] == 0
    assert client.delete_collection(CollectionId=name)["StatusCode"] == 200
    assert name not in client.list_collections()["CollectionIds"]


def test_pages_hold_every_collection_once_in_the_order_they_were_made(client):
    names = [f"page-{number}" for number in (3, 1, 2, 0, 4)]
    for name in names:
        client.create_collection(CollectionId=name)
    pages = list(client.get_paginator("list_collections").paginate(PaginationConfig={"PageSize": 2}))
    listed = [name for page in pages for name in page["CollectionIds"] if name in names]
    assert listed == names
    assert all(len(page["CollectionIds"]) == len(page["FaceModelVersions"]) <= 2 for page in pages)
    for name in names:
        client.delete_collection(CollectionId=name)


def test_a_page_of_no_size_is_one_of_the_usual_size(client, collection):
    answer = client.list_collections(MaxResults=0)
    assert collection in answer["CollectionIds"]
    assert "NextToken" not in answer
