"""Searches in a collection and comparisons of pictures."""

import pytest
from botocore.exceptions import ClientError

from tests.rekognition_local.conftest import code_of, message_of


@pytest.fixture
def known(client, collection, kit):
    """Persons 0 (two photos), 1 and 2 of the collection: FaceIds by name."""
    photos = {
        "zero": kit.photo(0),
        "zero-again": kit.photo(0, another=True),
        "one": kit.photo(1),
        "two": kit.photo(2),
    }
    return {
        name: client.index_faces(CollectionId=collection, Image={"Bytes": photo}, ExternalImageId=name)["FaceRecords"][
            0
        ]["Face"]["FaceId"]
        for name, photo in photos.items()
    }


def names(matches):
    return [match["Face"]["ExternalImageId"] for match in matches]


def test_a_photo_finds_the_persons_faces_best_first(client, collection, known, kit):
    answer = client.search_faces_by_image(CollectionId=collection, Image={"Bytes": kit.photo(0)})
    assert names(answer["FaceMatches"]) == ["zero", "zero-again"]
    similarities = [match["Similarity"] for match in answer["FaceMatches"]]
    assert similarities[0] == pytest.approx(100, abs=0.01)
    assert similarities[0] >= similarities[1] >= 99
    assert answer["SearchedFaceConfidence"] > 90
    assert 0 < answer["SearchedFaceBoundingBox"]["Width"] < 1


def test_the_threshold_decides_who_is_shown(client, collection, known, kit):
    image = {"Bytes": kit.photo(0)}
    everybody = client.search_faces_by_image(CollectionId=collection, Image=image, FaceMatchThreshold=0)["FaceMatches"]
    assert sorted(names(everybody)) == ["one", "two", "zero", "zero-again"]
    line = everybody[2]["Similarity"]
    shown = client.search_faces_by_image(CollectionId=collection, Image=image, FaceMatchThreshold=line)["FaceMatches"]
    assert shown == everybody[:3]
    assert line < 80


def test_max_faces_limits_what_is_shown(client, collection, known, kit):
    answer = client.search_faces_by_image(
        CollectionId=collection, Image={"Bytes": kit.photo(0)}, MaxFaces=1, FaceMatchThreshold=0
    )
    assert names(answer["FaceMatches"]) == ["zero"]


def test_a_stranger_matches_nobody(client, collection, known, kit):
    answer = client.search_faces_by_image(CollectionId=collection, Image={"Bytes": kit.photo(4)})
    assert answer["FaceMatches"] == []


def test_an_empty_collection_matches_nobody(client, collection, kit):
    answer = client.search_faces_by_image(CollectionId=collection, Image={"Bytes": kit.photo(0)})
    assert answer["FaceMatches"] == []


def test_a_face_finds_the_others_of_its_person_and_not_itself(client, collection, known):
    answer = client.search_faces(CollectionId=collection, FaceId=known["zero-again"])
    assert answer["SearchedFaceId"] == known["zero-again"]
    assert names(answer["FaceMatches"]) == ["zero"]


def test_max_faces_does_not_count_the_searched_face_itself(client, collection, known):
    answer = client.search_faces(CollectionId=collection, FaceId=known["zero"], MaxFaces=1, FaceMatchThreshold=0)
    assert names(answer["FaceMatches"]) == ["zero-again"]


def test_a_removed_face_is_found_no_more(client, collection, known, kit):
    client.delete_faces(CollectionId=collection, FaceIds=[known["zero"], known["zero-again"]])
    answer = client.search_faces_by_image(CollectionId=collection, Image={"Bytes": kit.photo(0)})
    assert answer["FaceMatches"] == []
    with pytest.raises(ClientError) as error:
        client.search_faces(CollectionId=collection, FaceId=known["zero"])
    assert code_of(error) == "InvalidParameterException"
    assert message_of(error) == "faceId was not found in the collection."


def test_a_picture_without_a_face_is_refused_in_the_services_words(client, collection, kit):
    with pytest.raises(ClientError) as error:
        client.search_faces_by_image(CollectionId=collection, Image={"Bytes": kit.photo_of_nobody()})
    assert code_of(error) == "InvalidParameterException"
    assert message_of(error) == "There are no faces in the image. Should be at least one."


def test_two_pictures_of_one_person_are_compared_as_one(client, kit):
    answer = client.compare_faces(
        SourceImage={"Bytes": kit.photo(0)}, TargetImage={"Bytes": kit.photo(0, another=True)}
    )
    (match,) = answer["FaceMatches"]
    assert match["Similarity"] >= 99
    assert answer["UnmatchedFaces"] == []
    assert answer["SourceImageFace"]["Confidence"] > 90


def test_of_a_group_the_person_matches_and_the_others_do_not(client, kit):
    answer = client.compare_faces(SourceImage={"Bytes": kit.photo(1)}, TargetImage={"Bytes": kit.photo_of_two()})
    (match,) = answer["FaceMatches"]
    (other,) = answer["UnmatchedFaces"]
    assert other["BoundingBox"]["Left"] < 0.5 < match["Face"]["BoundingBox"]["Left"]


@pytest.mark.parametrize("lacking", ["SourceImage", "TargetImage"])
def test_a_comparison_with_a_picture_without_a_face_is_refused(client, kit, lacking):
    pictures = {"SourceImage": {"Bytes": kit.photo(0)}, "TargetImage": {"Bytes": kit.photo(0)}}
    with pytest.raises(ClientError) as error:
        client.compare_faces(**{**pictures, lacking: {"Bytes": kit.photo_of_nobody()}})
    assert (code_of(error), message_of(error)) == ("InvalidParameterException", "Request has invalid parameters")
