"""Real people in a real clip: who is sure, who is not there, and who is in the audience."""

from datetime import UTC, datetime

import pytest

from attendance.adapters.local.faces import open_faces
from attendance.disk.files import DiskFile
from attendance.errors import BadPhoto
from attendance.model import Face, RecordingKind, new_id
from attendance.settings import load_settings
from tests.face_data import FACE_DATA
from tests.photographs import ELSEWHERE, ON_STAGE, needs_photographs, photograph

pytestmark = needs_photographs


def test_the_man_on_stage_is_sure_and_the_woman_who_is_elsewhere_is_not_seen():
    faces = open_faces("local", load_settings(FACE_DATA))
    enrolled = [
        Face(
            new_id(),
            name,
            faces.name,
            "",
            "",
            1.0,
            datetime.now(UTC),
            faces.enrol(name, photograph(name).read_bytes()).vector,
        )
        for name in ("alex-lacamoire.png", ON_STAGE, ELSEWHERE)
    ]
    seen = faces.search(DiskFile(photograph("short_hamilton_clip.mp4")), RecordingKind.VIDEO, enrolled)
    (on_stage,) = [one for one in seen if one.student_id == ON_STAGE]
    assert (on_stage.similarity or 0) >= faces.thresholds.accept
    assert (on_stage.margin or 0) >= faces.thresholds.margin
    assert on_stage.good_frames >= faces.thresholds.least_good_frames
    assert ELSEWHERE not in {one.student_id for one in seen}
    assert len([one for one in seen if one.student_id is None]) >= 3


def test_a_photo_of_two_people_is_not_enrolled():
    faces = open_faces("local", load_settings(FACE_DATA))
    with pytest.raises(BadPhoto, match="There are 2 faces in this photo"):
        faces.enrol("x", photograph("two_people.jpg").read_bytes())
