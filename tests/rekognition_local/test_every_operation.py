"""One round through all operations, as a client would go; every answer is held against the service model."""

from rekognition_local.endpoint import Endpoint
from tests.rekognition_local.conftest import checked_client
from tests.rekognition_local.jobs import detected, searched
from tests.rekognition_local.model_rules import MODEL

OPERATIONS = {
    "CreateCollection",
    "DescribeCollection",
    "ListCollections",
    "DeleteCollection",
    "IndexFaces",
    "ListFaces",
    "DeleteFaces",
    "SearchFaces",
    "SearchFacesByImage",
    "DetectFaces",
    "CompareFaces",
    "StartFaceSearch",
    "GetFaceSearch",
    "StartFaceDetection",
    "GetFaceDetection",
    "CreateUser",
    "DeleteUser",
    "ListUsers",
    "AssociateFaces",
    "DisassociateFaces",
    "SearchUsers",
    "SearchUsersByImage",
}


def test_every_operation_answers_as_the_service_model_says(endpoint: Endpoint, kit, lecture):
    seen: set[str] = set()
    client = checked_client(endpoint.url, seen)
    photo = {"Bytes": kit.photo(0)}
    client.create_collection(CollectionId="round")
    indexed = client.index_faces(CollectionId="round", Image=photo, ExternalImageId="student-21")
    face_id = indexed["FaceRecords"][0]["Face"]["FaceId"]
    assert client.describe_collection(CollectionId="round")["FaceCount"] == 1
    assert "round" in client.list_collections()["CollectionIds"]
    assert client.list_faces(CollectionId="round")["Faces"] == [indexed["FaceRecords"][0]["Face"]]
    assert client.search_faces(CollectionId="round", FaceId=face_id)["FaceMatches"] == []
    assert client.search_faces_by_image(CollectionId="round", Image=photo)["FaceMatches"]
    assert len(client.detect_faces(Image=photo)["FaceDetails"]) == 1
    assert client.compare_faces(SourceImage=photo, TargetImage=photo)["FaceMatches"]
    assert searched(client, "round", lecture)["JobStatus"] == "SUCCEEDED"
    assert detected(client, lecture)["JobStatus"] == "SUCCEEDED"
    user = {"CollectionId": "round", "UserId": "student-21"}
    client.create_user(**user)
    assert client.associate_faces(**user, FaceIds=[face_id])["AssociatedFaces"] == [{"FaceId": face_id}]
    assert client.list_users(CollectionId="round")["Users"] == [{"UserId": "student-21", "UserStatus": "ACTIVE"}]
    assert client.search_users(CollectionId="round", FaceId=face_id)["UserMatches"]
    assert client.search_users_by_image(CollectionId="round", Image=photo)["UserMatches"]
    assert client.disassociate_faces(**user, FaceIds=[face_id])["UserStatus"] == "CREATED"
    client.delete_user(**user)
    assert client.delete_faces(CollectionId="round", FaceIds=[face_id])["DeletedFaces"] == [face_id]
    assert client.delete_collection(CollectionId="round")["StatusCode"] == 200
    assert seen == OPERATIONS


def test_the_endpoint_has_these_operations_and_no_others(endpoint: Endpoint):
    assert endpoint.operations == OPERATIONS
    assert endpoint.operations <= set(MODEL.operation_names)
