"""The engine, built once, people drawn by code, and real photographs where they are at hand."""

import os
from pathlib import Path

import numpy as np
import pytest

from demo.drawn_people import CLASS_SEEDS, draw, person, portrait, pose
from face_engine.engine import Engine
from face_engine.graphs import GraphCache
from face_engine.models import Models


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
