"""Which minutes of a lecture are recorded, and what little video and a lecture that is not over make of marks."""

from __future__ import annotations

from datetime import timedelta

import pytest

from attendance.model import Mark, Recording, RecordingKind, Status
from attendance.rules.coverage import coverage, is_little_video
from attendance.rules.lectures import decide_marks
from attendance.rules.merging import cleared_steps, machine_steps, person_step
from tests.contract.samples import HOUR, MINUTE, NOW, a_course, a_face, a_lecture, a_mark, a_recording, a_sighting
from tests.fakes import FakeFaces

PRESENT, LATE, ABSENT, EXCUSED, UNSURE = Status
LECTURE = a_lecture()


def _recorded(start: float, minutes: float, recording_id: str = "r1", **more: object) -> Recording:
    begins = LECTURE.starts_at + start * MINUTE
    return a_recording(recording_id, started_at=begins, duration_s=minutes * 60, searched_at=NOW + HOUR, **more)


def _snapshot(start: float) -> Recording:
    return _recorded(start, 0, kind=RecordingKind.SNAPSHOT)


@pytest.mark.parametrize(
    ("recordings", "spans"),
    [
        ([], []),
        ([_recorded(0, 60)], [(0, 60)]),
        ([_recorded(-10, 30), _recorded(50, 30)], [(0, 20), (50, 60)]),
        ([_recorded(10, 10), _recorded(20, 10), _recorded(12, 3)], [(10, 30)]),
        ([_recorded(10.5, 0.1)], [(10, 11)]),
        ([_recorded(-30, 30), _recorded(60, 30)], []),
        ([_snapshot(5)], [(0, 35)]),
        ([_snapshot(-31)], []),
    ],
)
def test_spans_are_the_minutes_of_the_lecture_that_are_recorded(
    recordings: list[Recording], spans: list[tuple[int, int]]
) -> None:
    seen = coverage(LECTURE, recordings)
    assert seen.spans == spans
    assert seen.watched == sum(end - start for start, end in spans)


def test_a_lecture_of_seconds_is_one_minute() -> None:
    lecture = a_lecture(ends_at=NOW + timedelta(seconds=20))
    assert coverage(lecture, [_recorded(0, 0.3)]).percent == 100


def test_how_much_video_is_little_is_for_the_course_to_say() -> None:
    recordings = [_recorded(0, 30)]
    assert not is_little_video(LECTURE, a_course(), recordings)
    assert is_little_video(LECTURE, a_course(), [_recorded(0, 29)])
    assert is_little_video(LECTURE, a_course(least_video_percent=51), recordings)
    assert not is_little_video(LECTURE, a_course(least_video_percent=0), [])


def _marks(recordings: list[Recording], *sightings: object, is_over: bool = True) -> dict[str, Mark]:
    faces = [a_face("f1", "21"), a_face("f2", "22")]
    students = ["21", "22", "23"]
    found = decide_marks(
        LECTURE, a_course(), students, recordings, sightings, faces, FakeFaces.thresholds, NOW + HOUR, is_over=is_over
    )
    return {mark.student_id: mark for mark in found}


def test_with_little_video_nobody_is_absent_but_unsure() -> None:
    marks = _marks([_recorded(0, 20)], a_sighting(first_s=1, last_s=1100))
    assert marks["21"].status is PRESENT
    assert (marks["22"].status, marks["22"].little_video, marks["22"].needs_another_way) == (UNSURE, True, True)
    assert (marks["23"].status, marks["23"].little_video) == (UNSURE, False)  # for want of a photo


def test_with_enough_video_whoever_was_not_seen_is_absent() -> None:
    marks = _marks([_recorded(0, 55)], a_sighting(first_s=1, last_s=3000))
    assert (marks["22"].status, marks["22"].little_video) == (ABSENT, False)


def test_while_a_lecture_is_not_over_nobody_is_absent_and_nobody_has_left() -> None:
    recordings = [_recorded(0, 55)]
    assert _marks(recordings, a_sighting(first_s=1, last_s=60))["21"].left_early
    marks = _marks(recordings, a_sighting(first_s=1, last_s=60), is_over=False)
    assert list(marks) == ["21"]
    assert not marks["21"].left_early


def test_marks_of_before_stay_until_the_lecture_is_over() -> None:
    before = {"21": a_mark("21"), "22": a_mark("22", ABSENT)}
    assert machine_steps(before, [a_mark("21")], is_over=False) == []
    assert [step.student_id for step in machine_steps(before, [a_mark("21")])] == ["22"]


def test_too_little_video_is_remembered_beside_a_persons_mark() -> None:
    old = a_mark("21", UNSURE, little_video=True)
    step = person_step(old, Mark("l1", "21", PRESENT, PRESENT, NOW, set_by="u1", reason="Seen", own_status="remote"))
    assert step.new is not None
    assert (step.new.little_video, step.new.own_status, step.new.needs_another_way) == (True, "remote", False)
    (cleared,) = cleared_steps({"21": step.new}, "21", by="u1", at=NOW, reason="")
    assert cleared.new is not None
    assert (cleared.new.own_status, cleared.new.little_video, cleared.new.needs_another_way) == (None, True, True)
