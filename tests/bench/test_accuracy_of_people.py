"""The thresholds hold on real people: a small part of what docs/accuracy.md measures, by the same draws."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bench.accuracy.lfw import VARIABLE, Faces, faces_of
from bench.accuracy.lfw_tables import draw_of
from bench.accuracy.rates import Rate
from bench.accuracy.rosters import drawn
from bench.accuracy.views import View

PEOPLE = 300
SMALL = View(32)

pytestmark = [
    pytest.mark.skipif(VARIABLE not in os.environ, reason=f"{VARIABLE} names no folder of LFW"),
    pytest.mark.slow,
]


@pytest.fixture(scope="module")
def faces() -> Faces:
    return faces_of(Path(os.environ[VARIABLE]), print, views=[SMALL], people=PEOPLE)


def at_least(rate: Rate, share: float) -> bool:
    return rate.interval[1] >= share


def at_most(rate: Rate, share: float) -> bool:
    return rate.interval[0] <= share


@pytest.mark.parametrize(
    ("group", "size", "sure", "strangers"),
    [("all", 40, 0.94, 0.0005), ("east asian", 15, 0.96, 0.001), ("black", 20, 0.90, 0.0005)],
)
def test_students_are_sure_and_strangers_are_not(faces: Faces, group: str, size: int, sure: float, strangers: float):
    if group != "all" and len(faces.with_pictures(2, faces.groups.get(group, ()))) < size:
        pytest.skip(f"the list of the group {group} is not there")
    own, others = drawn(faces, draw_of(faces, group, size=size))
    assert at_least(own.rate(own.sure), sure)
    assert at_least(own.rate(own.within), 0.98)
    assert at_most(others.rate(others.sure), strangers)
    assert not any(own.wrong)


def test_small_faces_are_recognised_too(faces: Faces):
    own, others = drawn(faces, draw_of(faces, view=SMALL))
    assert at_least(own.rate(own.sure), 0.85)
    assert at_most(others.rate(others.sure), 0.001)
    assert not any(own.wrong)


def test_a_second_photo_or_a_second_picture_makes_nearly_everybody_sure(faces: Faces):
    for draw in (draw_of(faces, photos=2), draw_of(faces, pictures=2)):
        own, _ = drawn(faces, draw)
        assert at_least(own.rate(own.sure), 0.975)
