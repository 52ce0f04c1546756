"""Quality: what is poor about a shot is said, and a poor shot ranks below a good one."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from face_engine.model import Problem
from face_engine.quality import assess


@pytest.fixture(scope="module")
def face(engine, student_portrait):
    (found,) = engine.find(student_portrait)
    return found


def lit(picture, gain, offset=0.0):
    return np.clip(picture * gain + offset, 0, 255).astype(np.uint8)


def shrunk(picture, face, factor):
    smaller = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    points = tuple((x * factor, y * factor) for x, y in face.landmarks)
    return smaller, replace(face, box=tuple(side * factor for side in face.box), landmarks=points)


def test_a_good_portrait_has_no_problem(student_portrait, face):
    quality = assess(student_portrait, face)
    assert quality.problems == ()
    assert quality.value > 0.8


def test_a_small_face_is_called_small(student_portrait, face):
    quality = assess(*shrunk(student_portrait, face, 0.35))
    assert quality.problems == (Problem.TOO_SMALL,)
    assert quality.face_px < 80


def test_a_blurred_face_is_called_blurred(student_portrait, face):
    blurred = cv2.GaussianBlur(student_portrait, (0, 0), 0.03 * face.width_px)
    assert assess(blurred, face).problems == (Problem.BLURRED,)


@pytest.mark.parametrize(("gain", "offset", "problem"), [(0.15, 0, Problem.TOO_DARK), (0.2, 200, Problem.TOO_BRIGHT)])
def test_bad_light_is_named(student_portrait, face, gain, offset, problem):
    assert problem in assess(lit(student_portrait, gain, offset), face).problems


def test_dimming_does_not_count_as_blur(student_portrait, face):
    dim = assess(lit(student_portrait, 0.4), face)
    assert dim.sharpness == pytest.approx(assess(student_portrait, face).sharpness, rel=0.35)


@pytest.mark.parametrize("side", [-1, 1])
def test_a_turned_face_is_called_turned_to_its_side(student_portrait, face, side):
    left_eye, right_eye, nose, *mouth = face.landmarks
    moved = (nose[0] + side * 0.4 * (right_eye[0] - left_eye[0]), nose[1])
    quality = assess(student_portrait, replace(face, landmarks=(left_eye, right_eye, moved, *mouth)))
    assert Problem.TURNED in quality.problems
    assert quality.yaw * side > 0.5


def test_tilt_is_measured_clockwise_and_is_no_problem(student_portrait, face):
    turn = cv2.getRotationMatrix2D((240, 240), -20, 1)
    tilted = cv2.warpAffine(student_portrait, turn, (480, 480))
    points = np.array(face.landmarks) @ turn[:, :2].T + turn[:, 2]
    moved = replace(face, landmarks=tuple(map(tuple, points.tolist())))
    assert assess(tilted, moved).roll_deg - face.quality.roll_deg == pytest.approx(20, abs=0.5)
    assert assess(tilted, moved).problems == ()


def test_every_flaw_lowers_the_value(student_portrait, face):
    good = assess(student_portrait, face).value
    poor = [
        assess(*shrunk(student_portrait, face, 0.3)),
        assess(cv2.GaussianBlur(student_portrait, (0, 0), 8), face),
        assess(lit(student_portrait, 0.15), face),
        assess(student_portrait, replace(face, score=0.8)),
    ]
    assert all(0 < quality.value < good for quality in poor)
