"""Where a picture was cut from another: head and shoulders as engines cut them, found again by their pixels.

Engines leave 0.6 of a face at both sides, 0.5 above and 0.9 below, and make cuts smaller than 320 pixels.
"""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tests.website.picture_files import jpeg, png
from website.hourly.cut_finder import CutFinder


@pytest.fixture(scope="module")
def photo() -> np.ndarray:
    """Blots of many sizes."""
    random = np.random.default_rng(3)
    layers = [random.normal(128, 70, (h, w)) for h, w in ((9, 12), (45, 60), (180, 240))]
    whole = sum(cv2.resize(layer, (1600, 1200), interpolation=cv2.INTER_CUBIC) for layer in layers) / 2.2
    return np.clip(whole, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("face", [(400, 300, 464, 380), (900, 500, 1220, 900), (100, 700, 132, 740)])
def test_a_face_is_found_where_it_was_cut(photo: np.ndarray, face: tuple[int, int, int, int]) -> None:
    assert found_in(photo, cut_of(photo, face)) == pytest.approx(face, abs=0.06 * (face[3] - face[1]) + 2)


def test_a_face_at_the_edge_is_found_too(photo: np.ndarray) -> None:
    face = (4, 300, 164, 500)
    assert found_in(photo, cut_of(photo, face)) == pytest.approx(face, abs=20)


def test_a_face_of_another_picture_is_not_found(photo: np.ndarray) -> None:
    other = cv2.resize(np.random.default_rng(9).integers(0, 255, (30, 25), np.uint8), (150, 180))
    assert CutFinder(png(photo)).find(jpeg(other)) is None


def test_a_plain_picture_is_found_nowhere(photo: np.ndarray) -> None:
    plain = np.full((120, 100), 90, np.uint8)
    assert CutFinder(png(photo)).find(jpeg(plain)) is None
    assert CutFinder(png(np.full((600, 800), 90, np.uint8))).find(jpeg(plain)) is None


@pytest.mark.parametrize("bytes_", [b"", b"no picture", b"\xff\xd8\xff"])
def test_bytes_that_are_no_picture_are_found_nowhere(photo: np.ndarray, bytes_: bytes) -> None:
    assert CutFinder(bytes_).find(png(photo)) is None
    assert CutFinder(png(photo)).find(bytes_) is None


def cut_of(photo: np.ndarray, face: tuple[int, int, int, int]) -> bytes:
    x1, y1, x2, y2 = face
    width, height = x2 - x1, y2 - y1
    top, bottom = max(0, round(y1 - 0.5 * height)), round(y2 + 0.9 * height)
    left, right = max(0, round(x1 - 0.6 * width)), round(x2 + 0.6 * width)
    cut = photo[top:bottom, left:right]
    shrink = min(1.0, 320 / max(cut.shape))
    size = round(cut.shape[1] * shrink), round(cut.shape[0] * shrink)
    return jpeg(cv2.resize(cut, size, interpolation=cv2.INTER_AREA))


def found_in(photo: np.ndarray, cut: bytes) -> tuple[float, ...]:
    found = CutFinder(png(photo)).find(cut)
    assert found is not None
    rows, columns = photo.shape
    return tuple(part * side for part, side in zip(found.face, (columns, rows, columns, rows), strict=True))
