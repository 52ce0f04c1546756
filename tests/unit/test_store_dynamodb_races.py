"""What another process changes between what the DynamoDB store reads and what it writes: seen, and decided again."""

from __future__ import annotations

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
    RemoveCourse,
    RemoveEmptyLecture,
    RemoveLecture,
    RemoveStudent,
    SaveConsents,
    SaveCourse,
    SaveLecture,
    SaveUser,
    SetTeachers,
    UseRenewedFaces,
)
from attendance.errors import AlreadyExists, ConsentMissing, NotFound
from attendance.model import LogFilter, Role, Status
from tests.broken_dynamodb import meanwhile
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
)
from tests.moto_dynamodb import a_store

LATE, EXCUSED = Status.LATE, Status.EXCUSED


@pytest.fixture
def other() -> Iterator[DynamoStore]:
    """The other process, in a class of two."""
    with a_store() as store:
        a_class(store, "21", "22")
        yield store


def test_a_student_removed_meanwhile_is_put_on_no_roster(other: DynamoStore) -> None:
    other.commit(AddCourse(a_course("c2")))
    slow = meanwhile(lambda: other.commit(RemoveStudent("21")))
    with pytest.raises(NotFound):
        slow.commit(AddToRoster("c2", ["21", "22"]))
    assert other.roster("c2") == []


def test_a_course_removed_meanwhile_gets_no_lecture_and_nobody_on_its_roster(other: DynamoStore) -> None:
    with pytest.raises(NotFound):
        meanwhile(lambda: other.commit(RemoveCourse("c1"))).commit(AddLecture(a_lecture("l9", starts_at=NOW + HOUR)))
    other.commit(AddCourse(a_course("c2")))
    with pytest.raises(NotFound):
        meanwhile(lambda: other.commit(RemoveCourse("c2"))).commit(AddToRoster("c2", ["21"]))
    assert other.lectures().total == 0
    assert other.courses(student_id="21") == []


def test_a_recording_added_meanwhile_keeps_its_lecture_which_takes_further_ones(other: DynamoStore) -> None:
    other.commit(AddLecture(a_lecture("l9", starts_at=NOW + HOUR)))
    meanwhile(lambda: other.commit(AddRecording(a_recording("r9", "l9"))), "update_item").commit(
        RemoveEmptyLecture("l9")
    )
    other.commit(AddRecording(a_recording("r10", "l9")))
    assert {one.id for one in other.recordings("l9")} == {"r9", "r10"}


def test_a_student_removed_meanwhile_is_neither_marked_nor_seen(other: DynamoStore) -> None:
    assert other.claim_search("r1", "one", NOW, NOW + MINUTE)
    seen = [a_sighting("s1", student_id="21"), a_sighting("s2", student_id="22")]
    slow = meanwhile(lambda: other.commit(RemoveStudent("21")))
    assert slow.save_sightings("r1", "one", seen, "local-1", NOW)
    assert [one.id for one in other.sightings("l1")] == ["s2"]
    assert other.pending_erasures() == ["picture of s1"]
    other.commit(AddStudent(a_student("21")))
    save_machine_marks(meanwhile(lambda: other.commit(RemoveStudent("21"))), "l1", [a_mark("21"), a_mark("22")])
    assert [mark.student_id for mark in other.marks("l1")] == ["22"]
    assert other.log(LogFilter()).total == 1


def test_a_student_registered_anew_during_a_removal_is_not_removed_too(other: DynamoStore) -> None:
    anew = replace(a_student("21"), key="another-key")
    meanwhile(lambda: other.commit(AddStudent(anew, [a_face("f9", "21")]))).commit(RemoveStudent("21"))
    assert other.student("21") == anew
    assert [face.id for face in other.faces(["21"])] == ["f9"]


def test_a_person_who_decides_meanwhile_is_not_overwritten_by_the_search(other: DynamoStore) -> None:
    decision = replace(a_mark("21", EXCUSED), set_by="u1", reason="Ill")
    save_machine_marks(meanwhile(lambda: set_mark(other, decision)), "l1", [a_mark("21", LATE, evidence=evidence())])
    assert other.marks("l1") == [replace(decision, machine_status=LATE, evidence=evidence())]
    assert [change.to_status for change in other.mark_history("l1", "21")] == [EXCUSED]
    assert other.log(LogFilter(statuses=[LATE])).total == 0
    assert other.log(LogFilter(statuses=[EXCUSED])).total == 1


def test_of_two_who_decide_at_once_both_are_in_the_history(other: DynamoStore) -> None:
    first, second = (replace(a_mark("21", status), set_by="u1") for status in (LATE, EXCUSED))
    set_mark(meanwhile(lambda: set_mark(other, first)), second)
    history = [(change.from_status, change.to_status) for change in other.mark_history("l1", "21")]
    assert history == [(None, LATE), (LATE, EXCUSED)]


def test_a_mark_changed_meanwhile_is_removed_with_its_new_picture(other: DynamoStore) -> None:
    save_machine_marks(other, "l1", [a_mark("21", evidence=evidence("s1"))])
    save_machine_marks(other, "l1", [a_mark("21", evidence=evidence("s2"))])
    better = [a_mark("21", evidence=evidence("s3"))]
    meanwhile(lambda: _let_through(other, better)).commit(RemoveStudent("21"))
    assert other.marks("l1") == []
    assert "picture of s3" in other.pending_erasures()


def _let_through(store: DynamoStore, marks: list[Any]) -> None:
    """As a worker saves them who looked at the student before the removal began."""
    store.table.update(("students", "student#21"), "REMOVE #removing", "")
    save_machine_marks(store, "l1", marks)


def test_a_lecture_removed_meanwhile_gets_no_recording_and_no_marks(other: DynamoStore) -> None:
    with pytest.raises(NotFound):
        meanwhile(lambda: other.commit(RemoveLecture("l1"))).commit(AddRecording(a_recording("r2")))
    other.commit(AddLecture(a_lecture("l1")))
    with pytest.raises(NotFound):
        save_machine_marks(meanwhile(lambda: other.commit(RemoveLecture("l1"))), "l1", [a_mark()])
    other.commit(AddLecture(a_lecture("l1")))
    assert other.marks("l1") == []
    assert other.recordings("l1") == []


def test_who_loses_the_lease_between_two_parts_saves_nothing_that_counts(other: DynamoStore) -> None:
    assert other.claim_search("r1", "one", NOW, NOW + MINUTE)
    strangers = [a_sighting(f"s{number}", student_id=None) for number in range(80)]
    slow = meanwhile(lambda: other.claim_search("r1", "two", NOW + HOUR, NOW + 2 * HOUR))
    assert not slow.save_sightings("r1", "one", strangers, "local-1", NOW)
    assert other.sightings("l1") == []
    assert not list(other.table.query("lecture#l1", "seen#"))
    assert other.save_sightings("r1", "two", [], "local-1", NOW)
    assert other.unclaimed(["picture of s0"]) == ["picture of s0"]


def test_what_a_later_search_saved_is_not_cleared_up_by_an_earlier_one_that_was_held_up(other: DynamoStore) -> None:
    assert other.claim_search("r1", "one", NOW, NOW + MINUTE)

    def search_anew() -> None:
        assert other.claim_search("r1", "two", NOW + HOUR, NOW + 2 * HOUR)
        assert other.save_sightings("r1", "two", [a_sighting("s2", student_id="22")], "local-1", NOW)

    slow = meanwhile(search_anew, before="query")
    slow.save_sightings("r1", "one", [a_sighting("s1", student_id="21")], "local-1", NOW)
    assert [one.id for one in other.sightings("l1")] == ["s2"]
    assert other.pending_erasures() == ["picture of s1"]
    other.commit(RemoveStudent("22"))
    assert other.sightings("l1") == []


def test_consent_taken_back_meanwhile_keeps_out_the_face(other: DynamoStore) -> None:
    slow = meanwhile(lambda: other.commit(SaveConsents("21", a_student("21").consents, ())))
    with pytest.raises(ConsentMissing):
        slow.commit(AddFace(a_face()))
    assert other.faces() == []


def test_a_face_that_comes_while_consent_is_taken_back_goes_too(other: DynamoStore) -> None:
    meanwhile(lambda: other.commit(AddFace(a_face("f9")))).commit(SaveConsents("21", a_student("21").consents, ()))
    assert other.faces() == []
    assert set(other.pending_erasures()) == {"photo of f9", "thumbnail of f9"}


def test_a_photo_that_comes_while_it_is_decided_to_change_over_has_to_be_renewed_first(other: DynamoStore) -> None:
    other.commit(AddFace(a_face("f1")))
    other.commit(AddRenewedFace(replace(a_face("f1"), engine="other")))
    slow = meanwhile(lambda: other.commit(AddFace(a_face("f2", "22"))))
    with pytest.raises(Exception, match="have not been enrolled anew"):
        slow.commit(UseRenewedFaces("other"))
    assert {face.engine for face in other.faces()} == {"local-1"}


def test_faces_read_while_all_change_over_are_of_one_engine(other: DynamoStore) -> None:
    for number in range(3):
        other.commit(AddFace(a_face(f"f{number}")))
        other.commit(AddRenewedFace(replace(a_face(f"f{number}"), engine="other")))
    slow = meanwhile(lambda: other.commit(UseRenewedFaces("other")), before="query")
    assert {face.engine for face in slow.faces()} == {"other"}


def test_an_account_is_never_kept_with_the_address_of_another(other: DynamoStore) -> None:
    other.commit(AddUser(a_user("u9", role=Role.ADMIN)))
    slow = meanwhile(lambda: other.commit(SaveUser(a_user("u1", "new@example.org", role=Role.ADMIN))))
    slow.commit(SaveUser(a_user("u1", "newer@example.org")))
    assert other.user("u1").email == "newer@example.org"
    assert (other.find_user("new@example.org"), other.find_user("u1@example.org")) == (None, None)
    assert other.count_admins() == 1
    other.commit(AddUser(a_user("u2", "new@example.org")))
    with pytest.raises(AlreadyExists):
        other.commit(AddUser(a_user("u3", "newer@example.org")))


def test_an_account_linked_meanwhile_is_led_to_from_one_student_only(other: DynamoStore) -> None:
    pupil = a_user("u2", role=Role.STUDENT)
    other.commit(AddUser(pupil))
    slow = meanwhile(lambda: other.commit(SaveUser(replace(pupil, student_id="21"))))
    slow.commit(SaveUser(replace(pupil, student_id="22")))
    other.commit(RemoveStudent("21"))
    assert other.user("u2").student_id == "22"


def test_a_course_renamed_meanwhile_gives_its_old_name_free(other: DynamoStore) -> None:
    meanwhile(lambda: other.commit(SaveCourse(a_course("c1", "NEW")))).commit(SaveCourse(a_course("c1", "NEWER")))
    assert other.find_course("NEW") is None
    assert other.find_course("NEWER") == other.course("c1")
    other.commit(AddCourse(a_course("c9", "NEW")))


def test_a_lecture_moved_meanwhile_gives_its_old_time_free(other: DynamoStore) -> None:
    slow = meanwhile(lambda: other.commit(SaveLecture(a_lecture("l1", starts_at=NOW + HOUR))))
    slow.commit(SaveLecture(a_lecture("l1", starts_at=NOW + 2 * HOUR)))
    assert [lecture.starts_at for lecture in other.lectures().items] == [NOW + 2 * HOUR]
    other.commit(AddLecture(a_lecture("l2", starts_at=NOW + HOUR)))


def test_teachers_set_at_once_are_those_of_one_never_of_both(other: DynamoStore) -> None:
    for user_id in ("u2", "u3"):
        other.commit(AddUser(a_user(user_id)))
    meanwhile(lambda: other.commit(SetTeachers("c1", ["u2"]))).commit(SetTeachers("c1", ["u3"]))
    assert [user.id for user in other.teachers("c1")] == ["u3"]
    assert other.courses(teacher_id="u2") == []
    assert other.courses(teacher_id="u1") == []
