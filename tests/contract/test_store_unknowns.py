"""What every Store keeps to with what people say of unknown faces, with their vectors and the switch for these."""

from dataclasses import replace
from datetime import timedelta

import pytest

from attendance.changes import (
    AddCourse,
    AddDevice,
    AddUnknownDecision,
    QueueSearch,
    RemoveCourse,
    RemoveDevice,
    RemoveEvidence,
    RemoveStudent,
    RemoveUnknownDecision,
    SetUnknownsSwitch,
)
from attendance.errors import NotFound
from attendance.model import AuditEntry, DecisionKind, Owner, OwnerKind, Sighting, Spot, UnknownDecision, UnknownsSwitch
from attendance.ports import Store
from tests.contract.device_samples import a_device
from tests.contract.samples import NOW, a_class, a_course, a_sighting, searched

C1 = Owner(OwnerKind.COURSE, "c1")


def a_spot(sighting_id: str = "s0", **more: object) -> Spot:
    given = {"first_s": 1.5, "last_s": 62.25, "picture_s": 7.75, "place": (0.25, 0.125, 0.375, 0.5)} | more
    return Spot("l1", "r1", sighting_id, **given)  # type: ignore[arg-type]


def a_decision(decision_id: str = "d1", kind: DecisionKind = DecisionKind.IGNORED, **more: object) -> UnknownDecision:
    given = {"course_id": "c1", "at": NOW, "by": "u1", "seen": (a_spot(),)} | more
    return UnknownDecision(id=decision_id, kind=kind, **given)  # type: ignore[arg-type]


def named(decision_id: str = "d1", student_id: str = "21", *spots: Spot, **more: object) -> UnknownDecision:
    seen = spots or (a_spot(),)
    return a_decision(decision_id, DecisionKind.NAMED, student_id=student_id, seen=seen, **more)


@pytest.fixture
def school(store: Store) -> Store:
    """A lecture in which student 21 was seen as s1, and unknown people as s0 and s2, with vectors."""
    a_class(store, "21", "22")
    unknown = [
        a_sighting(one, student_id=None, similarity=None, margin=None, vector=(0.5, -1.0)) for one in ("s0", "s2")
    ]
    searched(store, *unknown, a_sighting("s1", student_id="21"))
    return store


def vectors(store: Store) -> dict[str, tuple[float, ...] | None]:
    return {seen.id: seen.vector for seen in store.sightings("l1")}


def test_what_a_search_says_of_a_picture_is_kept(store: Store):
    a_class(store)
    seen = a_sighting("s0", student_id=None, quality=0.625, place=(0.1, 0.2, 0.3, 0.4), vector=(1e-17, -2.5))
    searched(store, seen, a_sighting("s1", quality=None, place=None, vector=None))
    assert store.sighting("s0") == seen
    assert store.sighting("s1").vector is None


def test_decisions_come_oldest_first_and_whole(school: Store):
    late = a_decision("d1", at=NOW + timedelta(seconds=1), others=(a_spot("s2", place=None, picture_s=None),), by=None)
    first = named("d2", "22", a_spot("s0"), a_spot("s2"), face_id="f9")
    for one in (late, first):
        school.commit(AddUnknownDecision(one), AuditEntry(NOW, "u1", "unknown.named", "C1"))
    assert list(school.unknown_decisions(Owner.course("c1"))) == [first, late]
    assert [entry.action for entry in school.audit().items] == ["unknown.named"] * 2


def test_a_course_keeps_its_own_decisions(school: Store):
    school.commit(AddCourse(a_course("c2")))
    school.commit(AddUnknownDecision(a_decision("d1")))
    school.commit(AddUnknownDecision(a_decision("d2", course_id="c2")))
    assert [one.id for one in school.unknown_decisions(Owner.course("c1"))] == ["d1"]
    assert list(school.unknown_decisions(Owner.course("c3"))) == []


def test_a_decision_needs_its_course_and_its_student(school: Store):
    with pytest.raises(NotFound):
        school.commit(AddUnknownDecision(a_decision(course_id="c9")), AuditEntry(NOW, "u1", "unknown.named", "C1"))
    with pytest.raises(NotFound):
        school.commit(AddUnknownDecision(named("d1", "99")), AuditEntry(NOW, "u1", "unknown.named", "C1"))
    assert list(school.unknown_decisions(Owner.course("c1"))) == []
    assert school.audit().total == 0


def test_a_decision_is_undone_once(school: Store):
    school.commit(AddUnknownDecision(named()))
    with pytest.raises(NotFound):
        school.commit(RemoveUnknownDecision(Owner.course("c2"), "d1"))
    school.commit(RemoveUnknownDecision(Owner.course("c1"), "d1"))
    assert list(school.unknown_decisions(Owner.course("c1"))) == []
    with pytest.raises(NotFound):
        school.commit(RemoveUnknownDecision(Owner.course("c1"), "d1"))
    school.commit(RemoveStudent("21"))  # nothing leads anywhere any more
    assert {seen.id for seen in school.sightings("l1")} == {"s0", "s2"}


def test_vectors_are_set_and_forgotten(school: Store):
    school.set_vectors({"s0": None, "s1": (3.0, 4.5), "gone": (1.0,), "gone too": None})
    assert vectors(school) == {"s0": None, "s1": (3.0, 4.5), "s2": (0.5, -1.0)}
    school.set_vectors({})


def test_a_new_search_may_keep_the_id_of_a_sighting(school: Store):
    again = a_sighting("s0", student_id=None, picture_key="another picture", first_s=2.0)
    school.set_vectors({"s0": None})
    searched_again(school, again)
    assert [seen.id for seen in school.sightings("l1")] == ["s0"]
    assert school.sighting("s0") == again
    assert "picture of s0" in school.pending_erasures()


def searched_again(store: Store, *sightings: Sighting) -> None:
    store.commit(QueueSearch("r1", NOW))
    searched(store, *sightings)


def test_a_removed_student_takes_what_was_named_so_along_and_leaves_no_negative_example(school: Store):
    school.commit(AddUnknownDecision(named("d1", "22")))
    school.commit(AddUnknownDecision(named("d2", "22", a_spot("s2"))))
    refused = a_decision("d3", DecisionKind.NOT_STUDENT, student_id="22", seen=(a_spot("s1"),), at=NOW)
    school.commit(AddUnknownDecision(refused))
    school.commit(AddUnknownDecision(named("d4", "21", a_spot("s2"), at=NOW + timedelta(seconds=1))))
    school.set_vectors({"s1": (1.0, 2.0)})
    school.commit(RemoveStudent("22"))
    assert vectors(school) == {"s1": None, "s2": (0.5, -1.0)}  # s2 was named otherwise since
    assert [one.id for one in school.unknown_decisions(Owner.course("c1"))] == ["d4"]
    assert set(school.pending_erasures()) == {"picture of s0"}


def test_a_removed_course_takes_decisions_and_switch_along(school: Store):
    school.commit(AddUnknownDecision(named("d1", "22")))
    school.commit(SetUnknownsSwitch(UnknownsSwitch(C1, True, NOW, "u1")))
    school.commit(RemoveCourse("c1"))
    assert list(school.unknown_decisions(Owner.course("c1"))) == []
    assert list(school.unknowns_switches()) == []
    school.commit(RemoveStudent("22"))


def test_the_switch_is_off_until_it_is_set_and_goes_with_its_owner(school: Store):
    device = Owner(OwnerKind.DEVICE, "d1")
    school.commit(AddDevice(a_device("d1")))
    assert school.unknowns_switch(C1) is None
    on = UnknownsSwitch(C1, True, NOW, "u1")
    school.commit(SetUnknownsSwitch(on), AuditEntry(NOW, "u1", "course.unknown_vectors_on", "C1"))
    school.commit(SetUnknownsSwitch(UnknownsSwitch(device, True, NOW, None)))
    assert school.unknowns_switch(C1) == on
    school.commit(SetUnknownsSwitch(replace(on, on=False)))
    assert [(one.owner, one.on) for one in school.unknowns_switches()] == [(C1, False), (device, True)]
    school.commit(RemoveDevice("d1"))
    assert [one.owner for one in school.unknowns_switches()] == [C1]


@pytest.mark.parametrize("owner", [Owner(OwnerKind.COURSE, "c9"), Owner(OwnerKind.DEVICE, "c1")])
def test_the_switch_needs_its_owner(school: Store, owner: Owner):
    with pytest.raises(NotFound):
        school.commit(SetUnknownsSwitch(UnknownsSwitch(owner, True, NOW, None)))
    assert list(school.unknowns_switches()) == []


def test_pictures_of_sightings_that_a_person_named_go_with_the_others(school: Store):
    school.commit(AddUnknownDecision(named("d1", "22", a_spot("s0"))))
    school.commit(RemoveEvidence("22"))
    pictures = {seen.id: seen.picture_key for seen in school.sightings("l1")}
    assert pictures == {"s0": None, "s1": "picture of s1", "s2": "picture of s2"}
    assert set(school.pending_erasures()) == {"picture of s0"}
    school.commit(RemoveEvidence("22"))
