"""Boxes: overlaps, and suppression equal to its plain definition."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from face_engine.boxes import (
    intersection_over_smaller,
    intersection_over_union,
    squares,
    suppress,
)


def plain_suppression(boxes, scores, most_overlap):
    """The definition, one box at a time."""
    overlaps = intersection_over_union(boxes, boxes)
    kept = []
    for i in np.argsort(-scores, kind="stable"):
        if all(overlaps[i, j] <= most_overlap for j in kept):
            kept.append(i)
    return kept


def random_boxes(seed, count, spread=300):
    rng = np.random.default_rng(seed)
    corners = rng.uniform(0, spread, (count, 2))
    return np.hstack([corners, corners + rng.uniform(20, 60, (count, 2))]), rng.uniform(size=count)


def test_half_covered_boxes_overlap_by_a_third():
    a, b = np.array([[0.0, 0, 10, 10]]), np.array([[5.0, 0, 15, 10]])
    assert intersection_over_union(a, b)[0, 0] == 50 / 150


def test_a_box_within_another_overlaps_the_smaller_fully():
    a, b = np.array([[0.0, 0, 10, 10]]), np.array([[2.0, 2, 4, 4]])
    assert intersection_over_smaller(a, b)[0, 0] == 1


@given(st.integers(0, 1000), st.integers(0, 60))
def test_suppression_keeps_what_its_definition_keeps(seed, count):
    boxes, scores = random_boxes(seed, count)
    assert suppress(boxes, scores, 0.4).tolist() == plain_suppression(boxes, scores, 0.4)


def test_suppression_of_many_boxes_in_blocks_keeps_what_its_definition_keeps():
    boxes, scores = random_boxes(3, 1200, spread=400)
    assert suppress(boxes, scores, 0.3).tolist() == plain_suppression(boxes, scores, 0.3)


def test_a_square_has_the_centre_and_the_longer_side():
    assert squares(np.array([[10.0, 20, 20, 60]])).tolist() == [[-5, 20, 35, 60]]
