"""Several clients at once, and the limit of jobs."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError

from rekognition_local.endpoint import Endpoint, EndpointOptions
from tests.rekognition_local.conftest import NETWORKS, checked_client, code_of
from tests.rekognition_local.jobs import finished


def test_faces_of_many_clients_are_all_kept(endpoint, collection, kit):
    photos = [kit.photo(who) for who in range(3)]

    def index(number: int) -> str:
        client = checked_client(endpoint.url)
        # What comes after a JPEG's end is not seen, and makes it another picture.
        picture = photos[number % 3] + bytes([number])
        asked = {"Image": {"Bytes": picture}, "ExternalImageId": f"student-{number % 3}"}
        face = client.index_faces(CollectionId=collection, **asked)["FaceRecords"][0]["Face"]
        found = client.search_faces_by_image(CollectionId=collection, Image=asked["Image"])["FaceMatches"]
        assert {match["Face"]["ExternalImageId"] for match in found} == {f"student-{number % 3}"}
        assert face["FaceId"] in {match["Face"]["FaceId"] for match in found}
        return face["FaceId"]

    with ThreadPoolExecutor(6) as clients:
        ids = list(clients.map(index, range(18)))
    listed = checked_client(endpoint.url).list_faces(CollectionId=collection)["Faces"]
    assert sorted(face["FaceId"] for face in listed) == sorted(ids)


def test_one_picture_that_many_clients_send_under_one_name_is_one_face(endpoint, collection, kit):
    asked = {"Image": {"Bytes": kit.photo(0)}, "ExternalImageId": "student-0"}

    def index(_: int) -> str:
        indexed = checked_client(endpoint.url).index_faces(CollectionId=collection, **asked)
        return indexed["FaceRecords"][0]["Face"]["FaceId"]

    with ThreadPoolExecutor(6) as clients:
        (face_id,) = set(clients.map(index, range(12)))
    listed = checked_client(endpoint.url).list_faces(CollectionId=collection)["Faces"]
    assert [face["FaceId"] for face in listed] == [face_id]


def test_of_clients_that_make_one_collection_one_succeeds(endpoint):
    def create(_: int) -> bool:
        try:
            checked_client(endpoint.url).create_collection(CollectionId="contested")
        except ClientError as error:
            assert error.response["Error"]["Code"] == "ResourceAlreadyExistsException"
            return False
        return True

    with ThreadPoolExecutor(6) as clients:
        assert sum(clients.map(create, range(6))) == 1
    checked_client(endpoint.url).delete_collection(CollectionId="contested")


def test_one_token_sent_by_many_clients_is_one_job(endpoint, collection, lecture):
    def start(_: int) -> str:
        asked = {"CollectionId": collection, "Video": lecture, "ClientRequestToken": f"many-{collection}"}
        return checked_client(endpoint.url).start_face_search(**asked)["JobId"]

    with ThreadPoolExecutor(6) as clients:
        (job_id,) = set(clients.map(start, range(6)))
    finished(checked_client(endpoint.url), job_id)


def test_more_jobs_than_the_limit_are_refused_until_one_has_ended(aws, tmp_path, lecture):
    options = EndpointOptions(tmp_path / "data", port=0, most_jobs=2, networks=NETWORKS)
    with Endpoint(options) as endpoint:
        client = checked_client(endpoint.url)
        client.create_collection(CollectionId="class")
        asked = {"CollectionId": "class", "Video": lecture}
        jobs = [client.start_face_search(**asked)["JobId"] for _ in range(2)]
        with pytest.raises(ClientError) as error:
            client.start_face_search(**asked)
        assert code_of(error) == "LimitExceededException"
        finished(client, jobs[0])
        assert client.start_face_search(**asked)["JobId"] not in jobs
