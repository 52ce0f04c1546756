"""The choice of networks: names that tell vectors apart, and one engine over any of them."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from face_engine.align import CHIP_PX, LANDMARKS, chip
from face_engine.engine import Engine
from face_engine.gallery import Gallery
from face_engine.model_file import ModelFile
from face_engine.models import ENGINE_NAME, Models
from face_engine.search import SearchOptions, search_video
from tests.face_engine.classroom_films import ADA
from tests.face_engine.films import film
from tests.face_engine.other_models import arcface, written, yunet

VECTORS = ModelFile(Path("face.onnx"), "1a" * 32)
DETECTOR = ModelFile(Path("yunet.onnx"), "2b" * 32)


def test_the_built_in_networks_keep_the_name_that_stored_vectors_have():
    assert Models().name == ENGINE_NAME == "mtcnn-1.0.0+sface-2021dec"


def test_the_name_tells_detector_model_cut_and_line():
    assert Models(vector_file=VECTORS).name == "mtcnn-1.0.0+arcface112-1a1a1a1a1a1a-0.4"
    assert Models(detector_file=DETECTOR).name == "yunet-2b2b2b2b2b2b+sface-2021dec"
    assert Models(vector_file=VECTORS, same_person_cosine=0.35, detector_file=DETECTOR).name == (
        "yunet-2b2b2b2b2b2b+arcface112-1a1a1a1a1a1a-0.35"
    )


def test_all_that_changes_vectors_changes_the_name_and_nothing_else_does():
    chosen = Models(vector_file=VECTORS, detector_file=DETECTOR)
    others = [
        Models(),
        Models(vector_file=VECTORS),
        Models(detector_file=DETECTOR),
        replace(chosen, same_person_cosine=0.5),
        replace(chosen, vector_file=replace(VECTORS, sha256="3c" * 32)),
        replace(chosen, detector_file=replace(DETECTOR, sha256="3c" * 32)),
    ]
    assert len({one.name for one in [chosen, *others]}) == 7
    moved = replace(chosen, cache=Path("/elsewhere"), vector_file=replace(VECTORS, path=Path("/other.onnx")))
    assert moved.name == chosen.name


def test_the_line_of_a_model_that_is_not_used_changes_nothing():
    assert Models(same_person_cosine=0.5).name == ENGINE_NAME


def test_the_choice_travels_to_other_processes():
    chosen = Models(Path("/cache"), VECTORS, 0.5, DETECTOR)
    assert pickle.loads(pickle.dumps(chosen)) == chosen


def test_a_face_that_lies_as_the_networks_want_it_is_cut_as_it_is():
    image = np.random.default_rng(1).integers(0, 256, (112, 112, 3), dtype=np.uint8)
    np.testing.assert_array_equal(chip(image, LANDMARKS), image)


def test_the_cut_is_the_one_published_for_arcface():
    """Left eye, right eye, nose, left and right corner of the mouth, as seen in the picture."""
    eyes, nose, mouth = LANDMARKS[:2], LANDMARKS[2], LANDMARKS[3:]
    assert eyes == ((38.2946, 51.6963), (73.5318, 51.5014))
    assert nose == (56.0252, 71.7366)
    assert mouth == ((41.5493, 92.3655), (70.7299, 92.2041))
    assert CHIP_PX == 112


def test_a_name_fits_the_column_that_keeps_it():
    assert len(Models(vector_file=VECTORS, same_person_cosine=0.123456, detector_file=DETECTOR).name) <= 100


def people(*numbers: int, side: int = 60) -> np.ndarray:
    """A dark room with people that the hand-made detector finds: blue squares, told apart by red and green blots."""
    room = np.zeros((240, 160 * len(numbers), 3), np.uint8)
    for place, number in enumerate(numbers):
        face = np.full((side, side, 3), 255, np.uint8)
        blots = np.random.default_rng(number).integers(0, 2, (4, 4, 2), dtype=np.uint8) * 255
        face[..., 1:] = blots.repeat(side // 4, axis=0).repeat(side // 4, axis=1)
        room[90 : 90 + side, 50 + 160 * place : 50 + 160 * place + side] = face
    return room


@pytest.fixture(scope="module")
def other(tmp_path_factory, graph_folder) -> Models:
    folder = tmp_path_factory.mktemp("models")
    return Models(graph_folder, written(folder / "face.onnx", arcface(256)), 0.8, written(folder / "y.onnx", yunet()))


def test_an_engine_of_other_networks_finds_and_tells_people_apart(other):
    engine = Engine(other, smallest_face_px=40)
    assert engine.name == other.name
    room = people(1, 2, 3)
    faces = sorted(engine.find(room), key=lambda face: face.box[0])
    vectors = engine.embed(room, faces)
    assert vectors.shape == (3, 256)
    again = people(2)
    (found,) = engine.find(again)
    distances = Gallery(["1", "2", "3"], vectors).distances(engine.embed(again, [found]))[0]
    assert distances.argmin() == 1 and distances[1] < 0.2
    assert min(distances[0], distances[2]) > distances[1] + 0.2


def test_a_detector_may_be_swapped_without_the_vector_model(other, graph_folder):
    engine = Engine(Models(graph_folder, detector_file=other.detector_file))
    room = people(1)
    assert engine.embed(room, engine.find(room)).shape == (1, 128)


@pytest.mark.parametrize("processes", [1, 2])
def test_a_video_is_searched_with_other_networks_also_in_child_processes(tmp_path, other, processes):
    engine = Engine(other)
    enrolled = [engine.embed(room, engine.find(room), mirrored=False)[0] for room in (people(1), people(2))]
    rooms = [people(1, 3)] * 260 if processes > 1 else [people(1, 3)] * 60
    path = film(tmp_path / "lecture.mp4", rooms, fps=2, options={"g": "2"})
    options = SearchOptions(every_s=1, processes=processes)
    found = search_video(path, Gallery(["one", "two"], np.stack(enrolled)), options, models=other)
    assert [person.label for person in found.people] == ["one"]
    assert len(found.unknown) == 1


def test_the_same_is_found_whether_memory_is_kept_or_given_back(graph_folder, engine, looks):
    picture = looks[ADA][0]
    sparing = Engine(Models(graph_folder, sparing=True))
    faces = engine.find(picture)
    assert sparing.find(picture) == faces
    assert np.array_equal(sparing.embed(picture, faces), engine.embed(picture, faces))
