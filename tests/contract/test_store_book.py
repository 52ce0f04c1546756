"""What every Store keeps to about the marks of a whole course, and about statuses that a course added."""

from dataclasses import replace

from attendance.changes import AddCourse, AddLecture, AddRecording, RemoveStudent, SaveCourse
from attendance.model import BookMark, OwnStatus, Status
from attendance.ports import Store
from tests.committing import finish_search, save_machine_marks, set_mark
from tests.contract.samples import MINUTE, NOW, a_class, a_course, a_lecture, a_mark, a_recording, searched

PRESENT, LATE, ABSENT, EXCUSED, UNSURE = Status
REMOTE = OwnStatus("remote", "원격 🎓", "R", PRESENT, 0.5, attended=True, icon="camera-video", tone="calm")


def test_the_marks_of_a_course_are_those_of_all_its_lectures(store: Store) -> None:
    a_class(store, "21", "22")
    store.commit(AddLecture(a_lecture("l2", starts_at=NOW + MINUTE)))
    store.commit(AddCourse(a_course("c2")))
    store.commit(AddLecture(a_lecture("l3", "c2")))
    save_machine_marks(store, "l2", [a_mark("22", LATE, lecture_id="l2", left_early=True)])
    save_machine_marks(store, "l1", [a_mark("22"), a_mark("21", ABSENT)])
    save_machine_marks(store, "l3", [a_mark("22", lecture_id="l3")])
    set_mark(store, replace(a_mark("21", PRESENT), set_by="u1", reason="Online", own_status="remote"))
    assert store.course_marks("c1") == [
        BookMark("l1", "21", PRESENT, "remote", by_person=True),
        BookMark("l1", "22", PRESENT),
        BookMark("l2", "22", LATE, left_early=True),
    ]
    assert store.course_marks("c9") == []


def test_marks_that_were_withdrawn_or_removed_are_none_of_the_course(store: Store) -> None:
    a_class(store, "21", "22")
    save_machine_marks(store, "l1", [a_mark("21"), a_mark("22")])
    save_machine_marks(store, "l1", [a_mark("22")])
    assert [mark.student_id for mark in store.course_marks("c1")] == ["22"]
    store.commit(RemoveStudent("22"))
    assert store.course_marks("c1") == []


def test_an_own_status_is_read_as_it_was_saved_with_its_history(store: Store) -> None:
    a_class(store)
    save_machine_marks(store, "l1", [a_mark("21", ABSENT, little_video=True)])
    assert store.marks("l1") == [a_mark("21", ABSENT, little_video=True)]
    saved = set_mark(store, replace(a_mark("21", PRESENT), set_by="u1", reason="Online", own_status="remote"))
    assert store.marks("l1") == [saved]
    assert (saved.own_status, saved.machine_status, saved.little_video) == ("remote", ABSENT, True)
    set_mark(store, replace(a_mark("21", LATE), set_by="u1", reason="On site"))
    assert store.marks("l1")[0].own_status is None
    history = [(one.from_own, one.to_own) for one in store.mark_history("l1", "21")]
    assert history == [(None, None), (None, "remote"), ("remote", None)]


def test_a_course_keeps_its_own_statuses_and_what_counts(store: Store) -> None:
    store.commit(AddCourse(a_course("c1")))
    assert (store.course("c1").statuses, store.course("c1").late_points) == ((), 1.0)
    plain, course = a_course("c1"), a_course("c1", statuses=(REMOTE,), late_points=0.25, least_video_percent=0)
    store.commit(SaveCourse(course, plain))
    assert store.course("c1") == course
    store.commit(SaveCourse(replace(course, statuses=(replace(REMOTE, retired=True),)), course))
    assert store.course("c1").statuses[0].retired


def test_lectures_are_in_search_while_a_recording_waits_or_is_searched(store: Store) -> None:
    a_class(store)
    assert store.lectures_in_search() == {"l1"}
    searched(store)
    assert store.lectures_in_search() == set()
    store.commit(AddRecording(a_recording("r2")))
    assert store.claim_search("r2", "worker", NOW, NOW + MINUTE)
    assert store.lectures_in_search() == {"l1"}
    assert finish_search(store, "r2", "worker")
    store.commit(AddRecording(a_recording("r3")))
    assert store.claim_search("r3", "worker", NOW, NOW + MINUTE)
    assert store.fail_search("r3", "worker", "It broke.")
    assert store.lectures_in_search() == set()
