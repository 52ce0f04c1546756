"""Real people before the local endpoint: on a stage, two in one picture, and their pictures."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from attendance.adapters.rekognition.faces import RekognitionFaces
from attendance.errors import BadPhoto
from attendance.model import RecordingKind
from attendance.ports import FaceSearch, Seen
from tests.contract.faces_kits import RekognitionKit
from tests.contract.test_faces import stored
from tests.photographs import ELSEWHERE, ON_STAGE, needs_photographs, photograph

pytestmark = needs_photographs
KIT = RekognitionKit()
LEFT_AND_RIGHT = ("obama2.jpg", "biden2.jpg")


@pytest.fixture
def faces() -> Iterator[FaceSearch]:
    with KIT.running() as faces:
        yield faces


def searched(faces: FaceSearch, where: str, kind: RecordingKind, *names: str) -> list[Seen]:
    enrolled = [stored(faces, name, faces.enrol(name, photograph(name).read_bytes())) for name in names]
    return list(faces.search(KIT.file(photograph(where)), kind, enrolled))


def test_the_man_on_stage_is_sure_and_the_woman_who_is_elsewhere_is_not_seen(faces: RekognitionFaces) -> None:
    seen = searched(faces, "short_hamilton_clip.mp4", RecordingKind.VIDEO, "alex-lacamoire.png", ON_STAGE, ELSEWHERE)
    (on_stage,) = [one for one in seen if one.student_id == ON_STAGE]
    assert (on_stage.similarity or 0) >= faces.thresholds.accept
    assert (on_stage.margin or 0) >= faces.thresholds.margin
    assert on_stage.good_frames >= faces.thresholds.least_good_frames
    assert ELSEWHERE not in {one.student_id for one in seen}
    assert all(one.picture for one in seen)


def test_two_in_one_picture_are_each_found_by_their_own_photo(faces: RekognitionFaces) -> None:
    seen = searched(faces, "obama_and_biden.jpg", RecordingKind.SNAPSHOT, *LEFT_AND_RIGHT, ELSEWHERE)
    known = [one for one in seen if one.student_id is not None]  # behind them somebody else looks away
    assert {one.student_id for one in known} == set(LEFT_AND_RIGHT)
    assert all((one.similarity or 0) >= faces.thresholds.accept and one.good_frames == 1 for one in known)


def test_a_photo_of_two_people_is_not_enrolled(faces: RekognitionFaces) -> None:
    with pytest.raises(BadPhoto, match="There are 2 faces in this photo"):
        faces.enrol("x", photograph("two_people.jpg").read_bytes())
