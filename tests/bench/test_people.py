"""The 45 drawn people of the bench, and the way they were chosen."""

from dataclasses import replace

import numpy as np
import pytest

from bench.choose_people import CHOSEN, Measured, apart_when_filmed, farthest_apart, improved
from bench.people import (
    ENROLLED_SEEDS,
    FRESH_FACES,
    STRANGER_SEEDS,
    fresh_faces,
    label_of,
    photos_of,
    portraits,
    vectors_of,
)
from demo.drawn_people import cut_out, person, pose
from face_engine.engine import Engine


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(smallest_face_px=40)


def test_forty_are_enrolled_and_five_others_are_strangers():
    assert len(ENROLLED_SEEDS) == 40
    assert len(STRANGER_SEEDS) == 5
    assert len({*ENROLLED_SEEDS, *STRANGER_SEEDS}) == CHOSEN


def test_each_of_the_enrolled_has_two_different_photos(monkeypatch):
    monkeypatch.setattr("bench.people.ENROLLED_SEEDS", ENROLLED_SEEDS[:2])
    photos = portraits()
    assert list(photos) == [label_of(seed) for seed in ENROLLED_SEEDS[:2]]
    assert all(len(two) == 2 and not np.array_equal(*two) for two in photos.values())


def test_the_same_seed_is_photographed_alike_for_ever():
    for first, again in zip(fresh_faces(ENROLLED_SEEDS[0]), fresh_faces(ENROLLED_SEEDS[0]), strict=True):
        np.testing.assert_array_equal(first, again)


def test_fresh_faces_are_nearer_to_the_own_photos_than_to_a_strangers(engine):
    own, stranger = (vectors_of(engine, photos_of(seed)) for seed in (ENROLLED_SEEDS[0], STRANGER_SEEDS[0]))
    fresh = vectors_of(engine, fresh_faces(ENROLLED_SEEDS[0]))
    assert len(fresh) >= FRESH_FACES - 1
    to_own, to_stranger = (np.linalg.norm(fresh[:, None] - photos, axis=2).min(1) for photos in (own, stranger))
    assert (to_own < to_stranger).all()
    assert to_own.max() <= 0.46


def test_a_far_turned_head_shows_each_eye_once(engine):
    """Turned by 35 degrees, stripes of a face used to look like two."""
    image = np.full((256, 256, 3), 150, np.uint8)
    cut_out(person(ENROLLED_SEEDS[0]), replace(pose(1, 0.0), yaw=0.62), 256).lay_over(image, 0, 0)
    (face,) = engine.find(image)
    left_eye, right_eye = face.landmarks[:2]
    assert 15 < right_eye[0] - left_eye[0] < 45
    assert face.quality.yaw > 0.3


def measured(seed: int, at: float, *, drift: float = 0.0, found: int = FRESH_FACES) -> Measured:
    """Somebody whose vectors all lie at one number, but for a drift of the fresh ones."""
    photos = np.zeros((2, 128), np.float32)
    photos[:, 0] = at
    fresh = np.zeros((found, 128), np.float32)
    fresh[:, 0] = at + drift
    return Measured(seed, photos, fresh)


def test_who_drifts_away_or_is_missed_twice_is_not_chosen():
    assert measured(1, 0.0).is_steady()
    assert measured(1, 0.0, found=FRESH_FACES - 1).is_steady()
    assert not measured(1, 0.0, found=FRESH_FACES - 2).is_steady()
    assert not measured(1, 0.0, drift=0.47).is_steady()


def test_two_are_as_near_as_the_nearer_way_from_faces_to_photos():
    apart = apart_when_filmed([measured(1, 0.0, drift=0.1), measured(2, 1.0)])
    np.testing.assert_allclose(apart[0, 1], 0.9, atol=1e-6)
    np.testing.assert_array_equal(apart, apart.T)


def test_those_farthest_apart_are_taken_from_a_line():
    at = np.array([0.0, 0.1, 5.0, 5.1, 10.0, 9.8], np.float32)
    places = farthest_apart(np.abs(at[:, None] - at), 3, starts=6)
    assert sorted(at[places].tolist()) == pytest.approx([0.0, 5.0, 10.0], abs=0.11)


def test_a_poor_choice_is_improved_by_swapping():
    at = np.array([0.0, 0.1, 5.0, 10.0], np.float32)
    places = improved(np.abs(at[:, None] - at), [0, 1, 3])
    assert 2 in places
    assert not {0, 1} <= set(places)
