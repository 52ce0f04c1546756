"""A process that dies in the middle of a change larger than a transaction: nobody sees a lie, and it can be completed.

Every write of each change is made the last one before the death.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from attendance.adapters.dynamodb import DynamoStore
from attendance.changes import (
    AddCourse,
    AddFace,
    AddLecture,
    AddRecording,
    AddRenewedFace,
    AddStudent,
    AddToRoster,
    AddUser,
    QueueSearch,
    RemoveCourse,
    RemoveRecording,
    RemoveStudent,
    UseRenewedFaces,
)
from attendance.errors import NotFound
from attendance.model import EngineCount, LogFilter, Role, Status
from tests.broken_dynamodb import Killed, at_every_write, killed_after
from tests.committing import save_machine_marks, set_mark
from tests.contract.samples import (
    HOUR,
    MINUTE,
    NOW,
    a_class,
    a_course,
    a_face,
    a_lecture,
    a_mark,
    a_recording,
    a_sighting,
    a_student,
    a_user,
    evidence,
    searched,
)
from tests.moto_dynamodb import a_client, a_store, no_pause

pytestmark = pytest.mark.slow

CLASS = [f"{number:02}" for number in range(40)]  # more than a transaction takes


@pytest.fixture(autouse=True)
def _dynamodb() -> Iterator[None]:
    with a_store():
        yield


@pytest.fixture
def store() -> DynamoStore:
    """As another process sees it."""
    return DynamoStore("rollcall", a_client(), no_pause)


def everything() -> list[str]:
    """The keys of all items but of erasures, without what is of no meaning to people."""
    items = a_client().scan(TableName="rollcall")["Items"]
    keys = [f"{item['pk']['S']} {item['sk']['S']}" for item in items if item["pk"]["S"] != "erasures"]
    return sorted(re.sub(r"[0-9a-f]{32,}", "", key) for key in keys)


def a_school(store: DynamoStore) -> None:
    a_class(store, "21", "22")
    for face_id, student_id in (("f1", "21"), ("f2", "22")):
        store.commit(AddFace(a_face(face_id, student_id)))
    store.commit(AddUser(a_user("u21", role=Role.STUDENT, student_id="21")))
    searched(store, a_sighting("s0", student_id=None), a_sighting("s1"), a_sighting("s2", student_id="22"))
    save_machine_marks(store, "l1", [a_mark("21", evidence=evidence("s1")), a_mark("22", evidence=evidence("s2"))])
    store.commit(AddCourse(a_course("c2")))
    store.commit(AddToRoster("c2", ["21"]))
    store.commit(AddLecture(a_lecture("l2", "c2")))
    set_mark(store, replace(a_mark("21", lecture_id="l2"), set_by="u1"))


@pytest.mark.timeout(60)
def test_a_student_whose_removal_broke_off_is_removed_by_the_same_call_with_nothing_left(store: DynamoStore) -> None:
    a_school(store)

    def still_there(writes: int) -> None:
        assert store.student("21").id == "21"
        if writes:
            with pytest.raises(NotFound):
                store.commit(AddToRoster("c1", ["21"]))

    assert at_every_write(lambda dying: dying.commit(RemoveStudent("21")), still_there) > 5
    with pytest.raises(NotFound):
        store.student("21")
    left = everything()
    assert not [key for key in left if "21" in key]
    assert (left.count("student-key# student"), left.count("email# user")) == (1, 1)
    pictures = {"photo of f1", "thumbnail of f1", "picture of s1"}
    assert set(store.pending_erasures()) == pictures
    assert [row.student_id for row in store.log(LogFilter()).items] == ["22"]
    assert store.log(LogFilter()).total == 1
    assert store.outdated_faces("other") == {"local-1": 1}


def test_a_student_whose_removal_broke_off_can_be_registered_again_and_begins_anew(store: DynamoStore) -> None:
    a_school(store)
    with pytest.raises(Killed):
        killed_after(2).commit(RemoveStudent("21"))
    store.commit(AddStudent(a_student("21", name="Anew")))
    assert store.student("21").name == "Anew"
    assert store.mark_history("l1", "21") == []
    assert store.courses(student_id="21") == []
    store.commit(AddToRoster("c1", ["21"]))


@pytest.mark.timeout(60)
def test_a_course_whose_removal_broke_off_is_removed_by_the_same_call_with_nothing_left(store: DynamoStore) -> None:
    a_school(store)
    store.commit(AddLecture(a_lecture("l3", "c1", NOW + HOUR)))
    store.commit(AddRecording(a_recording("r3", "l3")))

    def no_more_can_be_added(writes: int) -> None:
        assert store.course("c1").id == "c1"
        if writes:
            with pytest.raises(NotFound):
                store.commit(AddLecture(a_lecture("l9", "c1", NOW + 9 * HOUR)))

    assert at_every_write(lambda dying: dying.commit(RemoveCourse("c1")), no_more_can_be_added) > 5
    left = everything()
    assert not [key for key in left for gone in ("c1", "l1", "l3", "r1", "r3", "s0", "s1", "s2") if gone in key]
    assert left.count("course-name# course") == 1
    media = {"media of r1", "media of r3", "picture of s0", "picture of s1", "picture of s2"}
    assert set(store.pending_erasures()) == media
    assert [course.id for course in store.courses(student_id="21")] == ["c2"]


def test_who_searches_a_recording_that_is_being_removed_saves_nothing(store: DynamoStore) -> None:
    a_class(store)
    assert store.claim_search("r1", "one", NOW, NOW + MINUTE)
    with pytest.raises(Killed):
        killed_after(1).commit(RemoveRecording("r1"))
    assert not store.renew_claim("r1", "one", NOW + HOUR, 0.5)
    assert not store.save_sightings("r1", "one", [a_sighting()], "local-1", NOW)
    assert store.claim_search("r1", "two", NOW + HOUR, NOW + 2 * HOUR) is None
    store.commit(RemoveRecording("r1"))
    assert store.recordings("l1") == []


@pytest.mark.timeout(60)
def test_readers_see_the_sightings_of_one_search_or_of_the_other_never_of_both(store: DynamoStore) -> None:
    a_class(store, *CLASS)
    old = [a_sighting(f"old {one}", student_id=one) for one in CLASS]
    new = [a_sighting(f"new {one}", student_id=one) for one in CLASS]
    searched(store, *old)
    store.commit(QueueSearch("r1", NOW))
    assert store.claim_search("r1", "one", NOW, NOW + MINUTE)
    seen: list[set[str]] = []

    def look(writes: int) -> None:
        seen.append({one.id for one in store.sightings("l1")})
        for one in sorted(seen[-1])[::30]:  # some of the first and some of the second transaction
            assert store.sighting(one).id == one

    def save(dying: DynamoStore) -> None:
        assert dying.save_sightings("r1", "one", new, "local-1", NOW)

    assert at_every_write(save, look) > 3
    assert {frozenset(ids) for ids in seen} == {frozenset(one.id for one in old), frozenset(one.id for one in new)}
    assert {one.id for one in store.sightings("l1")} == {one.id for one in new}
    assert {one.picture_key for one in old} <= set(store.pending_erasures())
    assert len([key for key in everything() if " seen#r1#" in key and key.startswith("lecture#l1")]) == len(CLASS)


@pytest.mark.timeout(60)
def test_marks_that_were_broken_off_are_completed_by_the_same_call_and_nothing_is_doubled(store: DynamoStore) -> None:
    a_class(store, *CLASS)
    marks = [a_mark(one, Status.LATE) for one in CLASS]

    def each_mark_has_its_history(writes: int) -> None:
        marked = [mark.student_id for mark in store.marks("l1")]
        assert all(len(store.mark_history("l1", one)) == (one in marked) for one in CLASS)
        assert store.log(LogFilter()).total == len(marked)

    assert at_every_write(lambda dying: save_machine_marks(dying, "l1", marks), each_mark_has_its_history) == 2
    assert store.marks("l1") == marks
    assert all(len(store.mark_history("l1", one)) == 1 for one in CLASS)


@pytest.mark.timeout(60)
def test_faces_change_over_to_another_engine_all_at_once(store: DynamoStore) -> None:
    a_class(store, "21")
    faces = [a_face(f"f{number:02}") for number in range(30)]
    for face in faces:
        store.commit(AddFace(face))
    made = [replace(face, engine="other", vector=(1.5, 2.5)) for face in faces]
    for face in made[1:]:
        store.commit(AddRenewedFace(face))
    passed_over = replace(faces[0], passed_over_by="other")
    seen: list[Any] = []
    changed = at_every_write(
        lambda dying: dying.commit(UseRenewedFaces("other", ["f00"])), lambda writes: seen.append(list(store.faces()))
    )
    assert changed >= 1
    assert faces in seen
    assert all(one in (faces, [passed_over, *made[1:]]) for one in seen)
    assert store.faces() == [passed_over, *made[1:]]
    assert store.outdated_faces("third") == {"local-1": 1, "other": 29}
    assert store.engine_counts() == [EngineCount("local-1", 1, 0), EngineCount("other", 29, 0)]


def test_a_photo_that_comes_while_all_change_over_is_not_taken_along(store: DynamoStore) -> None:
    a_class(store, "21", "22")
    store.commit(AddFace(a_face("f1")))
    store.commit(AddRenewedFace(replace(a_face("f1"), engine="other")))
    with pytest.raises(Killed):
        killed_after(1).commit(UseRenewedFaces("other"))
    assert [face.engine for face in store.faces()] == ["other"]
    store.commit(AddFace(a_face("f2")))
    store.commit(AddStudent(a_student("23"), [a_face("f3", "23")]))
    assert [(face.id, face.engine, face.passed_over_by) for face in store.faces()] == [
        ("f1", "other", None),
        ("f2", "local-1", None),
        ("f3", "local-1", None),
    ]
    assert store.outdated_faces("other") == {"local-1": 2}
