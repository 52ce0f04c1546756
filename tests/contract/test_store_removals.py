"""What every Store keeps to when something is removed: all that hangs on it goes, and its media become erasures."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest

from attendance.changes import (
    AddCourse,
    AddFace,
    AddLecture,
    AddRecording,
    AddRenewedFace,
    AddStudent,
    AddToRoster,
    AddUser,
    Change,
    RemoveCourse,
    RemoveEmptyLecture,
    RemoveFace,
    RemoveLecture,
    RemoveRecording,
    RemoveStudent,
    SaveConsents,
)
from attendance.errors import NotFound
from attendance.media_keys import COPY
from attendance.model import AuditEntry, LogFilter, Role
from attendance.ports import Store
from tests.committing import erased, save_machine_marks, set_mark
from tests.contract.samples import (
    HOUR,
    NOW,
    a_class,
    a_course,
    a_face,
    a_lecture,
    a_mark,
    a_recording,
    a_sighting,
    a_user,
    evidence,
    searched,
)


@pytest.fixture
def school(store: Store) -> Store:
    """A class of two with faces and an account, a searched lecture with a stranger, and another course beside it."""
    a_class(store, "21", "22")
    store.commit(AddFace(a_face("f1", "21")))
    store.commit(AddFace(a_face("f2", "22")))
    store.commit(AddUser(a_user("u21", role=Role.STUDENT, student_id="21")))
    stranger = a_sighting("s0", student_id=None)
    searched(store, stranger, a_sighting("s1", student_id="21"), a_sighting("s2", student_id="22"))
    save_machine_marks(store, "l1", [a_mark("21", evidence=evidence("s1")), a_mark("22", evidence=evidence("s2"))])
    store.commit(AddCourse(a_course("c2")))
    store.commit(AddToRoster("c2", ["21", "22"]))
    store.commit(AddLecture(a_lecture("l2", "c2")))
    store.commit(AddRecording(a_recording("r2", "l2")))
    searched(store, a_sighting("s3", "r2", "21"), a_sighting("s4", "r2", "22"), recording_id="r2")
    return store


def test_a_removed_student_is_gone_everywhere(school: Store) -> None:
    set_mark(school, replace(a_mark("21", lecture_id="l2"), set_by="u1"))
    school.commit(RemoveStudent("21"))
    with pytest.raises(NotFound):
        school.student("21")
    with pytest.raises(NotFound):
        school.student_by_key("key-of-21")
    with pytest.raises(NotFound):
        school.user("u21")
    assert [student.id for student in school.roster("c1")] == ["22"]
    assert [face.id for face in school.faces()] == ["f2"]
    assert [seen.id for lecture in ("l1", "l2") for seen in school.sightings(lecture)] == ["s0", "s2", "s4"]
    assert [mark.student_id for mark in school.marks("l1")] == ["22"]
    assert school.mark_history("l1", "21") == []
    assert school.log(LogFilter(student_id="21")).total == 0
    assert set(school.pending_erasures()) == {"photo of f1", "thumbnail of f1", "picture of s1", "picture of s3"}


@pytest.mark.parametrize("how", ["student", "face", "consent"])
def test_copies_that_a_face_service_keeps_are_erased_too(store: Store, how: str) -> None:
    a_class(store)
    store.commit(AddFace(a_face("f1", engine="far", vector=None, external_id="copy of f1")))
    store.commit(AddRenewedFace(a_face("f1", engine="new", vector=None, external_id="newer copy of f1")))
    if how == "student":
        store.commit(RemoveStudent("21"))
    elif how == "face":
        store.commit(RemoveFace("f1"))
    else:
        store.commit(SaveConsents("21", store.student("21").consents, ()))
    copies = {f"{COPY}copy of f1", f"{COPY}newer copy of f1"}
    assert set(store.pending_erasures()) == {"photo of f1", "thumbnail of f1"} | copies
    erased(store, copies)
    assert set(store.pending_erasures()) == {"photo of f1", "thumbnail of f1"}


@pytest.mark.parametrize("remove", [RemoveStudent("21"), RemoveLecture("l1"), RemoveCourse("c1")])
def test_a_picture_that_only_a_mark_still_shows_is_erased_with_it(store: Store, remove: Change) -> None:
    a_class(store)
    save_machine_marks(store, "l1", [a_mark("21", evidence=evidence("s9"))])
    store.commit(remove)
    assert "picture of s9" in store.pending_erasures()


def test_a_student_registered_again_begins_anew(school: Store) -> None:
    student = school.student("21")
    school.commit(RemoveStudent("21"))
    school.commit(AddStudent(student))
    assert school.faces(["21"]) == []
    assert school.mark_history("l1", "21") == []
    assert school.courses(student_id="21") == []


def test_the_audit_still_says_that_there_was_a_student(school: Store) -> None:
    school.commit(AuditEntry(NOW, "u21", "student.login", "21"))
    school.commit(RemoveStudent("21"))
    assert [(entry.subject, entry.by_name) for entry in school.audit().items] == [("21", "a removed user")]


def test_a_removed_recording_takes_its_sightings_along(school: Store) -> None:
    school.commit(RemoveRecording("r1"))
    assert school.recordings("l1") == []
    assert school.sightings("l1") == []
    with pytest.raises(NotFound):
        school.commit(RemoveRecording("r1"))
    media = {"media of r1", "picture of s0", "picture of s1", "picture of s2"}
    assert set(school.pending_erasures()) == media
    assert len(school.marks("l1")) == 2


def test_a_removed_lecture_takes_recordings_sightings_and_marks_along(school: Store) -> None:
    school.commit(RemoveLecture("l1"))
    for gone in (school.lecture, lambda lecture_id: school.commit(RemoveLecture(lecture_id))):
        with pytest.raises(NotFound):
            gone("l1")
    with pytest.raises(NotFound):
        school.recording("r1")
    with pytest.raises(NotFound):
        school.sighting("s1")
    assert school.marks("l1") == []
    assert school.mark_history("l1", "22") == []
    media = {"media of r1", "picture of s0", "picture of s1", "picture of s2"}
    assert set(school.pending_erasures()) == media
    assert [seen.id for seen in school.sightings("l2")] == ["s3", "s4"]


def test_an_empty_lecture_is_removed_and_no_other(school: Store) -> None:
    school.commit(AddLecture(a_lecture("l3", "c1", NOW + HOUR)))
    school.commit(AddLecture(a_lecture("l4", "c1", NOW + 2 * HOUR)))
    set_mark(school, replace(a_mark("21", lecture_id="l4"), set_by="u1"))
    school.commit(RemoveRecording("r1"))  # its marks stay
    for lecture_id in ("l1", "l2", "l3", "l4", "l9"):
        school.commit(RemoveEmptyLecture(lecture_id))
    assert {lecture.id for lecture in school.lectures().items} == {"l1", "l2", "l4"}


def test_what_is_added_to_an_empty_lecture_meanwhile_is_refused_or_stays(store: Store) -> None:
    store.commit(AddCourse(a_course("c1")))
    together = Barrier(2)

    def remove(lecture_id: str) -> None:
        together.wait()
        store.commit(RemoveEmptyLecture(lecture_id))

    def add(lecture_id: str) -> bool:
        together.wait()
        try:
            store.commit(AddRecording(a_recording(f"r of {lecture_id}", lecture_id)))
        except NotFound:
            return False
        return True

    with ThreadPoolExecutor(2) as threads:
        for number in range(10):
            lecture_id = f"l{number}"
            store.commit(AddLecture(a_lecture(lecture_id, "c1", NOW + number * HOUR)))
            removing, adding = threads.submit(remove, lecture_id), threads.submit(add, lecture_id)
            removing.result()
            assert len(store.recordings(lecture_id)) == adding.result()
            assert (lecture_id in {one.id for one in store.lectures().items}) == adding.result()


def test_a_removed_course_takes_its_lectures_along_and_leaves_students(school: Store) -> None:
    school.commit(AddLecture(a_lecture("l3", "c1", NOW + HOUR)))
    school.commit(AddRecording(a_recording("r3", "l3")))
    school.commit(RemoveCourse("c1"))
    assert [lecture.id for lecture in school.lectures().items] == ["l2"]
    assert school.log(LogFilter()).total == 0
    assert school.students().total == 2
    assert [course.id for course in school.courses(student_id="21")] == ["c2"]
    assert school.courses(teacher_id="u1") == []
    media = {"media of r1", "media of r3", "picture of s0", "picture of s1", "picture of s2"}
    assert set(school.pending_erasures()) == media


def test_what_is_erased_is_pending_no_more(school: Store) -> None:
    school.commit(RemoveLecture("l1"))
    erased(school, ["media of r1", "picture of s1", "never heard of"])
    assert set(school.pending_erasures()) == {"picture of s0", "picture of s2"}
    erased(school, school.pending_erasures())
    assert school.pending_erasures() == []


def test_erasures_are_told_a_part_at_a_time_and_each_once(school: Store) -> None:
    school.commit(RemoveRecording("r1"))
    school.commit(RemoveStudent("21"))
    everything = school.pending_erasures()
    assert len(everything) == len(set(everything)) == 7
    assert list(school.pending_erasures(limit=3)) == list(everything[:3])


def test_nothing_is_erased_where_nothing_was_removed(school: Store) -> None:
    for remove in (RemoveStudent, RemoveLecture, RemoveCourse, RemoveRecording):
        with pytest.raises(NotFound):
            school.commit(remove("nothing"))
    assert school.pending_erasures() == []
