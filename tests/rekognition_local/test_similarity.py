"""The scale of similarity keeps what the lines of the service's users mean."""

from itertools import pairwise

import numpy as np
import pytest

from face_engine.thresholds import ACCEPT_DISTANCE, REVIEW_DISTANCE
from rekognition_local.similarity import similarity


@pytest.mark.parametrize(("distance", "expected"), [(0, 100), (ACCEPT_DISTANCE, 99), (REVIEW_DISTANCE, 80), (1.5, 0)])
def test_the_engines_lines_are_the_services_lines(distance, expected):
    assert similarity(distance) == expected


def test_it_falls_strictly_so_that_ranking_stays():
    values = [similarity(distance) for distance in np.linspace(0, 1.5, 301)]
    assert all(nearer > farther for nearer, farther in pairwise(values))


def test_it_stays_within_0_and_100():
    assert similarity(7.0) == 0
