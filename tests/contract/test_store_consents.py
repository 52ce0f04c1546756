"""What every Store keeps to about consents, and what hangs on them."""

from dataclasses import replace
from datetime import date

import pytest

from attendance.changes import AddFace, AddStudent, RemoveEvidence, RemoveStudent, SaveConsents
from attendance.errors import ConsentMissing, MovedOn, NotFound
from attendance.model import Consent, GivenBy, Manner, Purpose
from attendance.ports import Store
from attendance.rules.consent import withdrawn
from tests.committing import save_machine_marks
from tests.contract.samples import (
    MINUTE,
    NOW,
    a_class,
    a_face,
    a_mark,
    a_sighting,
    a_student,
    agreed,
    evidence,
    searched,
)

_ALL = Consent(
    Purpose.VISITS,
    date(2026, 3, 2),
    NOW,
    "u1",
    GivenBy.STUDENT,
    Manner.SPOKEN,
    "전화로 🙂, 'quoted'",
    "2-ko",
    NOW + MINUTE,
    "u2",
)
_LEAST = Consent(Purpose.FACE, date(1900, 1, 1))


def test_consents_are_read_as_they_were_recorded(store: Store) -> None:
    student = a_student("21", consents=(_ALL, _LEAST))
    a_class(store, "22")
    store.commit(AddStudent(student, course_ids=["c1"]))
    assert store.student("21") == student
    assert store.student_by_key(student.key) == student
    assert student in store.roster("c1")
    assert student in store.students().items


def test_a_record_is_replaced_only_while_it_is_as_it_was_read(store: Store) -> None:
    store.commit(AddStudent(a_student("21")))
    longer = (*agreed(), _ALL)
    store.commit(SaveConsents("21", agreed(), longer))
    assert store.student("21").consents == longer
    with pytest.raises(MovedOn):
        store.commit(SaveConsents("21", agreed(), ()))
    assert store.student("21").consents == longer
    with pytest.raises(NotFound):
        store.commit(SaveConsents("22", (), agreed()))


def test_the_first_consent_comes_after_none(store: Store) -> None:
    store.commit(AddStudent(a_student("21", consents=())))
    store.commit(SaveConsents("21", (), agreed()))
    store.commit(AddFace(a_face("f1")))
    assert store.student("21").consent_on == date(2025, 3, 1)


def test_consent_taken_back_removes_all_faces(store: Store) -> None:
    store.commit(AddStudent(a_student("21"), [a_face("f1"), a_face("f2")]))
    store.commit(AddStudent(a_student("22"), [a_face("f3", "22")]))
    after = withdrawn(agreed(), [Purpose.FACE], NOW, "u1")
    store.commit(SaveConsents("21", agreed(), after))
    assert store.student("21").consents == after
    assert [face.id for face in store.faces()] == ["f3"]
    assert set(store.pending_erasures()) == {"photo of f1", "thumbnail of f1", "photo of f2", "thumbnail of f2"}
    with pytest.raises(ConsentMissing):
        store.commit(AddFace(a_face("f4")))


def test_another_consent_taken_back_leaves_faces(store: Store) -> None:
    store.commit(AddStudent(a_student("21"), [a_face("f1")]))
    store.commit(SaveConsents("21", agreed(), withdrawn(agreed(), [Purpose.EVIDENCE], NOW, None)))
    assert [face.id for face in store.faces()] == ["f1"]


def test_consent_to_something_else_allows_no_face(store: Store) -> None:
    with pytest.raises(ConsentMissing):
        store.commit(AddStudent(a_student("21", consents=agreed(Purpose.EVIDENCE, Purpose.VISITS)), [a_face()]))
    assert store.students().total == 0


def test_pictures_of_a_student_go_and_what_they_stood_beside_stays(store: Store) -> None:
    a_class(store, "21", "22")
    searched(store, a_sighting("s1"), a_sighting("s2", student_id="22"), a_sighting("s3", student_id=None, number=1))
    marks = [a_mark("21", evidence=evidence("s1")), a_mark("22", evidence=evidence("s2"))]
    save_machine_marks(store, "l1", marks)
    store.commit(RemoveEvidence("21"))
    pictures = {seen.id: seen.picture_key for seen in store.sightings("l1")}
    assert pictures == {"s1": None, "s2": "picture of s2", "s3": "picture of s3"}
    assert store.marks("l1") == [replace(marks[0], evidence=evidence("s1", picture_key=None)), marks[1]]
    assert store.pending_erasures() == ["picture of s1"]
    store.commit(RemoveEvidence("21"))
    assert store.pending_erasures() == ["picture of s1"]
    with pytest.raises(NotFound):
        store.commit(RemoveEvidence("23"))


def test_a_picture_that_only_a_mark_still_shows_goes_too(store: Store) -> None:
    a_class(store)
    save_machine_marks(store, "l1", [a_mark("21", evidence=evidence("s9"))])
    store.commit(RemoveEvidence("21"))
    assert store.pending_erasures() == ["picture of s9"]


def test_consents_go_with_the_student(store: Store) -> None:
    store.commit(AddStudent(a_student("21", consents=(_ALL,))))
    store.commit(RemoveStudent("21"))
    store.commit(AddStudent(a_student("21", consents=())))
    assert store.student("21").consents == ()
