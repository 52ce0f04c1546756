"""The engine, built once, people drawn by code, and real photographs where they are at hand."""

import os
from pathlib import Path

import numpy as np
import pytest

from demo.drawn_people import CLASS_SEEDS, STRANGER_SEED, draw, person, portrait, pose
from face_engine.engine import Engine
from face_engine.gallery import Gallery
from face_engine.graphs import GraphCache
from face_engine.models import Models
from tests.face_engine.classroom_films import ADA, BEN, CAI, LONG_S, draw_looks, scene
from tests.face_engine.films import film


@pytest.fixture(scope="session")
def graph_folder(tmp_path_factory) -> Path:
    """The networks, built from the installed weights as on a fresh machine."""
    return tmp_path_factory.mktemp("graphs")


@pytest.fixture(scope="session")
def graphs(graph_folder) -> GraphCache:
    return GraphCache(graph_folder)


@pytest.fixture(scope="session")
def engine(graph_folder) -> Engine:
    return Engine(Models(graph_folder))


@pytest.fixture(scope="session")
def photographs() -> Path:
    """The folder of real photographs, which are no part of the project."""
    folder = os.environ.get("ROLLCALL_FACES_DIR")
    if not folder:
        pytest.skip("real photographs are needed: set ROLLCALL_FACES_DIR")
    return Path(folder)


@pytest.fixture(scope="session")
def student_portrait() -> np.ndarray:
    """A registration photo of one drawn student, 480 x 480."""
    return portrait(person(CLASS_SEEDS[0]))


@pytest.fixture(scope="session")
def group_picture() -> np.ndarray:
    """Three drawn students side by side, 960 x 320."""
    return np.hstack([draw(person(seed), pose(seed), 320) for seed in CLASS_SEEDS[:3]])


@pytest.fixture(scope="session")
def looks() -> dict[int, list[np.ndarray]]:
    """What the people in films look like, by their seeds."""
    return draw_looks()


@pytest.fixture(scope="session")
def gallery(engine) -> Gallery:
    """Three students; the third is not in the videos."""
    vectors = []
    for seed in (ADA, BEN, CAI):
        photo = portrait(person(seed))
        vectors.append(engine.embed(photo, engine.find(photo)[:1], mirrored=True)[0])
    return Gallery(["ada", "ben", "cai"], np.stack(vectors))


@pytest.fixture(scope="session")
def long_video(tmp_path_factory, looks) -> Path:
    """Over two minutes at two pictures a second: ada throughout, ben from 50 s to 70 s, the stranger from 100 s on."""
    frames = []
    for n in range(LONG_S * 2):
        time_s = n / 2
        who = [(ADA, 10)]
        who += [(BEN, 220)] if 50 <= time_s < 70 else []
        who += [(STRANGER_SEED, 220)] if time_s >= 100 else []
        frames.append(scene(looks, time_s // 4, who))
    path = tmp_path_factory.mktemp("long") / "lecture.mp4"
    return film(path, frames, fps=2, options={"g": "8", "preset": "ultrafast"})
