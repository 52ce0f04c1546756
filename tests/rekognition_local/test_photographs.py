"""Real people in real pictures and a real clip: the service's lines hold for them."""

from __future__ import annotations

import itertools

from tests.photographs import ELSEWHERE, ON_STAGE, needs_photographs, photograph
from tests.rekognition_local.conftest import stored_video
from tests.rekognition_local.jobs import searched

pytestmark = needs_photographs
PEOPLE = (
    ("obama.jpg", "obama2.jpg", "obama3.jpg"),
    ("biden.jpg", "biden2.jpg"),
    ("clapton-1.jpg", "clapton-2.jpg"),
    ("lennon-1.jpg", "lennon-2.jpg"),
    ("rose_leslie1.jpg", "rose_leslie2.jpg"),
)


def test_photographs_of_one_person_are_above_80_and_of_others_below(client, collection):
    owners = {}
    for person in PEOPLE:
        for name in person:
            image = {"Bytes": photograph(name).read_bytes()}
            face = client.index_faces(CollectionId=collection, Image=image)["FaceRecords"][0]["Face"]
            owners[face["FaceId"]] = person
    found = {
        frozenset((face_id, match["Face"]["FaceId"]))
        for face_id in owners
        for match in client.search_faces(CollectionId=collection, FaceId=face_id)["FaceMatches"]
    }
    assert found == {
        frozenset(pair) for pair in itertools.combinations(owners, 2) if owners[pair[0]] == owners[pair[1]]
    }


def test_the_man_on_stage_is_sure_and_the_woman_who_is_elsewhere_is_not_seen(client, collection):
    for name in (ON_STAGE, ELSEWHERE):
        image = {"Bytes": photograph(name).read_bytes()}
        client.index_faces(CollectionId=collection, Image=image, ExternalImageId=name)
    clip = stored_video(photograph("short_hamilton_clip.mp4"), "recordings/clip.mp4")
    matches = [
        (match["Face"]["ExternalImageId"], match["Similarity"])
        for person in searched(client, collection, clip)["Persons"]
        for match in person.get("FaceMatches", [])
    ]
    assert {name for name, _ in matches} == {ON_STAGE}
    assert max(similarity for _, similarity in matches) >= 99
