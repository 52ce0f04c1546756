"""Whose the tracks of a video are."""

import numpy as np
import pytest

from face_engine.gallery import Gallery
from face_engine.identify import JOIN_DISTANCE, identify, judge
from face_engine.thresholds import CHORD, MARGIN, Certainty, Thresholds
from tests.face_engine.tracks import ALONG, LENGTH, track, vector

OPTIONS = Thresholds(accept_distance=0.5, review_distance=0.56, margin=0.06, clear_distance=0.2)


def among_others(labels, vectors):
    """A gallery of these and of ten people far away from all, so that it is no small one."""
    far = [LENGTH * ALONG[100 + n] for n in range(10)]
    return Gallery([*labels, *(f"other {n}" for n in range(10))], np.stack([*vectors, *far]))


# Ada and Ben are 1 apart: on the line between them the distances add up to 1.
ADA, BEN = vector(0.0), vector(1.0)
GALLERY = among_others(["ada", "ben"], [ADA, BEN])


def given(tracks, gallery=GALLERY):
    """Labels with the tracks' first seconds, strong and weak, and the first seconds of the unknown."""
    claims, left = identify(tracks, gallery, OPTIONS)
    known = {gallery.labels[c.person]: ([t.first_s for t in c.strong], [t.first_s for t in c.weak]) for c in claims}
    return known, [t.first_s for t in left]


def test_a_near_track_is_the_person():
    assert given([track(vector(0.2), [0])]) == ({"ada": ([0], [])}, [])


def test_a_far_track_is_nobody():
    assert given([track(vector(0.0, 0.7), [0])]) == ({}, [0])


def test_a_track_between_the_lines_is_weak():
    assert given([track(vector(0.0, 0.53), [0])]) == ({"ada": ([], [0])}, [])


def test_a_track_without_margin_is_weak_for_both():
    assert given([track(vector(0.48), [0])]) == ({"ada": ([], [0]), "ben": ([], [0])}, [])


def test_a_track_that_is_near_to_a_second_person_is_weak_whatever_the_margin():
    gallery = among_others(["ada", "amy"], [ADA, vector(0.0, 0.19)])
    assert given([track(vector(0.0), [0])], gallery) == ({"ada": ([], [0]), "amy": ([], [0])}, [])


def test_of_two_seen_at_once_the_nearer_is_the_person_and_the_other_nobody():
    near, nearer = track(vector(0.2), [0, 1]), track(vector(0.1), [1, 2])
    assert given([near, nearer]) == ({"ada": ([1], [])}, [0])


def test_somebody_may_be_seen_by_two_cameras_at_once():
    tracks = [track(vector(0.1), [0]), track(vector(0.2), [0], picture_track=1)]
    assert given(tracks) == ({"ada": ([0, 0], [])}, [])


def test_of_two_seen_at_once_the_other_is_at_most_weak_for_the_next_best():
    gallery = among_others(["ada", "amy", "ben"], [ADA, vector(0.0, 0.3), vector(3.0)])
    first, second = track(vector(0.0, 0.05), [1]), track(vector(0.0, 0.1), [1])
    assert given([first, second], gallery) == ({"ada": ([1], []), "amy": ([], [1])}, [])


def test_the_other_of_two_is_nobody_where_the_next_best_is_beyond_the_review_line():
    gallery = among_others(["ada", "amy", "ben"], [ADA, vector(0.0, 0.75), vector(3.0)])
    first, second = track(vector(0.0, 0.05), [1]), track(vector(0.0, 0.1), [1])
    assert given([first, second], gallery) == ({"ada": ([1], [])}, [1])


def test_two_tracks_of_one_face_in_one_place_are_one_person():
    first, again = track(vector(0.2), [0, 1, 2], place=-1), track(vector(0.1), [2, 3], place=-1)
    assert given([first, again]) == ({"ada": ([2, 0], [])}, [])


def test_tracks_at_different_times_are_one_person():
    assert given([track(vector(0.2), [0, 1]), track(vector(0.1), [70])]) == ({"ada": ([70, 0], [])}, [])


def test_a_weak_track_joins_a_person_whose_own_tracks_it_resembles():
    strong, weak = track(vector(0.0, 0.3), [0]), track(vector(0.0, 0.54), [9])
    assert given([strong, weak]) == ({"ada": ([0], [9])}, [])


def test_a_weak_track_does_not_join_a_person_whose_own_tracks_it_does_not_resemble():
    strong, weak = track(vector(0.0, 0.3), [0]), track(vector(0.0, -0.54), [9])
    assert given([strong, weak]) == ({"ada": ([0], [])}, [9])


def test_a_weak_track_never_stands_beside_the_person():
    strong, weak = track(vector(0.0, 0.3), [0]), track(vector(0.0, 0.54), [0])
    assert given([strong, weak]) == ({"ada": ([0], [])}, [0])


def test_two_different_people_are_not_both_the_weak_evidence_for_one():
    one, other = track(vector(0.0, 0.52), [0]), track(vector(0.0, -0.53), [9])
    assert given([one, other]) == ({"ada": ([], [0])}, [9])


# Two who look alike: their photos are 0.3 apart, and each track is 0.3 from the one and not much more from the other.
TWINS = among_others(["ann", "eve", "zoe"], [vector(0.0), vector(0.3), vector(2.0)])
LIKE_ANN, LIKE_EVE = vector(0.13, 0.27), vector(0.17, 0.27)


@pytest.mark.parametrize("seen", [LIKE_ANN, LIKE_EVE])
def test_whichever_of_two_alike_shows_up_both_wait_for_a_person(seen):
    assert given([track(seen, [0, 1, 2])], TWINS) == ({"ann": ([], [0]), "eve": ([], [0])}, [])


@pytest.mark.parametrize("seen", [[LIKE_ANN, LIKE_EVE], [LIKE_ANN, LIKE_ANN], [LIKE_EVE, LIKE_ANN]])
def test_two_alike_who_sit_side_by_side_both_wait_for_a_person(seen):
    left, right = (track(one, [0, 1, 2]) for one in seen)
    known, unknown = given([left, right], TWINS)
    assert known == {"ann": ([], [0]), "eve": ([], [0])}
    assert unknown == []


def test_two_alike_both_wait_where_one_has_several_photos_and_the_other_one():
    photos = [vector(0.0), vector(0.0, 0.1), vector(0.05, 0.1), vector(0.3)]
    gallery = among_others(["ann", "ann", "ann", "eve"], photos)
    claims, _ = identify([track(LIKE_EVE, [0, 1, 2])], gallery, Thresholds())
    assert [judge(claim, gallery, Thresholds()).good_frames for claim in claims] == [0, 0]


def test_a_doubtful_track_beside_the_sure_one_is_the_next_best_and_not_nobody():
    sure, beside = track(vector(0.0, 0.1), [5]), track(vector(0.14, 0.3), [5])
    assert given([sure, beside], TWINS) == ({"ann": ([5], []), "eve": ([], [5])}, [])


def test_who_is_surely_seen_elsewhere_is_not_doubtful_as_well():
    eve_herself, doubtful = track(vector(0.3, 0.0, 0.02), [0]), track(vector(0.15, 0.27), [9])
    known, _ = given([eve_herself, doubtful], TWINS)
    assert known["eve"][0] == [0]


def test_a_poor_track_of_somebody_surely_seen_throws_no_doubt_on_who_looks_otherwise():
    gallery = among_others(["ada", "ben"], [ADA, vector(0.0, 1.0)])
    sure, poor = track(vector(0.0, 0.05), [0]), track(vector(0.0, 0.48), [9])
    assert given([sure, poor], gallery) == ({"ada": ([0], [9])}, [])


def test_the_accept_threshold_is_nearer_for_one_alone_and_for_each_doubling_of_a_large_gallery():
    chords = [Thresholds().accept_among(people) / CHORD for people in (1, 3, 10, 40, 80, 160, 1_000, 100_000)]
    assert chords == pytest.approx([0.95, 0.969, 0.99, 0.99, 0.975, 0.96, 0.94, 0.94], abs=1e-3)


def test_the_margin_is_wider_where_the_people_of_the_gallery_look_alike():
    chords = [Thresholds().margin_among(spread * CHORD) / CHORD for spread in (1.4, 1.335, 1.315, 1.235, 1.0)]
    assert chords == pytest.approx([0.15, 0.15, 0.19, 0.30, 0.30])
    assert Thresholds().margin_among(None) == MARGIN


def test_a_margin_that_somebody_set_wider_stays():
    assert Thresholds(margin=0.4).margin_among(0.1) == 0.4


def test_small_faces_may_be_farther():
    certainty = Certainty(Thresholds(), among_others([], []))
    chords = [certainty.accept(px) / CHORD for px in (10, 32, 48, 64, 300)]
    assert chords == pytest.approx([1.05, 1.05, 1.02, 0.99, 0.99])


def test_the_spread_of_a_gallery_is_the_middle_distance_of_two_of_its_people():
    gallery = Gallery(["a", "a", "b", "c"], np.stack([vector(0.0), vector(3.0), vector(0.2), vector(0.5)]))
    assert gallery.spread == pytest.approx(0.3, abs=2e-3)  # of 0.2, 0.3 and 0.5; a second photo does not count
    assert Gallery(["a"], vector(0.0)).spread is None


def test_what_is_sure_in_a_small_class_is_weak_among_hundreds():
    seen = track(vector(0.0, 0.49), [0])
    crowd = among_others(["ada", *(f"one {n}" for n in range(390))], [ADA, *[vector(3.0)] * 390])
    assert given([seen]) == ({"ada": ([0], [])}, [])
    assert given([seen], crowd) == ({"ada": ([], [0])}, [])


def test_without_anybody_to_compare_with_a_face_must_be_nearer():
    alone = Gallery(["ada"], ADA)
    assert given([track(vector(0.46), [0])], alone) == ({"ada": ([0], [])}, [])
    assert given([track(vector(0.48), [0])], alone) == ({"ada": ([], [0])}, [])


def test_somebody_who_is_nearest_to_nobody_is_not_sure():
    row = np.full(len(GALLERY), np.inf, np.float32)
    assert not Certainty(OPTIONS, GALLERY).is_sure(row, 100)


def test_many_faces_are_judged_as_each_alone():
    certainty = Certainty(OPTIONS, GALLERY)
    rows = GALLERY.distances(np.stack([vector(0.2), vector(0.48), vector(0.0, 0.51), vector(0.0, 0.7)]))
    alone = [certainty.is_sure(row, px) for row, px in zip(rows, (100, 100, 32, 100), strict=True)]
    assert certainty.are_sure(rows, np.array([100, 100, 32, 100])).tolist() == alone == [True, False, True, False]


def test_without_a_gallery_everybody_is_unknown():
    assert given([track(ADA, [0])], Gallery([], np.empty((0, 128)))) == ({}, [0])


def test_without_tracks_nobody_is_seen():
    assert given([]) == ({}, [])


def test_the_order_of_tracks_does_not_matter():
    tracks = [track(vector(0.1 * n, 0.05 * n), [n % 3, 10 + n]) for n in range(6)]
    known, left = given(tracks)
    known_reversed, left_reversed = given(tracks[::-1])
    assert known == known_reversed
    assert sorted(left) == sorted(left_reversed)


def verdict(tracks, gallery=GALLERY):
    (claim,), _ = identify(tracks, gallery, OPTIONS)
    return judge(claim, gallery, OPTIONS)


def test_strong_evidence_is_pooled_over_tracks():
    decided = verdict([track(vector(0.0, 0.3), [0]), track(vector(0.0, -0.3), [9])])
    assert decided.distance == pytest.approx(0, abs=5e-3)
    assert decided.margin == pytest.approx(1, abs=5e-3)
    assert decided.good_frames == 2


def test_weak_tracks_that_resemble_each_other_are_strong_where_all_pooled_are():
    # Their mean is 0.489 from Ada.
    weak = [track(vector(0.0, 0.51), [0]), track(vector(0.0, 0.40, 0.36), [9])]
    decided = verdict(weak)
    assert decided.distance == pytest.approx(0.489, abs=1e-3)
    assert decided.good_frames == 2


def test_weak_tracks_whose_mean_is_weak_do_not_become_strong_by_adding_up():
    weak = [track(vector(0.0, 0.52), [0]), track(vector(0.0, 0.53), [9])]
    decided = verdict(weak)
    assert decided.distance == pytest.approx(0.52, abs=1e-3)
    assert decided.good_frames == 0


def test_weak_tracks_of_different_people_are_never_pooled():
    # Their mean would be Ada herself.
    one, other = track(vector(0.0, 0.52), [0]), track(vector(0.0, -0.52), [9])
    assert given([one, other]) == ({"ada": ([], [0])}, [9])


def test_weak_tracks_of_several_people_who_look_a_little_alike_are_not_pooled():
    # Eight people, each 0.56 from Ada and 0.50 from each other: their mean is 0.45 from her.
    tracks = [track(vector(0.0, 0.434, *[0.0] * n, 0.354), [9 * n]) for n in range(8)]
    (claim,), _ = identify(tracks, GALLERY, Thresholds())
    assert (len(claim.strong), len(claim.weak)) == (0, 8)


@pytest.mark.parametrize(("aside", "joins"), [(JOIN_DISTANCE - 0.01, True), (JOIN_DISTANCE + 0.01, False)])
def test_a_weak_track_of_the_same_stay_lengthens_it_without_being_as_near_as_a_proof(aside, joins):
    sure, weak = track(vector(0.0, 0.25), [0]), track(vector(0.0, 0.25, aside), [9])
    claims, left = identify([sure, weak], GALLERY, Thresholds())
    assert claims[0].strong == [sure]
    assert (claims[0].weak, left) == (([weak], []) if joins else ([], [weak]))


def test_many_tracks_that_may_be_either_of_two_prove_neither():
    seen = [track(vector(0.15, 0.27, 0.01 * n), [9 * n]) for n in range(6)]
    assert given(seen, TWINS)[0].keys() == {"ann", "eve"}
    assert all(not strong for strong, _ in given(seen, TWINS)[0].values())


def test_weak_tracks_that_join_do_not_blur_strong_evidence():
    assert verdict([track(vector(0.0, 0.3), [0]), track(vector(0.0, 0.54), [9])]).distance == pytest.approx(
        0.3, abs=1e-3
    )


def test_frames_that_do_not_agree_are_not_counted_as_good():
    mixed = track(vector(0.1), [0, 1, 2], vectors=[vector(0.1), vector(0.2), vector(0.0, 0.9)])
    decided = verdict([mixed])
    assert decided.good_frames == 2
    assert decided.distance == pytest.approx(0.15, abs=1e-4)


def test_weak_evidence_has_no_good_frames():
    weak = track(vector(0.0, 0.53), [0, 1, 2, 3], vectors=[vector(0.0, 0.53)] * 4)
    assert verdict([weak]).good_frames == 0


def test_of_two_alike_the_farther_has_a_margin_below_zero():
    claims, _ = identify([track(LIKE_ANN, [0])], TWINS, OPTIONS)
    margins = [judge(claim, TWINS, OPTIONS).margin for claim in claims]
    assert margins[0] > 0 > margins[1]


def test_with_one_person_enrolled_there_is_no_runner_up():
    decided = verdict([track(vector(0.1), [0])], Gallery(["ada"], ADA))
    assert (decided.runner_up, decided.margin) == (None, None)
