"""What every Store keeps to about lectures, recordings and sightings."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta, timezone

import pytest

from attendance.changes import AddCourse, AddLecture, AddRecording, QueueSearch, SaveLecture
from attendance.errors import AlreadyExists, NotFound
from attendance.model import LectureCounts, RecordingKind, SearchStatus, Status
from attendance.ports import Store
from tests.committing import save_machine_marks
from tests.contract.samples import (
    HOUR,
    MINUTE,
    NOW,
    a_class,
    a_course,
    a_lecture,
    a_mark,
    a_recording,
    a_sighting,
    searched,
)

SEOUL = timezone(timedelta(hours=9))


def test_a_lecture_is_read_as_it_was_added(store: Store) -> None:
    store.commit(AddCourse(a_course("c1")))
    lecture = a_lecture("l1", title="Eigenfaces 고유얼굴")
    store.commit(AddLecture(lecture))
    assert store.lecture("l1") == lecture
    assert store.find_lecture("c1", NOW) == lecture
    assert store.find_lecture("c1", NOW - timedelta(microseconds=1)) is None
    assert store.find_lecture("c1", lecture.ends_at - timedelta(microseconds=1)) == lecture
    assert store.find_lecture("c1", lecture.ends_at) is None
    assert store.find_lecture("c2", NOW) is None


def test_times_are_utc_whatever_zone_they_came_in(store: Store) -> None:
    store.commit(AddCourse(a_course("c1")))
    store.commit(AddLecture(a_lecture("l1", starts_at=NOW.astimezone(SEOUL))))
    assert store.lecture("l1").starts_at == NOW
    assert store.lecture("l1").starts_at.utcoffset() == timedelta(0)
    assert store.find_lecture("c1", NOW.astimezone(SEOUL)) is not None


def test_a_time_without_a_zone_is_refused(store: Store) -> None:
    store.commit(AddCourse(a_course("c1")))
    with pytest.raises(ValueError, match="no time zone"):
        store.commit(AddLecture(a_lecture("l1", starts_at=NOW.replace(tzinfo=None))))
    assert store.lectures().total == 0


def test_a_course_has_one_lecture_at_a_time(store: Store) -> None:
    for course_id in ("c1", "c2"):
        store.commit(AddCourse(a_course(course_id)))
    store.commit(AddLecture(a_lecture("l1")))
    store.commit(AddLecture(a_lecture("l2", "c2")))
    with pytest.raises(AlreadyExists) as refused:
        store.commit(AddLecture(a_lecture("l3", starts_at=NOW.astimezone(SEOUL))))
    assert refused.value.sentence == "This course already has a lecture that starts at that time."


def test_a_lecture_needs_its_course(store: Store) -> None:
    with pytest.raises(NotFound, match="no such course"):
        store.commit(AddLecture(a_lecture("l1")))


def test_saving_a_lecture_replaces_and_refuses_unknown_and_taken(store: Store) -> None:
    store.commit(AddCourse(a_course("c1")))
    store.commit(AddLecture(a_lecture("l1")))
    store.commit(AddLecture(a_lecture("l2", starts_at=NOW + HOUR)))
    changed = replace(a_lecture("l1", starts_at=NOW + 2 * HOUR), title="Moved")
    store.commit(SaveLecture(changed))
    assert store.lecture("l1") == changed
    with pytest.raises(AlreadyExists):
        store.commit(SaveLecture(a_lecture("l1", starts_at=NOW + HOUR)))
    assert store.lecture("l1") == changed
    with pytest.raises(NotFound):
        store.commit(SaveLecture(a_lecture("l3")))


def test_lectures_come_newest_first_in_pages_and_by_course(store: Store) -> None:
    for course_id in ("c1", "c2"):
        store.commit(AddCourse(a_course(course_id)))
    for hours, course_id in enumerate(["c1", "c2", "c1", "c2", "c1"]):
        store.commit(AddLecture(a_lecture(f"l{hours}", course_id, NOW + hours * HOUR)))
    page = store.lectures(page=2, size=2)
    assert ([lecture.id for lecture in page.items], page.total) == (["l2", "l1"], 5)
    assert [lecture.id for lecture in store.lectures(course_ids=["c2"]).items] == ["l3", "l1"]
    assert store.lectures(course_ids=["c1", "c2"]).total == 5
    assert store.lectures(course_ids=[]).total == 0


def test_a_recording_is_read_as_it_was_added(store: Store) -> None:
    a_class(store)
    recording = a_recording(
        "r2",
        kind=RecordingKind.SNAPSHOT,
        width=1920,
        height=1080,
        codec="hevc",
        created_by="u1",
        status=SearchStatus.FAILED,
        progress=0.25,
        error="The video stops in the middle.",
        attempts=3,
        searched_at=NOW + MINUTE,
        engine="local-1",
    )
    store.commit(AddRecording(recording))
    assert store.recording("r2") == recording


def test_a_recording_is_stored_once_and_needs_its_lecture(store: Store) -> None:
    a_class(store)
    with pytest.raises(AlreadyExists):
        store.commit(AddRecording(a_recording("r1")))
    with pytest.raises(NotFound, match="no such lecture"):
        store.commit(AddRecording(a_recording("r2", "l2")))
    with pytest.raises(NotFound):
        store.recording("r2")


def test_recordings_are_sorted_by_start(store: Store) -> None:
    a_class(store)
    store.commit(AddRecording(a_recording("r2", started_at=NOW - MINUTE)))
    store.commit(AddRecording(a_recording("r0", started_at=NOW + MINUTE)))
    assert [recording.id for recording in store.recordings("l1")] == ["r2", "r1", "r0"]
    assert store.recordings("l2") == []


def test_a_sighting_is_read_as_it_was_saved(store: Store) -> None:
    a_class(store)
    known = a_sighting("s1")
    nothing = {"similarity": None, "margin": None, "picture_key": None, "picture_s": None}
    unknown = a_sighting("s2", student_id=None, number=2, **nothing)
    searched(store, known, unknown)
    assert store.sighting("s1") == known
    assert store.sighting("s2") == unknown
    with pytest.raises(NotFound):
        store.sighting("s3")


def test_sightings_of_a_lecture_are_sorted_by_recording_and_first_second(store: Store) -> None:
    a_class(store)
    store.commit(AddRecording(a_recording("r0", started_at=NOW + MINUTE)))
    searched(store, a_sighting("s3", first_s=9.0), a_sighting("s4", first_s=10.0, student_id=None))
    searched(store, a_sighting("s1", "r0", first_s=2.0), a_sighting("s2", "r0", first_s=1.0), recording_id="r0")
    assert [seen.id for seen in store.sightings("l1")] == ["s3", "s4", "s2", "s1"]
    assert store.sightings("l2") == []


def test_what_a_list_says_of_lectures_is_counted(store: Store) -> None:
    a_class(store, "21", "22")
    store.commit(AddLecture(a_lecture("l2", starts_at=NOW + HOUR)))
    store.commit(AddLecture(a_lecture("l3", starts_at=NOW + 2 * HOUR)))
    store.commit(AddRecording(a_recording("r2", status=SearchStatus.FAILED)))
    store.commit(AddRecording(a_recording("r3", "l2", status=SearchStatus.QUEUED)))
    searched(store, a_sighting("s0", student_id=None))
    store.commit(QueueSearch("r1", NOW))
    searched(store, *(a_sighting(f"s{number}", student_id=None) for number in range(1, 3)), a_sighting("s3"))
    save_machine_marks(store, "l1", [a_mark("21", Status.PRESENT), a_mark("22", Status.ABSENT)])
    searches = Counter({SearchStatus.DONE: 1, SearchStatus.FAILED: 1})
    assert store.lecture_counts(["l3", "l1", "l2"]) == {
        "l1": LectureCounts(Counter({Status.PRESENT: 1, Status.ABSENT: 1}), searches, 2),
        "l2": LectureCounts(searches=Counter({SearchStatus.QUEUED: 1})),
        "l3": LectureCounts(),
    }
    assert store.lecture_counts([]) == {}


def test_of_lectures_that_overlap_the_last_to_start_is_on(store: Store) -> None:
    a_class(store)
    second = a_lecture("l2", starts_at=NOW + timedelta(minutes=30))
    store.commit(AddLecture(second))
    assert store.find_lecture("c1", NOW + timedelta(minutes=45)) == second
