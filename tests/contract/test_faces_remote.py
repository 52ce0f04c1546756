"""What every RemoteFaceSearch keeps to beside the rules of all face searches."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from attendance.adapters.rekognition.faces import RekognitionFaces
from attendance.errors import BadRecording
from attendance.model import Face, RecordingKind, new_id
from attendance.ports import MediaFile, RemoteFaceSearch, Seen
from attendance.settings import load_settings
from tests.contract.faces_kits import REKOGNITION_SETTINGS, RekognitionKit
from tests.contract.test_faces import ADA, BEN, STRANGER, stored

KIT = RekognitionKit()
LONGEST_S = 60.0


@pytest.fixture(scope="module")
def faces() -> Iterator[RemoteFaceSearch]:
    with KIT.running() as faces:
        assert isinstance(faces, RemoteFaceSearch)
        yield faces


@pytest.fixture(scope="module")
def lecture(faces: RemoteFaceSearch, tmp_path_factory: pytest.TempPathFactory) -> MediaFile:
    path = tmp_path_factory.mktemp("lecture") / "data"
    KIT.lecture(path, 4, [(ADA, 0, 4), (STRANGER, 1, 3)])
    return KIT.file(path)


@pytest.fixture(scope="module")
def enrolled(faces: RemoteFaceSearch) -> list[Face]:
    return [stored(faces, "ada", faces.enrol("ada", KIT.photo(ADA)))]


def ended(faces: RemoteFaceSearch, search_id: str, file: MediaFile, enrolled: Sequence[Face]) -> Sequence[Seen]:
    until = time.monotonic() + LONGEST_S
    while (seen := faces.search_result(search_id, file, enrolled)) is None:
        assert time.monotonic() < until
        time.sleep(0.1)
    return seen


def test_the_same_token_is_the_same_search_and_another_is_another(faces: RemoteFaceSearch, lecture: MediaFile) -> None:
    token = new_id()
    first = faces.begin_search(lecture, token, "recording.token")
    assert faces.begin_search(lecture, token, "recording.token") == first
    assert faces.begin_search(lecture, new_id(), "recording.other") != first


def test_a_search_that_was_begun_finds_in_the_end_what_a_search_finds(
    faces: RemoteFaceSearch, lecture: MediaFile, enrolled: list[Face]
) -> None:
    search_id = faces.begin_search(lecture, new_id(), "recording.token")
    assert ended(faces, search_id, lecture, enrolled) == faces.search(lecture, RecordingKind.VIDEO, enrolled)
    assert ended(faces, search_id, lecture, enrolled) == ended(faces, search_id, lecture, enrolled)


def test_a_student_who_was_forgotten_meanwhile_is_not_named(
    faces: RemoteFaceSearch, lecture: MediaFile, enrolled: list[Face]
) -> None:
    search_id = faces.begin_search(lecture, new_id(), "recording.token")
    assert "ada" in {seen.student_id for seen in ended(faces, search_id, lecture, enrolled)}
    assert {seen.student_id for seen in ended(faces, search_id, lecture, [])} == {None}


def test_what_cannot_be_searched_ends_with_a_plain_sentence(faces: RemoteFaceSearch, tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(b"not a video")
    file = KIT.file(tmp_path / "data")
    with pytest.raises(BadRecording, match=r"^The recording .*\.$"):
        ended(faces, faces.begin_search(file, new_id(), "recording.token"), file, [])


def test_forgetting_a_photo_leaves_the_same_photo_that_was_enrolled_before(faces: RekognitionFaces) -> None:
    kept, again = (stored(faces, "ben", faces.enrol("ben", KIT.photo(BEN))) for _ in range(2))
    assert {kept.external_id, again.external_id} <= faces.enrolled_ids()
    faces.remove([again])
    assert kept.external_id in faces.enrolled_ids()
    faces.remove([kept])
    assert not {kept.external_id, again.external_id} & faces.enrolled_ids()


def test_the_first_face_makes_the_collection_and_before_it_a_search_says_that_there_is_none(
    faces: RekognitionFaces, lecture: MediaFile
) -> None:
    new = RekognitionFaces("new", load_settings(REKOGNITION_SETTINGS))
    with pytest.raises(BadRecording, match="There is no collection new in Rekognition"):
        new.begin_search(lecture, new_id(), "recording.token")
    assert new.enrolled_ids() == set()
    new.remove([replace(stored(new, "ada", faces.enrol("ada", KIT.photo(ADA))), engine=new.name)])
    face_id = new.enrol("ada", KIT.photo(ADA)).external_id
    assert new.enrolled_ids() == {face_id}
