"""What every Store keeps to about faces that another engine enrols anew."""

from __future__ import annotations

from dataclasses import replace

import pytest

from attendance.changes import (
    AddFace,
    AddRenewedFace,
    AddStudent,
    RemoveFace,
    RemoveStudent,
    SaveConsents,
    UseRenewedFaces,
)
from attendance.errors import Conflict, NotFound
from attendance.model import EngineCount, Face
from attendance.ports import Store
from tests.contract.samples import MINUTE, NOW, a_face, a_student

OLD, NEW = "local-1", "other-2"


def anew(face: Face, engine: str = NEW) -> Face:
    """What the new engine makes of the photo."""
    return replace(face, engine=engine, vector=(1.5,) * 512, quality=0.5)


@pytest.fixture
def faces(store: Store) -> list[Face]:
    """Two photos of 21, one of 22, by student, time and id."""
    store.commit(AddStudent(a_student("22"), [a_face("f3", "22")]))
    store.commit(AddStudent(a_student("21"), [a_face("f2", created_at=NOW + MINUTE), a_face("f1")]))
    return [a_face("f1"), a_face("f2", created_at=NOW + MINUTE), a_face("f3", "22")]


def test_all_faces_of_other_engines_are_outdated_and_none_of_the_own(store: Store, faces: list[Face]) -> None:
    assert (store.outdated_faces(OLD), store.faces_to_renew(OLD)) == ({}, [])
    assert (store.outdated_faces(NEW), store.faces_to_renew(NEW)) == ({OLD: 3}, faces)
    store.commit(AddFace(a_face("f4", "22", engine="a-third")))
    assert store.outdated_faces(NEW) == {OLD: 3, "a-third": 1}


def test_a_renewed_face_is_kept_beside_the_one_in_use(store: Store, faces: list[Face]) -> None:
    store.commit(AddRenewedFace(anew(faces[0])))
    assert store.faces() == faces
    assert store.outdated_faces(NEW) == {OLD: 3}
    assert store.faces_to_renew(NEW) == faces[1:]
    assert store.faces_to_renew("a-third") == faces
    assert store.engine_counts() == [EngineCount(OLD, 3, 0), EngineCount(NEW, 0, 1)]


def test_renewed_faces_take_their_places_all_at_once(store: Store, faces: list[Face]) -> None:
    for face in faces:
        store.commit(AddRenewedFace(anew(face)))
    store.commit(UseRenewedFaces(NEW))
    assert store.faces() == [anew(face) for face in faces]
    assert store.outdated_faces(NEW) == {}
    assert store.outdated_faces(OLD) == {NEW: 3}
    assert store.engine_counts() == [EngineCount(NEW, 3, 0)]
    assert store.pending_erasures() == []


def test_nothing_changes_while_one_face_is_not_renewed(store: Store, faces: list[Face]) -> None:
    for face in faces[:2]:
        store.commit(AddRenewedFace(anew(face)))
    for passed_over in ([], ["f1"], ["nobody"]):
        with pytest.raises(Conflict):
            store.commit(UseRenewedFaces(NEW, passed_over))
    assert store.faces() == faces
    assert store.faces_to_renew(NEW) == faces[2:]


def test_a_face_that_is_passed_over_keeps_its_vector_and_is_outdated_no_more(store: Store, faces: list[Face]) -> None:
    for face in faces[:2]:
        store.commit(AddRenewedFace(anew(face)))
    store.commit(UseRenewedFaces(NEW, ["f3", "gone by now"]))
    assert store.faces() == [*map(anew, faces[:2]), replace(faces[2], passed_over_by=NEW)]
    assert (store.outdated_faces(NEW), store.faces_to_renew(NEW)) == ({}, [])
    assert store.outdated_faces("a-third") == {OLD: 1, NEW: 2}


def test_passing_over_a_face_that_was_renewed_uses_what_was_made(store: Store, faces: list[Face]) -> None:
    for face in faces:
        store.commit(AddRenewedFace(anew(face)))
    store.commit(UseRenewedFaces(NEW, ["f3"]))
    assert store.face("f3") == anew(faces[2])


def test_what_was_passed_over_is_forgotten_once_an_engine_can_use_it(store: Store, faces: list[Face]) -> None:
    store.commit(UseRenewedFaces(NEW, ["f1", "f2", "f3"]))
    for face in faces:
        store.commit(AddRenewedFace(anew(face, "a-third")))
    store.commit(UseRenewedFaces("a-third"))
    assert store.face("f1") == anew(faces[0], "a-third")


def test_what_a_third_engine_renewed_is_gone_too(store: Store, faces: list[Face]) -> None:
    for face in faces:
        store.commit(AddRenewedFace(anew(face, "a-third")))
        store.commit(AddRenewedFace(anew(face)))
    store.commit(UseRenewedFaces(NEW))
    assert store.faces_to_renew("a-third") == [anew(face) for face in faces]


def test_renewing_again_replaces_what_was_made_before(store: Store, faces: list[Face]) -> None:
    for face in faces:
        store.commit(AddRenewedFace(anew(face)))
    store.commit(AddRenewedFace(replace(anew(faces[0]), vector=None, external_id="elsewhere-1")))
    store.commit(UseRenewedFaces(NEW))
    assert (store.face("f1").vector, store.face("f1").external_id) == (None, "elsewhere-1")
    assert store.face("f2").vector == (1.5,) * 512


def test_using_them_twice_changes_nothing(store: Store, faces: list[Face]) -> None:
    for face in faces:
        store.commit(AddRenewedFace(anew(face)))
    store.commit(UseRenewedFaces(NEW))
    store.commit(UseRenewedFaces(NEW))
    assert store.faces() == [anew(face) for face in faces]


def test_a_face_that_the_engine_enrolled_itself_stays_as_it_is(store: Store, faces: list[Face]) -> None:
    own = a_face("f4", "22", engine=NEW)
    store.commit(AddFace(own))
    for face in faces:
        store.commit(AddRenewedFace(anew(face)))
    store.commit(UseRenewedFaces(NEW))
    assert store.face("f4") == own


def test_a_photo_that_is_added_meanwhile_has_to_be_renewed_first(store: Store, faces: list[Face]) -> None:
    for face in faces:
        store.commit(AddRenewedFace(anew(face)))
    store.commit(AddFace(a_face("f4", "22")))
    with pytest.raises(Conflict):
        store.commit(UseRenewedFaces(NEW))
    assert [face.id for face in store.faces_to_renew(NEW)] == ["f4"]


def test_what_was_renewed_goes_with_its_photo(store: Store, faces: list[Face]) -> None:
    for face in faces:
        store.commit(AddRenewedFace(anew(face)))
    store.commit(RemoveFace("f1"))
    store.commit(SaveConsents("22", a_student("22").consents, ()))
    assert store.engine_counts() == [EngineCount(OLD, 1, 0), EngineCount(NEW, 0, 1)]
    store.commit(RemoveStudent("21"))
    assert store.engine_counts() == []


def test_nothing_is_kept_of_a_photo_that_is_gone(store: Store, faces: list[Face]) -> None:
    store.commit(RemoveFace("f1"))
    with pytest.raises(NotFound):
        store.commit(AddRenewedFace(anew(faces[0])))
    assert store.engine_counts() == [EngineCount(OLD, 2, 0)]
