"""A search against the truth: who is right, unsure, missed and false, and how far off the times are."""

import pytest

from bench.scoring import (
    Finds,
    Named,
    finds_of_boxes,
    finds_of_noses,
    is_sure,
    named,
    named_by_search,
    score,
)
from face_engine.portrait import Picture
from face_engine.search_model import PersonSeen, VideoSearch
from face_engine.thresholds import ACCEPT_DISTANCE, MARGIN
from face_engine.video import VideoInfo

FRAME = (1920, 1080)
ENROLLED = {"ada", "ben", "cem", "dan", "eva"}


def seen(label, *, stays=((10.0, 50.0),), distance=0.3, margin=0.2, good_frames=5, box=(0, 0, 96, 54)) -> PersonSeen:
    picture = Picture(b"", stays[0][0], box, FRAME)
    first_s, last_s = stays[0][0], stays[-1][1]
    return PersonSeen(label, distance, "dan", margin, 9, good_frames, first_s, last_s, list(stays), picture)


def search(*people) -> VideoSearch:
    info = VideoInfo(60.0, *FRAME, 10.0, "h264", "mp4", 0, 1)
    return VideoSearch(info, 30, 60.0, list(people), [])


def test_a_person_well_within_all_lines_is_sure():
    assert is_sure(seen("ada", distance=ACCEPT_DISTANCE, margin=MARGIN, good_frames=3))


@pytest.mark.parametrize(
    "worse", [{"distance": ACCEPT_DISTANCE + 0.001}, {"margin": MARGIN - 0.001}, {"good_frames": 2}], ids=str
)
def test_a_person_outside_of_one_line_is_not_sure(worse):
    assert not is_sure(seen("ada", **worse))


def test_everybody_present_is_right_or_unsure_or_missed():
    stays = {"ada": [(10, 50)], "ben": [(0, 60)], "cem": [(0, 60)]}
    scored = score(search(seen("ada"), seen("ben", good_frames=1)), stays, ENROLLED)
    assert (scored.present, scored.right, scored.unsure, scored.missed, scored.false) == (3, 1, 1, 1, 0)


def test_who_is_marked_and_was_never_there_is_false():
    scored = score(search(seen("ada"), seen("dan")), {"ada": [(10, 50)], "dan": []}, ENROLLED)
    assert (scored.right, scored.false) == (1, 1)


def test_a_doubtful_match_of_somebody_absent_is_no_false_present():
    assert score(search(seen("dan", good_frames=1)), {"ada": [(10, 50)]}, ENROLLED).false == 0


def test_errors_are_seconds_from_the_first_arrival_and_the_last_leaving():
    stays = {"ada": [(8, 20), (30, 55)], "ben": [(11, 49)]}
    scored = score(search(seen("ada"), seen("ben")), stays, ENROLLED)
    assert scored.arrival_errors_s == [2, 1]
    assert scored.leaving_errors_s == [5, 1]


def test_a_mark_whose_picture_shows_somebody_who_is_not_enrolled_is_a_stranger_marked():
    stays = {"ada": [(10, 50)], "stranger": [(0, 60)]}
    asked = []

    def face_at(second, point):
        asked.append((second, point))
        return "stranger"

    scored = score(search(seen("ada", box=(960, 540, 1056, 594))), stays, ENROLLED, face_at)
    assert scored.strangers == 1
    assert asked == [(10.0, pytest.approx((0.525, 0.525)))]


@pytest.mark.parametrize("shown", ["ada", "ben", None])
def test_pictures_of_the_enrolled_and_of_nobody_are_no_strangers(shown):
    assert score(search(seen("ada")), {"ada": [(10, 50)]}, ENROLLED, lambda *_: shown).strangers == 0


def test_a_doubtful_picture_of_a_stranger_marks_nobody():
    assert score(search(seen("ada", good_frames=1)), {}, ENROLLED, lambda *_: "stranger").strangers == 0


def test_a_frame_compares_names_with_the_enrolled_who_are_visible():
    assert named(["ada", "eva"], ["ada", "ben", "stranger"], ENROLLED) == Named(right=1, false=1, missed=1)


def test_a_name_said_twice_in_a_frame_counts_once():
    assert named(["ada", "ada"], ["ada"], ENROLLED) == Named(right=1)


def test_a_search_names_those_whose_stay_covers_the_second():
    ada = seen("ada", stays=((10.0, 20.0), (30.0, 40.0)))
    found = search(ada, seen("ben", stays=((0.0, 60.0),), good_frames=1))
    assert [sorted(named_by_search(found, second)) for second in (10, 25, 40)] == [["ada"], [], ["ada"]]


def test_a_find_counts_where_its_middle_is_inside_a_face():
    truth = [(0, 0, 40, 40), (100, 100, 160, 160)]
    assert finds_of_boxes([(5, 5, 45, 45)], truth) == Finds(found=1, faces=2, false=0)


def test_one_find_is_one_face_and_a_second_find_of_a_face_is_not_false():
    truth = [(0, 0, 40, 40)]
    assert finds_of_boxes([(0, 0, 40, 40), (2, 2, 42, 42)], truth) == Finds(found=1, faces=1, false=0)


def test_a_find_beside_all_faces_is_false():
    assert finds_of_boxes([(200, 200, 240, 240)], [(0, 0, 40, 40)]) == Finds(found=0, faces=1, false=1)


def test_small_faces_count_neither_as_found_nor_as_missed_nor_as_false():
    truth = [(0, 0, 19, 19), (100, 100, 130, 130)]
    assert finds_of_boxes([(0, 0, 19, 19)], truth, smallest_px=20) == Finds(found=0, faces=1, false=0)


def test_a_face_that_is_covered_in_part_counts_neither_way():
    assert finds_of_boxes([(0, 0, 40, 40)], [], covered=[(0, 0, 40, 40)]) == Finds()
    assert finds_of_boxes([], [], covered=[(0, 0, 40, 40)]) == Finds()
    assert named(["ada"], ["ben"], ENROLLED, covered=["ada"]) == Named(missed=1)


def test_a_nose_inside_a_find_is_found_and_a_find_without_a_nose_is_false():
    assert finds_of_noses([(0, 0, 40, 40), (90, 90, 99, 99)], [(20, 20), (70, 70)]) == Finds(1, 2, 1)


def test_recall_of_no_faces_is_nothing_to_show():
    assert Finds(1, 4, 0).recall_percent == 25
    assert Finds(0, 0, 3).recall_percent is None
