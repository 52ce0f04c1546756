"""Drawn people are the same every time, are found by the real detector, and are told apart by the real vectors."""

import numpy as np
import pytest
from numpy.typing import NDArray

from demo.drawn_people import CLASS_SEEDS, STRANGER_SEED, cut_out, draw, person, portrait, pose
from face_engine.engine import Engine

EVERYONE = (*CLASS_SEEDS, STRANGER_SEED)
POSES = (500, 502, 505, 508)
SAME_PERSON_AT_MOST = 0.30
OTHER_PERSON_AT_LEAST = 0.55


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine()


@pytest.fixture(scope="module")
def vectors(engine: Engine) -> dict[int, NDArray[np.float32]]:
    """Vectors of everyone, the portrait's first; exactly one face is found in every picture."""
    return {seed: np.stack([only_vector(engine, image) for image in pictures(seed)]) for seed in EVERYONE}


def pictures(seed: int) -> list[NDArray[np.uint8]]:
    who = person(seed)
    return [portrait(who), *(draw(who, pose(seed * 1000 + number, hardness=0.6)) for number in POSES)]


def only_vector(engine: Engine, image: NDArray[np.uint8]) -> NDArray[np.float32]:
    faces = engine.find(image)
    assert len(faces) == 1
    return engine.embed(image, faces)[0]


def distances(some: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.linalg.norm(some[:, None] - others[None], axis=-1)


def test_the_class_has_eight_students_and_a_stranger():
    assert len(set(EVERYONE)) == 9


def test_the_same_seed_is_the_same_picture():
    assert np.array_equal(draw(person(52), pose(7)), draw(person(52), pose(7)))


def test_another_person_and_another_pose_are_another_picture():
    picture = draw(person(52), pose(7))
    assert not np.array_equal(picture, draw(person(106), pose(7)))
    assert not np.array_equal(picture, draw(person(52), pose(8)))


def test_a_portrait_has_the_size_that_was_asked_for():
    picture = portrait(person(52), 300)
    assert (picture.shape, picture.dtype) == ((300, 300, 3), np.uint8)


def test_a_background_shines_through_beside_the_head_only():
    red = np.full((8, 8, 3), (0, 0, 255), np.uint8)
    picture = draw(person(52), pose(7, hardness=0), background=red).astype(int)
    assert picture[5, 5, 2] > 200
    assert picture[5, 5, 0] < 60
    assert picture[112, 128, 0] > 30


def test_a_cut_out_at_the_edge_is_cut_off_and_one_outside_changes_nothing():
    image = np.full((100, 100, 3), 9, np.uint8)
    cut_out(person(52), pose(7), 80).lay_over(image, 500, 500)
    assert (image == 9).all()
    cut_out(person(52), pose(7), 80).lay_over(image, 60, -20)
    assert (image[:, :60] == 9).all()
    assert (image[:40, 60:] != 9).any()


@pytest.mark.parametrize("seed", EVERYONE)
def test_pictures_of_one_person_are_near_the_portrait(vectors: dict[int, NDArray[np.float32]], seed: int):
    own = vectors[seed]
    assert distances(own[:1], own).max() <= SAME_PERSON_AT_MOST


@pytest.mark.parametrize("seed", EVERYONE)
def test_pictures_of_different_people_are_far_apart(vectors: dict[int, NDArray[np.float32]], seed: int):
    others = np.concatenate([vectors[other] for other in EVERYONE if other != seed])
    assert distances(vectors[seed], others).min() >= OTHER_PERSON_AT_LEAST


@pytest.mark.parametrize("seed", EVERYONE)
def test_a_portrait_is_good_enough_to_register(engine: Engine, seed: int):
    (face,) = engine.find(portrait(person(seed)))
    assert face.quality.problems == ()
