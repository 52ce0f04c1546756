"""Whether the measurement of pictures of faces shows pictures and heads."""

import numpy as np

from bench.accuracy.pictures import LOOKS, WAYS, Portrait, looks_of, shown
from demo.drawn_people import CLASS_SEEDS, person, portrait
from face_engine.engine import Engine
from face_engine.flat import is_flat

WALL = next(way for way in WAYS if way.name == "picture on a wall")
LIVELY = next(way for way in WAYS if way.name.startswith("head, lively"))


def test_a_picture_on_a_wall_is_called_one_and_a_lively_head_is_not(tmp_path):
    one = Portrait.of(portrait(person(CLASS_SEEDS[0])), Engine())
    assert one is not None
    (on_a_wall,) = looks_of([one], WALL, 80, 1, tmp_path)
    (head,) = looks_of([one], LIVELY, 80, 1, tmp_path)
    assert len(on_a_wall) == len(head) == LOOKS
    assert is_flat([on_a_wall]) and not is_flat([head])


def test_a_picture_on_a_wall_stays_where_it_is_and_a_head_does_not():
    one = Portrait.of(portrait(person(CLASS_SEEDS[0])), Engine())
    assert one is not None
    still, moving = (list(shown(one, way, 60, np.random.default_rng(2))) for way in (WALL, LIVELY))
    assert np.array_equal(still[0], still[-1])
    assert not np.array_equal(moving[0], moving[-1])


def test_no_face_makes_no_portrait():
    assert Portrait.of(np.full((200, 200, 3), 180, np.uint8), Engine()) is None
