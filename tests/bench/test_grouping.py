"""The bench of grouping counts what it says it counts."""

import numpy as np

from bench.accuracy.grouping import table
from bench.accuracy.lfw import Faces, Probes


def faces(apart: float) -> Faces:
    """Four people with three pictures each, which lie on a line so far apart."""
    people = np.repeat(["ada", "ben", "cyd", "dan"], 3)
    vectors = np.zeros((12, 2), np.float32)
    vectors[:, 0] = np.repeat(np.arange(4) * apart, 3) + np.tile([0.0, 0.01, 0.02], 4)
    seen = Probes(vectors, np.full(12, 80.0), np.ones(12))
    return Faces(people, vectors, {None: seen}, {})


def test_people_who_are_far_apart_are_whole_and_pure():
    (row,) = table(faces(3.0), people=(3,), courses=2, views=(None,)).rows
    assert row == ["as they are", "3", "18", "6", "100.00 %", "100.0 %", "0 (0.00 %)"]


def test_people_who_cannot_be_told_apart_are_one_mixed_group():
    (row,) = table(faces(0.0), people=(3,), courses=2, views=(None,)).rows
    assert row == ["as they are", "3", "18", "2", "33.33 %", "100.0 %", "2 (100.00 %)"]
