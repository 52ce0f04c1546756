"""Similarity: one strictly falling mapping of distance."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from face_engine import similarity as module
from face_engine.similarity import distance, similarity

distances = st.floats(0, 1.6)


def test_equal_vectors_are_a_hundred_percent_similar():
    assert similarity(0) == 100


def test_the_line_between_same_and_different_is_half():
    assert similarity(0.6) == pytest.approx(50, abs=0.1)


@given(distances, distances)
def test_the_nearer_of_two_is_the_more_similar(a, b):
    if abs(a - b) > 1e-6:
        assert (similarity(a) > similarity(b)) == (a < b)


@given(distances)
def test_similarity_is_between_0_and_100(d):
    assert 0 < similarity(d) <= 100


@given(distances)
def test_distance_undoes_similarity(d):
    assert distance(similarity(d)) == pytest.approx(d, abs=1e-9)


def test_the_table_in_the_description_is_right():
    rows = [line.split() for line in module.__doc__.splitlines() if line[:2] in {"0.", "1."}]
    assert len(rows) == 11
    for shown_distance, shown_similarity in rows:
        assert f"{similarity(float(shown_distance)):.1f}" == shown_similarity
