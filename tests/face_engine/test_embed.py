"""Embedding: the vectors are those of the published network."""

import cv2
import numpy as np
import onnx
import pytest

from demo.drawn_people import CLASS_SEEDS, draw, person, portrait, pose
from face_engine.embed import Embedder
from face_engine.graphs import load_network
from face_engine.images import read_image
from face_engine.similarity import SAME_PERSON_DISTANCE, SFACE_COSINE, length_of
from face_engine.weights import SFACE


@pytest.fixture(scope="module")
def embedder(graphs):
    return Embedder(graphs)


@pytest.fixture(scope="module")
def chips():
    """Noise from coarse to fine, black, white, and two drawn faces."""
    rng = np.random.default_rng(0)
    noise = [cv2.resize(rng.integers(0, 256, (side, side, 3), dtype=np.uint8), (112, 112)) for side in (4, 16, 60, 112)]
    flat = [np.full((112, 112, 3), grey, np.uint8) for grey in (0, 255)]
    return [*noise, *flat, *(draw(person(seed), pose(seed), 112) for seed in CLASS_SEEDS[:2])]


def published(chips):
    """Vectors of length 1 by the package's own file: red first, bytes as numbers, one chip at a time."""
    model = onnx.load(str(SFACE.path()))
    data = [given for given in model.graph.input if given.name == "data"]
    del model.graph.input[:]  # the weights are listed as inputs too
    model.graph.input.extend(data)
    session = load_network(model.SerializeToString())
    pixels = [chip[None, :, :, ::-1].transpose(0, 3, 1, 2).astype(np.float32) for chip in chips]
    vectors = np.concatenate([session.run(None, {"data": one})[0] for one in pixels])
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_vectors_have_the_directions_of_the_published_network(embedder, chips):
    vectors = embedder.embed(chips) / length_of(SFACE_COSINE)
    np.testing.assert_allclose(vectors, published(chips), rtol=0, atol=5e-6)


def test_two_vectors_at_the_authors_cosine_are_at_the_same_person_distance():
    one, other = np.array([1.0, 0.0]), np.array([SFACE_COSINE, np.sqrt(1 - SFACE_COSINE**2)])
    assert np.linalg.norm(one - other) * length_of(SFACE_COSINE) == pytest.approx(SAME_PERSON_DISTANCE)


def test_a_vector_does_not_depend_on_what_is_embedded_with_it(embedder, chips):
    np.testing.assert_array_equal(embedder.embed(chips)[3:4], embedder.embed(chips[3:4]))


def test_no_chips_make_no_vectors(embedder):
    assert embedder.embed([]).shape == (0, 128)
    assert embedder.embed_mirrored([]).shape == (0, 128)


def test_the_mirrored_vector_lies_between_both_and_has_their_length(embedder, chips):
    mirrored = [np.ascontiguousarray(chip[:, ::-1]) for chip in chips]
    both = embedder.embed(chips) + embedder.embed(mirrored)
    between = both / np.linalg.norm(both, axis=1, keepdims=True) * length_of(SFACE_COSINE)
    np.testing.assert_allclose(embedder.embed_mirrored(chips), between, atol=1e-6)


@pytest.mark.parametrize("shape", [(112, 112), (111, 112, 3), (112, 112, 4), (150, 150, 3)])
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
