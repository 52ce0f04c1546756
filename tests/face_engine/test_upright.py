"""Photos on their side or head are turned; those in which a clear upright face is found stay as they are."""

import cv2
import numpy as np
import pytest

from face_engine.gallery import load_gallery_folder
from face_engine.upright import find_upright


@pytest.mark.parametrize("turns", range(4))
def test_a_photo_is_turned_until_its_face_is_upright(engine, student_portrait, turns):
    lying = np.ascontiguousarray(np.rot90(student_portrait, -turns))
    found = find_upright(engine, lying)
    assert found.quarter_turns == turns
    assert np.array_equal(found.image, student_portrait)
    assert len(found.faces) == 1


@pytest.mark.parametrize("turns", range(4))
def test_boxes_are_told_in_the_photo_as_it_lies(engine, student_portrait, turns):
    wide = cv2.copyMakeBorder(student_portrait, 20, 60, 0, 300, cv2.BORDER_CONSTANT, value=(90, 90, 90))
    found = find_upright(engine, np.ascontiguousarray(np.rot90(wide, -turns)))
    x1, y1, x2, y2 = found.faces[0].box
    left, top, right, bottom = found.box_before(found.faces[0].box)
    height, width = wide.shape[:2]
    expected = {
        0: (x1, y1, x2, y2),
        1: (height - y2, x1, height - y1, x2),
        2: (width - x2, height - y2, width - x1, height - y1),
        3: (y1, width - x2, y2, width - x1),
    }[turns]
    assert (left, top, right, bottom) == pytest.approx(expected)


def test_a_photo_with_an_upright_face_stays_as_it_is(engine, student_portrait):
    both = np.vstack([student_portrait, np.rot90(student_portrait)])
    assert find_upright(engine, both).quarter_turns == 0


def test_a_photo_of_nobody_stays_as_it_is(engine):
    found = find_upright(engine, np.full((240, 320, 3), 128, np.uint8))
    assert (found.faces, found.quarter_turns) == ([], 0)


def test_a_gallery_takes_photos_that_lie_on_their_side(engine, student_portrait, tmp_path):
    cv2.imwrite(str(tmp_path / "ada.png"), np.rot90(student_portrait))
    loaded = load_gallery_folder(tmp_path, engine)
    assert (loaded.gallery.labels, loaded.problems) == (("ada",), [])
