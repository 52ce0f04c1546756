"""Who was seen, from what Rekognition says frame by frame."""

from __future__ import annotations

from typing import Any

import pytest

from attendance.adapters.rekognition.matches import BEST_FRAMES, Judge, Stay, Visit, Visits
from attendance.model import Thresholds

LINES = Thresholds(review=80.0, accept=99.0, margin=5.0)
ADA, BEN, CAM = "ada", "ben", "cam"
IDS = {"face-ada": ADA, "face-ada-2": ADA, "face-ben": BEN, "face-cam": CAM}
BOX = {"Left": 0.1, "Top": 0.2, "Width": 0.1, "Height": 0.2}


def match(face_id: str, similarity: float, external: str | None = None) -> dict[str, Any]:
    return {"Similarity": similarity, "Face": {"FaceId": face_id, "ExternalImageId": external or IDS[face_id]}}


def person(index: int, second: float, *matches: dict[str, Any], face: bool = True, box: Any = BOX) -> dict[str, Any]:
    seen: dict[str, Any] = {"Index": index, "BoundingBox": BOX}
    if face:
        seen["Face"] = {"BoundingBox": box, "Quality": {"Sharpness": 80.0, "Brightness": 70.0}, "Confidence": 99.9}
    return {"Timestamp": round(second * 1000), "Person": seen, **({"FaceMatches": list(matches)} if matches else {})}


def visits_of(persons: list[dict[str, Any]], known: dict[str, str]) -> list[Visit]:
    visits = Visits(known)
    for one in persons:
        visits.add(one)
    return visits.all()


def judged(persons: list[dict[str, Any]], known: dict[str, str] = IDS) -> list[Stay]:
    return Judge(LINES, 80.0, frozenset(known.values())).who_was_seen(visits_of(persons, known))


def frames(index: int, seconds: range, *matches: dict[str, Any]) -> list[dict[str, Any]]:
    return [person(index, second, *matches) for second in seconds]


def test_a_student_in_good_frames_is_sure_from_first_to_last_second():
    (ada,) = judged(frames(0, range(3, 9), match("face-ada", 99.5)))
    assert (ada.student_id, ada.good_frames, len(ada.frames)) == (ADA, 6, 6)
    assert (ada.frames[0].time_s, ada.frames[-1].time_s) == (3.0, 8.0)
    assert ada.similarity == pytest.approx(99.5)


def test_who_is_away_for_longer_than_one_looks_down_comes_back_in_another_appearance():
    sure = match("face-ada", 99.5)
    (ada,) = judged(frames(0, range(3, 9), sure) + frames(0, range(50, 60), sure) + frames(5, range(110, 112), sure))
    assert ada.appearances_s == (3.0, 59.0, 110.0, 111.0)


def test_the_nearest_of_a_students_photos_counts():
    (ada,) = judged(frames(0, range(5), match("face-ada", 90), match("face-ada-2", 99.5)))
    assert ada.similarity == pytest.approx(99.5)
    assert ada.margin == pytest.approx(19.5)


def test_turned_heads_take_nothing_from_good_frames():
    (ada,) = judged(frames(0, range(5), match("face-ada", 99.6)) + frames(0, range(5, 50)))
    assert ada.similarity == pytest.approx(99.6)
    assert (ada.good_frames, len(ada.frames)) == (5, 50)


def test_glimpses_in_several_visits_are_no_proof_together():
    glimpses = [person(index, index * 10, match("face-ada", 99.9)) for index in range(4)]
    (ada,) = judged(glimpses)
    assert (ada.student_id, len(ada.frames), ada.good_frames) == (ADA, 4, 1)
    (ada,) = judged(glimpses + frames(9, range(100, 103), match("face-ada", 99.9)))
    assert ada.good_frames == 3


def test_one_lucky_frame_is_no_proof():
    (ada,) = judged([person(0, 0, match("face-ada", 99.9)), *frames(0, range(1, 30))])[:1]
    assert ada.student_id == ADA
    assert ada.similarity == pytest.approx((99.9 + (BEST_FRAMES - 1) * 80) / BEST_FRAMES)


def test_a_person_without_a_match_is_unknown():
    (stranger,) = judged(frames(4, range(2, 6)))
    assert (stranger.student_id, stranger.similarity, stranger.margin, stranger.good_frames) == (None, None, None, 0)


def test_a_match_below_the_review_line_is_unknown():
    thresholds = Thresholds(review=90.0, accept=99.0, margin=5.0)
    visits = visits_of(frames(0, range(5), match("face-ada", 85)), IDS)
    assert [stay.student_id for stay in Judge(thresholds, 80.0, frozenset({ADA})).who_was_seen(visits)] == [None]


def test_the_margin_reaches_to_the_next_student_not_to_the_same_students_other_photo():
    (ada,) = judged(frames(0, range(6), match("face-ada", 99.5), match("face-ada-2", 99.0), match("face-ben", 92)))
    assert ada.margin == pytest.approx(7.5)


def test_a_rival_of_no_roster_counts_as_well():
    (ada,) = judged(frames(0, range(6), match("face-ada", 99.5), match("face-zed", 98, "zed")))
    assert ada.margin == pytest.approx(1.5)
    assert ada.good_frames == 6


def test_a_face_left_in_the_collection_names_nobody():
    (gone,) = judged(frames(0, range(6), match("face-zed", 99.9, "zed")))
    assert gone.student_id is None


def test_a_stale_face_of_a_student_neither_names_nor_rivals_that_student():
    (ada,) = judged(frames(0, range(6), match("face-ada", 99.4), match("face-old", 99.9, ADA)))
    assert (ada.student_id, ada.good_frames) == (ADA, 6)
    assert ada.similarity == pytest.approx(99.4)
    assert ada.margin == pytest.approx(19.4)
    (unknown,) = judged(frames(0, range(6), match("face-old", 99.9, ADA)))
    assert unknown.student_id is None


def test_the_only_student_has_the_whole_margin_where_nobody_else_is_near():
    only = {"face-ada": ADA}
    (ada,) = judged(frames(0, range(6), match("face-ada", 99.5)), only)
    assert ada.margin == 100
    (ada,) = judged(frames(0, range(6), match("face-ada", 99.5), match("face-zed", 97, "zed")), only)
    assert ada.margin == pytest.approx(2.5)


def test_a_frame_in_which_somebody_else_is_as_near_is_no_good_frame():
    shared = frames(0, range(4), match("face-ada", 99.5), match("face-ben", 99.5))
    (ada,) = judged(shared + frames(0, range(4, 6), match("face-ada", 99.5)))
    assert (ada.student_id, ada.good_frames) == (ADA, 2)


def test_who_left_and_came_back_is_one_student():
    (ada,) = judged(frames(0, range(5), match("face-ada", 99.5)) + frames(7, range(20, 25), match("face-ada", 99.2)))
    assert (ada.frames[0].time_s, ada.frames[-1].time_s, ada.good_frames) == (0.0, 24.0, 10)


def test_two_in_view_at_the_same_moment_are_never_the_same_student():
    better = frames(0, range(6), match("face-ada", 99.8))
    other = frames(1, range(5, 11), match("face-ada", 99.3))
    ada, unknown = judged(better + other)
    assert (ada.student_id, len(ada.frames)) == (ADA, 6)
    assert unknown.student_id is None


def test_the_other_of_two_at_once_may_take_the_next_student_but_is_never_sure():
    better = frames(0, range(6), match("face-ada", 99.8))
    other = frames(1, range(6), match("face-ada", 99.3), match("face-ben", 99.1))
    ada, ben = judged(better + other)
    assert (ada.student_id, ada.good_frames) == (ADA, 6)
    assert (ben.student_id, ben.good_frames, ben.margin) == (BEN, 0, 0.0)


def test_a_number_that_passes_from_one_person_to_another_is_a_visit_of_each():
    mixed = frames(0, range(10), match("face-ada", 99.5)) + frames(0, range(10, 12))
    mixed += frames(0, range(12, 20), match("face-ben", 99.4), match("face-ada", 85))
    ada, ben = judged(mixed + frames(0, range(20, 24), match("face-ada", 99.5)))
    assert (ada.student_id, ada.good_frames, ada.margin) == (ADA, 14, pytest.approx(19.5))
    assert (ben.student_id, ben.good_frames, ben.margin) == (BEN, 8, pytest.approx(14.4))
    assert (ben.frames[0].time_s, ben.frames[-1].time_s) == (12.0, 19.0)


def test_a_number_that_passes_to_somebody_of_no_roster_gives_a_student_no_time():
    ada, unknown = judged(
        frames(0, range(10), match("face-ada", 99.5)) + frames(0, range(10, 20), match("face-zed", 99.5, "zed"))
    )
    assert (ada.student_id, ada.frames[-1].time_s) == (ADA, 9.0)
    assert (unknown.student_id, unknown.frames[0].time_s) == (None, 10.0)


@pytest.mark.parametrize("moments", [range(10, 12), range(10, 20)])
def test_a_number_is_not_parted_by_a_look_alike(moments):
    near = 85 if len(moments) < 3 else 97  # seen clearly too seldom, or never apart from the other
    other = frames(0, moments, match("face-ben", 99.4), match("face-ada", near))
    (ada,) = judged(frames(0, range(10), match("face-ada", 99.5)) + other)
    assert ada.student_id == ADA
    assert len(ada.frames) == 10 + len(moments)


def test_a_weak_visit_is_not_added_to_a_sure_one():
    weak = frames(1, range(30, 36), match("face-ada", 88))
    ada, unknown = judged(frames(0, range(6), match("face-ada", 99.5)) + weak)
    assert (ada.student_id, ada.frames[-1].time_s) == (ADA, 5.0)
    assert (unknown.student_id, unknown.frames[0].time_s) == (None, 30.0)


def test_a_visit_halfway_to_the_accept_line_is_of_the_same_stay_as_a_sure_one():
    fair = frames(1, range(30, 36), match("face-ada", 95))
    (ada,) = judged(frames(0, range(6), match("face-ada", 99.5)) + fair)
    assert (ada.frames[-1].time_s, ada.good_frames) == (35.0, 6)
    assert ada.similarity == pytest.approx(99.5)


def test_weak_visits_alone_are_one_weak_sighting():
    (ada,) = judged(frames(0, range(6), match("face-ada", 88)) + frames(1, range(30, 36), match("face-ada", 84)))
    assert (ada.student_id, ada.good_frames, len(ada.frames)) == (ADA, 0, 12)
    assert ada.similarity == pytest.approx(88)


def test_a_body_without_a_face_lengthens_a_stay_and_proves_nothing():
    bodies = [person(0, second, face=False) for second in range(6, 20)]
    (ada,) = judged(frames(0, range(6), match("face-ada", 99.5)) + bodies)
    assert (ada.frames[-1].time_s, ada.good_frames, ada.similarity) == (19.0, 6, pytest.approx(99.5))
    assert judged(bodies) == []


def test_the_picture_is_of_the_frame_that_is_nearest():
    shown = [person(0, second, match("face-ada", 98 + second / 10)) for second in range(10)]
    (ada,) = judged(shown)
    assert ada.best.time_s == 9.0


def test_the_picture_of_an_unknown_is_of_the_largest_face():
    large = {**BOX, "Width": 0.3, "Height": 0.5}
    (stranger,) = judged([person(0, 0), person(0, 1, box=large), person(0, 2)])
    assert stranger.best.time_s == 1.0
    assert stranger.best.box == pytest.approx((0.1, 0.2, 0.4, 0.7))


def test_the_order_of_pages_and_people_is_no_matter():
    persons = [
        *frames(0, range(6), match("face-ada", 99.8)),
        *frames(1, range(6), match("face-ada", 99.3), match("face-ben", 85)),
        *frames(2, range(8, 12)),
    ]
    assert judged(persons) == judged(persons[::-1])
