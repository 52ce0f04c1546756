"""Students of the version before in DynamoDB, whose items hold the day of consent alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from attendance.adapters.dynamodb import DynamoStore, keys
from attendance.changes import AddFace, AddStudent, AddToRoster, SaveConsents
from attendance.errors import ConsentMissing
from attendance.model import Purpose
from attendance.rules.consent import consents_of_before, withdrawn
from tests.broken_dynamodb import meanwhile
from tests.contract.samples import NOW, a_class, a_face, a_student, agreed
from tests.moto_dynamodb import a_store

_DAY = date(2025, 3, 1)
_BEFORE = replace(a_student("21"), consents=consents_of_before(_DAY))


@pytest.fixture
def store() -> Iterator[DynamoStore]:
    with a_store() as opened:
        a_class(opened, "22")
        opened.commit(AddStudent(replace(a_student("21"), consents=())))
        opened.commit(AddToRoster("c1", ["21"]))
        opened.table.update(
            keys.student("21"), "SET #consent_on = :day REMOVE #consents", "attribute_exists(#pk)", day=_DAY
        )
        yield opened


def test_they_are_read_with_their_first_records(store: DynamoStore) -> None:
    assert store.student("21") == _BEFORE
    assert store.student_by_key(_BEFORE.key) == _BEFORE
    assert _BEFORE in store.students().items
    assert _BEFORE in store.roster("c1")


def test_their_faces_are_allowed(store: DynamoStore) -> None:
    store.commit(AddFace(a_face("f1")))
    assert [face.id for face in store.faces(["21"])] == ["f1"]


def test_the_day_gives_way_to_the_record_once_it_is_changed(store: DynamoStore) -> None:
    store.commit(AddFace(a_face("f1")))
    after = withdrawn(_BEFORE.consents, [Purpose.FACE], NOW, "u1")
    store.commit(SaveConsents("21", _BEFORE.consents, after))
    assert store.student("21").consents == after
    assert "consent_on" not in (store.table.get(keys.student("21")) or {})
    assert store.faces() == []
    store.commit(SaveConsents("21", after, ()))
    assert store.student("21").consents == ()


def test_a_consent_taken_back_meanwhile_keeps_out_the_face(store: DynamoStore) -> None:
    slow = meanwhile(lambda: store.commit(SaveConsents("21", _BEFORE.consents, ())))
    with pytest.raises(ConsentMissing):
        slow.commit(AddFace(a_face("f1")))
    assert store.faces() == []


def test_a_consent_recorded_meanwhile_is_not_lost(store: DynamoStore) -> None:
    longer = (*_BEFORE.consents, *agreed(Purpose.VISITS))
    slow = meanwhile(lambda: store.commit(SaveConsents("21", _BEFORE.consents, longer)))
    with pytest.raises(Exception, match="Somebody else changed this"):
        slow.commit(SaveConsents("21", _BEFORE.consents, ()))
    assert store.student("21").consents == longer
