"""How the tracks of unknown people become persons."""

import numpy as np
import pytest

from face_engine import unknowns
from face_engine.unknowns import believable, group_tracks
from tests.face_engine.tracks import ALONG, track, vector


def test_tracks_that_look_alike_are_one_person():
    a, b, c = track(vector(0.1), [0, 1]), track(vector(0.2), [60, 61]), track(vector(0, 0.9), [5])
    assert group_tracks([c, b, a]) == [[a, b], [c]]


def test_tracks_that_are_visible_at_once_are_never_one_person():
    a, b = track(vector(0.1), [0, 1, 2]), track(vector(0.1), [2, 3])
    assert group_tracks([a, b]) == [[a], [b]]


def test_two_tracks_that_were_followed_to_the_same_face_may_be_one_person():
    a, b = track(vector(0.1), [0, 1, 2], place=1), track(vector(0.1), [2, 3], place=1)
    assert group_tracks([a, b]) == [[a, b]]


def test_a_third_track_does_not_join_two_that_are_visible_at_once():
    a, b, c = track(vector(0.1), [0]), track(vector(0.2), [0]), track(vector(0.12), [9])
    assert group_tracks([a, b, c]) == [[a, c], [b]]


def test_a_chain_of_small_steps_does_not_make_one_person_of_two():
    chain = [track(vector(0.3 * n), [n]) for n in range(6)]
    assert len(group_tracks(chain)) > 1


def test_the_order_of_tracks_does_not_matter():
    rng = np.random.default_rng(4)
    tracks = [track(0.7 * ALONG[n % 5] + rng.normal(0, 0.02, 128), [n]) for n in range(40)]
    shuffled = [tracks[i] for i in rng.permutation(40)]
    assert [[t.first_s for t in g] for g in group_tracks(tracks)] == [
        [t.first_s for t in g] for g in group_tracks(shuffled)
    ]
    assert len(group_tracks(tracks)) == 5


def test_a_crowd_is_grouped_piece_by_piece_with_the_same_outcome(monkeypatch):
    tracks = [track(0.7 * ALONG[n % 5], [n]) for n in range(40)]
    at_once = group_tracks(tracks)
    monkeypatch.setattr(unknowns, "_MOST_AT_ONCE", 7)
    assert group_tracks(tracks) == at_once


def test_no_tracks_are_no_persons():
    assert group_tracks([]) == []


@pytest.mark.parametrize(
    ("frames", "quality", "expected"), [(1, 0.2, False), (1, 0.9, True), (2, 0.2, True), (5, 0.05, True)]
)
def test_one_poor_frame_is_nobody(frames, quality, expected):
    assert believable([track(vector(0.1), list(range(frames)), quality=quality)]) is expected
