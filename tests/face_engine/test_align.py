"""Alignment: the face stands upright and fills the same part of every chip."""

import cv2
import numpy as np
import pytest

from face_engine.align import chip, similarity_transform

FACE = np.array([(60.0, 70.0), (110.0, 72.0), (86.0, 100.0), (64.0, 126.0), (108.0, 127.0)])


def turned(points, *, degrees=0.0, scale=1.0, shift=(0.0, 0.0)):
    angle = np.radians(degrees)
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return points @ turn.T + shift


def as_landmarks(points):
    return tuple((float(x), float(y)) for x, y in points)


def smooth_picture(side):
    rng = np.random.default_rng(7)
    coarse = rng.integers(0, 256, (side // 40, side // 40, 3), dtype=np.uint8)
    return cv2.resize(coarse, (side, side), interpolation=cv2.INTER_CUBIC)


@pytest.mark.parametrize("degrees", [-170, -30, 0, 12, 90])
def test_a_turned_scaled_and_moved_face_is_put_back(degrees):
    moved = turned(FACE, degrees=degrees, scale=2.5, shift=(40, -300))
    transform = similarity_transform(moved, FACE)
    np.testing.assert_allclose(moved @ transform[:, :2].T + transform[:, 2], FACE, atol=1e-9)


def test_a_mirrored_face_is_never_fitted_by_mirroring():
    transform = similarity_transform(FACE * (-1, 1), FACE)
    assert np.linalg.det(transform[:, :2]) > 0


def test_landmarks_in_one_point_make_no_error():
    assert chip(smooth_picture(200), ((50.0, 50.0),) * 5).shape == (112, 112, 3)


def test_a_face_outside_the_picture_is_black():
    assert not chip(smooth_picture(200), as_landmarks(FACE + 5000)).any()


@pytest.mark.parametrize("scale", [1.3, 3.0, 7.0])
def test_the_chip_is_the_same_from_a_small_and_a_large_picture(scale):
    picture = smooth_picture(280)
    size = round(280 * scale)
    across = size / 280
    larger = cv2.resize(picture, (size, size), interpolation=cv2.INTER_CUBIC)
    small_chip = chip(picture, as_landmarks(FACE))
    large_chip = chip(larger, as_landmarks((FACE + 0.5) * across - 0.5))
    assert np.abs(small_chip.astype(int) - large_chip).mean() < 0.3


def test_a_chip_of_a_large_picture_has_no_moire():
    stripes = np.zeros((2000, 2000, 3), np.uint8)
    stripes[:, ::2] = 255
    inner = chip(stripes, as_landmarks(FACE * 10))[20:-20, 20:-20]
    assert inner.std() < 12  # the stripes themselves have 127
    assert abs(inner.mean() - 127.5) < 4
