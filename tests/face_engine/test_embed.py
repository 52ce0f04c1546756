"""Embedding: the numbers are those of dlib itself."""

import cv2
import dlib
import numpy as np
import pytest

from demo.drawn_people import CLASS_SEEDS, draw, person, portrait, pose
from face_engine.embed import Embedder
from face_engine.images import read_image
from face_engine.similarity import SAME_PERSON_DISTANCE
from face_engine.weights import RESNET


@pytest.fixture(scope="module")
def embedder(graphs):
    return Embedder(graphs)


@pytest.fixture(scope="module")
def chips():
    """Noise from coarse to fine, black, white, and two drawn faces."""
    rng = np.random.default_rng(0)
    noise = [cv2.resize(rng.integers(0, 256, (side, side, 3), dtype=np.uint8), (150, 150)) for side in (4, 16, 60, 150)]
    flat = [np.full((150, 150, 3), grey, np.uint8) for grey in (0, 255)]
    return [*noise, *flat, *(draw(person(seed), pose(seed), 150) for seed in CLASS_SEEDS[:2])]


def test_vectors_equal_dlibs_own(embedder, chips):
    network = dlib.face_recognition_model_v1(str(RESNET.path()))
    expected = [network.compute_face_descriptor(np.ascontiguousarray(chip[:, :, ::-1])) for chip in chips]
    np.testing.assert_allclose(embedder.embed(chips), np.array(expected), rtol=0, atol=1e-5)


def test_a_vector_does_not_depend_on_its_batch(embedder, chips):
    many = (chips * 9)[:70]
    alone = embedder.embed([many[69]])[0]
    np.testing.assert_allclose(embedder.embed(many)[69], alone, atol=1e-6)


def test_no_chips_make_no_vectors(embedder):
    assert embedder.embed([]).shape == (0, 128)
    assert embedder.embed_mirrored([]).shape == (0, 128)


def test_the_mirrored_vector_is_the_mean_of_both(embedder, chips):
    mirrored = [np.ascontiguousarray(chip[:, ::-1]) for chip in chips]
    mean = (embedder.embed(chips) + embedder.embed(mirrored)) / 2
    np.testing.assert_allclose(embedder.embed_mirrored(chips), mean, atol=1e-6)


@pytest.mark.parametrize("shape", [(150, 150), (149, 150, 3), (150, 150, 4)])
def test_a_chip_of_another_shape_is_refused(embedder, shape):
    with pytest.raises(ValueError, match="a chip is"):
        embedder.embed([np.zeros(shape, np.uint8)])


def test_drawn_people_are_nearer_to_themselves_than_to_others(engine):
    vectors = {}
    for seed in CLASS_SEEDS[:4]:
        pictures = [portrait(person(seed)), draw(person(seed), pose(seed * 3), 320)]
        vectors[seed] = [engine.embed(picture, engine.find(picture))[0] for picture in pictures]
    for seed, (own, fresh) in vectors.items():
        others = [np.linalg.norm(fresh - vectors[other][0]) for other in vectors if other != seed]
        assert np.linalg.norm(fresh - own) < min(SAME_PERSON_DISTANCE, *others)


@pytest.mark.photographs
def test_portraits_of_one_person_match_and_of_others_do_not(engine, photographs):
    people = {
        "adams": ["adams.jpg"],
        "biden": ["biden.jpg", "biden2.jpg"],
        "carell": ["carell.jpg"],
        "clapton": ["clapton-1.jpg", "clapton-2.jpg"],
        "lacamoire": ["alex-lacamoire.png", "alex_lacamoire1.jpg"],
        "lennon": ["lennon-1.jpg", "lennon-2.jpg"],
        "leslie": ["rose_leslie1.jpg", "rose_leslie2.jpg"],
        "miranda": ["lin-manuel-miranda.png"],
        "obama": ["obama.jpg", "obama2.jpg", "obama3.jpg"],
    }
    names, vectors = [], []
    for name, files in people.items():
        for file in files:
            picture = read_image(photographs / file)
            faces = engine.find(picture)
            assert len(faces) == 1, file
            names.append(name)
            vectors.append(engine.embed(picture, faces)[0])
    distances = np.linalg.norm(np.array(vectors)[:, None] - np.array(vectors), axis=-1)
    same = np.array(names)[:, None] == np.array(names)
    assert distances[same].max() < SAME_PERSON_DISTANCE < distances[~same].min()
