"""The rules that turn sightings into marks."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance.model import (
    Course,
    Face,
    Lecture,
    Mark,
    Recording,
    RecordingKind,
    Sighting,
    Status,
    Thresholds,
)
from attendance.rules.lectures import could_be_known, decide_marks

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
LINES = Thresholds(review=60, accept=80, margin=10, least_good_frames=3)
COURSE = Course("c", "CS101", "Computing", "", "Asia/Seoul", START, late_after_minutes=10, left_early_minutes=10)
LECTURE = Lecture("l", "c", START, START + timedelta(minutes=60), START)
HOUR = Recording(
    "r",
    "l",
    RecordingKind.VIDEO,
    "key",
    "a.mp4",
    START,
    3600.0,
    1,
    START,
    searched_at=START + timedelta(hours=2),
    engine="local-1",
)
CLIP = replace(HOUR, created_by="device:d")


def seen(student: str | None = "21", **changes: object) -> Sighting:
    sure = Sighting("s", "r", student, 5.0, 3590.0, 900, 5, 92.0, 30.0, "picture", 10.0)
    return replace(sure, **changes)  # type: ignore[arg-type]


def a_face(student: str = "21", **changes: object) -> Face:
    return replace(Face(f"f-{student}", student, "local-1", "photo", "small", 0.9, START), **changes)  # type: ignore[arg-type]


def decide(
    *sightings: Sighting,
    roster: tuple[str, ...] = ("21",),
    recordings: tuple[Recording, ...] = (HOUR,),
    faces: tuple[Face, ...] | None = None,
    course: Course = COURSE,
):
    known = tuple(map(a_face, roster)) if faces is None else faces
    return decide_marks(LECTURE, course, roster, recordings, sightings, known, LINES, START)


def only(marks: list[Mark]) -> Mark:
    assert len(marks) == 1
    return marks[0]


def test_a_sure_sighting_makes_present_with_its_evidence():
    mark = only(decide(seen()))
    assert mark.status is mark.machine_status is Status.PRESENT
    assert mark.evidence is not None
    assert (mark.evidence.similarity, mark.evidence.frames, mark.evidence.picture_key) == (92.0, 900, "picture")
    assert mark.evidence.first_seen_at == START + timedelta(seconds=5)
    assert not mark.left_early


def test_nobody_seen_makes_absent_for_the_whole_roster():
    marks = decide(roster=("b", "a"))
    assert [(mark.student_id, mark.status) for mark in marks] == [("a", Status.ABSENT), ("b", Status.ABSENT)]


def test_who_has_no_photo_is_unsure_and_needs_another_way_but_is_never_absent():
    seen_one, with_photo, without = decide(seen("a"), roster=("a", "b", "c"), faces=(a_face("a"), a_face("b")))
    assert (seen_one.status, seen_one.needs_another_way) == (Status.PRESENT, False)
    assert (with_photo.status, with_photo.needs_another_way) == (Status.ABSENT, False)
    assert (without.status, without.machine_status, without.evidence) == (Status.UNSURE, Status.UNSURE, None)
    assert without.needs_another_way


def test_an_unsure_face_needs_no_other_way_and_neither_does_a_decision():
    assert not only(decide(seen(similarity=79.9), faces=())).needs_another_way
    assert not replace(only(decide(faces=())), set_by="u1").needs_another_way


SEARCHED = START + timedelta(hours=2)
LATER = replace(HOUR, id="r2", searched_at=SEARCHED + timedelta(days=1))


@pytest.mark.parametrize(
    ("faces", "recordings", "known"),
    [
        ([], [HOUR], False),
        ([a_face()], [HOUR], True),
        ([a_face(created_at=SEARCHED)], [HOUR], True),
        ([a_face(created_at=SEARCHED + timedelta(seconds=1))], [HOUR], False),
        ([a_face(created_at=SEARCHED + timedelta(seconds=1))], [HOUR, LATER], False),
        ([a_face(created_at=SEARCHED + timedelta(seconds=1)), a_face()], [HOUR, LATER], True),
        ([a_face(passed_over_by="local-1")], [HOUR], False),
        ([a_face(passed_over_by="local-2")], [HOUR], True),
        ([a_face(engine="local-2")], [HOUR], True),  # enrolled anew since
    ],
)
def test_a_search_knows_those_whose_photo_it_could_compare(faces, recordings, known):
    assert could_be_known(faces, recordings) is known


def test_nothing_searched_makes_no_marks():
    assert decide(seen(), recordings=()) == []


def test_a_match_below_the_accept_line_is_unsure():
    assert only(decide(seen(similarity=79.9))).status is Status.UNSURE


def test_a_match_on_the_accept_line_is_present():
    assert only(decide(seen(similarity=80.0))).status is Status.PRESENT


def test_a_match_too_near_to_the_runner_up_is_unsure():
    assert only(decide(seen(margin=9.9))).status is Status.UNSURE


def test_a_face_that_moves_as_a_picture_does_is_at_most_unsure():
    assert only(decide(seen(flat=True))).status is Status.UNSURE
    assert only(decide(seen(flat=True, similarity=59.0))).status is Status.ABSENT


def test_a_snapshot_cannot_tell_a_picture():
    snapshot = replace(HOUR, kind=RecordingKind.SNAPSHOT, duration_s=0.0)
    assert only(decide(seen(flat=True, good_frames=1), recordings=(snapshot,))).status is not Status.UNSURE


def test_whoever_is_also_seen_alive_is_present():
    again = replace(HOUR, id="r2")
    mark = only(decide(seen(flat=True), seen(id="s2", recording_id="r2", similarity=85.0), recordings=(HOUR, again)))
    assert mark.status is Status.PRESENT
    assert mark.evidence is not None and mark.evidence.sighting_id == "s2"


def test_a_match_in_too_few_good_frames_is_unsure():
    assert only(decide(seen(good_frames=2))).status is Status.UNSURE


def test_a_match_below_the_review_line_is_nobody():
    assert only(decide(seen(similarity=59.9))).status is Status.ABSENT


def test_one_frame_of_a_snapshot_is_enough():
    snapshot = replace(HOUR, kind=RecordingKind.SNAPSHOT, duration_s=0.0)
    mark = only(decide(seen(good_frames=1, frames=1, first_s=0, last_s=0), recordings=(snapshot,)))
    assert mark.status is Status.PRESENT


def test_a_face_in_a_snapshot_that_was_near_to_somebody_else_as_well_is_unsure():
    snapshot = replace(HOUR, kind=RecordingKind.SNAPSHOT, duration_s=0.0)
    weak = seen(similarity=99.0, good_frames=0, frames=1, first_s=0, last_s=0)
    assert only(decide(weak, recordings=(snapshot,))).status is Status.UNSURE


@pytest.mark.parametrize("kind", RecordingKind)
def test_an_engine_that_knows_how_small_a_face_is_may_be_sure_of_it_from_a_lower_similarity_on(kind: RecordingKind):
    recording = replace(HOUR, kind=kind)
    thresholds = replace(LINES, accept_small=70.0)
    for similarity, good_frames, status in (
        (69.9, 3, Status.UNSURE),
        (70.0, 3, Status.PRESENT),
        (79.9, 0, Status.UNSURE),
    ):
        own = seen(similarity=similarity, good_frames=good_frames)
        decided = decide_marks(LECTURE, COURSE, ["21"], [recording], [own], [a_face()], thresholds, START)
        assert only(decided).status is status


def test_who_is_seen_only_in_the_next_lecture_is_not_late_for_this_one():
    over_the_end = replace(CLIP, started_at=START + timedelta(minutes=50), duration_s=1200.0)
    course = replace(COURSE, least_video_percent=0)
    after_it = only(decide(seen(first_s=900.0, last_s=1100.0), recordings=(over_the_end,), course=course))
    at_its_end = only(decide(seen(first_s=600.0, last_s=1100.0), recordings=(over_the_end,), course=course))
    assert (after_it.status, at_its_end.status) == (Status.ABSENT, Status.PRESENT)


def test_all_that_a_person_uploads_for_a_lecture_is_of_it():
    longer = replace(HOUR, started_at=START + timedelta(minutes=50), duration_s=1200.0, created_by="teacher")
    assert only(decide(seen(first_s=900.0, last_s=1100.0), recordings=(longer,))).status is Status.LATE


def test_who_is_seen_only_in_the_lecture_before_is_not_present():
    before = replace(CLIP, started_at=START - timedelta(minutes=20), duration_s=3600.0)
    assert only(decide(seen(first_s=0.0, last_s=1199.9), recordings=(before,))).status is Status.ABSENT
    assert only(decide(seen(first_s=0.0, last_s=1200.0), recordings=(before,))).status is Status.PRESENT


def test_who_was_there_before_and_comes_back_late_is_late():
    before = replace(CLIP, started_at=START - timedelta(minutes=20), duration_s=4800.0)
    twice = seen(first_s=0.0, last_s=4700.0, appearances_s=(0.0, 900.0, 2400.0, 4700.0))
    mark = only(decide(twice, recordings=(before,)))
    assert mark.status is Status.LATE
    assert mark.evidence is not None
    assert mark.evidence.first_seen_at == START + timedelta(minutes=20)


def test_of_two_sightings_the_one_of_the_lecture_is_the_proof():
    before = replace(CLIP, id="before", started_at=START - timedelta(minutes=30), duration_s=600.0)
    nearer = seen(id="nearer", recording_id="before", similarity=99.0, first_s=0.0, last_s=500.0)
    mark = only(decide(nearer, seen(), recordings=(before, CLIP)))
    assert mark.status is Status.PRESENT
    assert mark.evidence is not None
    assert (mark.evidence.sighting_id, mark.evidence.first_seen_at) == ("s", START + timedelta(seconds=5))


def test_an_unknown_marks_nobody():
    assert only(decide(seen(student=None))).status is Status.ABSENT


def test_somebody_who_is_not_on_the_roster_gets_no_mark():
    assert [mark.student_id for mark in decide(seen(student="99"))] == ["21"]


def test_late_begins_after_the_courses_minutes():
    on_the_line = only(decide(seen(first_s=600.0)))
    after_it = only(decide(seen(first_s=600.1)))
    assert (on_the_line.status, after_it.status) == (Status.PRESENT, Status.LATE)


def test_nobody_is_late_for_time_that_was_not_recorded():
    second_half = replace(HOUR, started_at=START + timedelta(minutes=30), duration_s=1800.0)
    assert only(decide(seen(first_s=60.0, last_s=1700.0), recordings=(second_half,))).status is Status.PRESENT


def test_left_early_is_told_when_the_recording_goes_on_without_the_student():
    assert only(decide(seen(last_s=1800.0))).left_early
    assert not only(decide(seen(last_s=3000.0))).left_early


def test_nobody_left_early_when_the_recording_ends_with_them():
    first_half = replace(HOUR, duration_s=1800.0)
    assert not only(decide(seen(last_s=1790.0), recordings=(first_half,))).left_early


def test_times_are_pooled_over_all_recordings_of_the_lecture():
    later = replace(HOUR, id="r2", started_at=START + timedelta(minutes=30), duration_s=1800.0)
    mark = only(
        decide(
            seen(first_s=0.0, last_s=60.0),
            seen(id="s2", recording_id="r2", first_s=1700.0, last_s=1799.0, similarity=95.0),
            recordings=(replace(HOUR, duration_s=1800.0), later),
        )
    )
    assert mark.evidence is not None
    assert mark.evidence.first_seen_at == START
    assert mark.evidence.last_seen_at == START + timedelta(seconds=1800 + 1799)
    assert mark.evidence.recording_id == "r2"


def test_a_sure_sighting_wins_over_an_unsure_one_and_its_times_count():
    mark = only(decide(seen(first_s=700.0), seen(id="s2", similarity=70.0, first_s=1.0)))
    assert mark.status is Status.LATE


sightings = st.builds(
    seen,
    student=st.sampled_from(["a", "b", "c", None, "not on the roster"]),
    similarity=st.floats(0, 100),
    margin=st.floats(0, 100),
    good_frames=st.integers(0, 6),
    first_s=st.floats(0, 1800),
    last_s=st.floats(1800, 3600),
    id=st.uuids().map(str),
)


@given(st.lists(sightings, max_size=8), st.randoms())
def test_the_order_of_sightings_and_roster_does_not_matter(found, random):
    shuffled = list(found)
    random.shuffle(shuffled)
    assert decide(*found, roster=("a", "b", "c")) == decide(*shuffled, roster=("c", "a", "b"))


@given(st.lists(sightings, max_size=8))
def test_present_or_late_always_rests_on_a_sure_sighting(found):
    for mark in decide(*found, roster=("a", "b", "c")):
        if mark.status in (Status.PRESENT, Status.LATE):
            assert mark.evidence is not None
            assert mark.evidence.similarity >= LINES.accept
            assert any(
                s.student_id == mark.student_id
                and s.similarity >= LINES.accept
                and s.margin >= LINES.margin
                and s.good_frames >= LINES.least_good_frames
                for s in found
            )
