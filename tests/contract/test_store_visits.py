"""What every Store keeps to: visits at doors."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from attendance.changes import (
    AddAlarms,
    AddDevice,
    AddStudent,
    AddUnknownDecision,
    AddVisits,
    NameVisit,
    RemoveDevice,
    RemoveStudent,
    RemoveUnknownDecision,
    RemoveVisits,
    SaveDevice,
)
from attendance.errors import AlreadyExists, MovedOn, NotFound
from attendance.model import (
    Alarm,
    DecisionKind,
    DeviceKind,
    LastVisit,
    OutboxItem,
    Owner,
    Spot,
    UnknownDecision,
    Verdict,
    Visit,
    VisitPlace,
)
from attendance.ports import Store
from tests.contract.device_samples import COOL, DEVICE_STORES, a_device
from tests.contract.samples import HOUR, MINUTE, NOW, a_student

pytestmark = pytest.mark.parametrize("store", DEVICE_STORES, indirect=True)

DOORS = ["d1", "d2"]


@pytest.fixture(autouse=True)
def doors(store: Store) -> None:
    """Two of them, and two students who may come."""
    for door in DOORS:
        store.commit(AddDevice(a_device(door, kind=DeviceKind.DOOR, visits_since=NOW)))
    for student_id in ("21", "22"):
        store.commit(AddStudent(a_student(student_id)))


def a_visit(visit_id: str = "v1", at: datetime = NOW, student_id: str | None = "21", **more: Any) -> Visit:
    given = {
        "device_id": "d1",
        "until": at + MINUTE,
        "verdict": Verdict.KNOWN if student_id else Verdict.UNKNOWN,
        "similarity": 91.25 if student_id else None,
        "picture_key": f"visits/d1/{visit_id}.jpg",
    } | more
    return Visit(id=visit_id, at=at, student_id=student_id, **given)


def came(store: Store, *visits: Visit) -> None:
    for visit in visits:
        store.commit(AddVisits([visit]))


def ids(store: Store, device_ids: list[str] = DOORS, **asked: Any) -> list[str]:
    return [visit.id for visit in store.visits(device_ids, **asked)]


def last(store: Store, device_ids: list[str] = DOORS) -> list[str]:
    return [visit.visit_id for visit in store.last_visits(device_ids)]


def test_a_visit_is_kept_as_it_is(store: Store) -> None:
    measured = {"pixels_c": COOL, "thermistor_c": 24.0625, "temperature_c": 36.4}
    known = a_visit(**measured, named_by="u1", named_at=NOW + HOUR)
    unknown = a_visit("v2", NOW + MINUTE, None, picture_key=None)
    store.commit(AddVisits([known, unknown]))
    assert store.visit("v1") == known
    assert store.visit("v2") == unknown
    with pytest.raises(NotFound):
        store.visit("v3")


def test_what_a_door_is_stays_with_it(store: Store) -> None:
    door = store.device("d1")
    assert (door.kind, door.visits_since, door.staff_ids, door.tells_names) == (
        DeviceKind.DOOR,
        NOW,
        frozenset(),
        False,
    )
    changed = replace(door, visits_since=None, staff_ids=frozenset({"u1", "u2"}), tells_names=True)
    store.commit(SaveDevice(changed))
    assert store.device("d1") == changed
    store.commit(SaveDevice(replace(changed, staff_ids=frozenset())))
    assert store.device("d1").staff_ids == frozenset()
    store.commit(AddDevice(a_device("d3", staff_ids=frozenset({"u1"}))))
    assert store.device("d3").staff_ids == {"u1"}
    assert store.device("d3").kind is DeviceKind.CLASSROOM


def test_a_visit_is_stored_once_and_all_of_a_stay_or_none(store: Store) -> None:
    came(store, a_visit())
    with pytest.raises(AlreadyExists):
        store.commit(AddVisits([a_visit("v2"), a_visit("v1", student_id=None)]))
    assert ids(store) == ["v1"]
    assert store.visit("v1").student_id == "21"


def test_a_visit_needs_its_door_and_its_student(store: Store) -> None:
    for wrong in (a_visit(device_id="d9"), a_visit(student_id="99")):
        with pytest.raises(NotFound):
            store.commit(AddVisits([wrong]))
    assert ids(store) == []


def test_visits_are_listed_newest_first_page_by_page(store: Store) -> None:
    came(store, *(a_visit(f"v{n}", NOW + n * MINUTE, device_id=DOORS[n % 2]) for n in range(5)))
    came(store, a_visit("v4b", NOW + 4 * MINUTE))
    assert ids(store) == ["v4b", "v4", "v3", "v2", "v1", "v0"]
    assert ids(store, limit=2) == ["v4b", "v4"]
    assert ids(store, limit=2, before=store.visit("v4b").place) == ["v4", "v3"]
    assert ids(store, limit=9, before=store.visit("v3").place) == ["v2", "v1", "v0"]
    assert ids(store, before=VisitPlace(NOW + 2 * MINUTE)) == ["v1", "v0"]
    assert ids(store, from_at=NOW + 3 * MINUTE) == ["v4b", "v4", "v3"]
    assert ids(store, ["d2"]) == ["v3", "v1"]
    assert ids(store, []) == []


def test_visits_of_a_student_and_those_of_nobody_known_are_found(store: Store) -> None:
    came(
        store,
        a_visit("v1", NOW),
        a_visit("v2", NOW + MINUTE, "22"),
        a_visit("v3", NOW + 2 * MINUTE, None),
        a_visit("v4", NOW + 3 * MINUTE, "21", verdict=Verdict.UNSURE),
        a_visit("v5", NOW + 4 * MINUTE, "21", device_id="d2"),
    )
    assert ids(store, student_id="21") == ["v5", "v4", "v1"]
    assert ids(store, ["d1"], student_id="21", limit=1) == ["v4"]
    assert ids(store, student_id="21", from_at=NOW + MINUTE, before=store.visit("v5").place) == ["v4"]
    assert ids(store, unnamed=True) == ["v4", "v3"]
    assert ids(store, student_id="21", unnamed=True) == ["v4"]
    assert ids(store, ["d2"], unnamed=True) == []


def test_the_last_visit_of_each_student_at_each_door(store: Store) -> None:
    assert last(store) == []
    came(
        store,
        a_visit("v1", NOW + 5 * MINUTE),
        a_visit("v2", NOW),  # came late
        a_visit("v3", NOW + 6 * MINUTE, verdict=Verdict.UNSURE),
        a_visit("v4", NOW + 7 * MINUTE, None),
        a_visit("v5", NOW + 8 * MINUTE, device_id="d2"),
        a_visit("v6", NOW + 2 * MINUTE, "22"),
    )
    assert last(store) == ["v5", "v1", "v6"]
    assert last(store, ["d1"]) == ["v1", "v6"]
    assert store.last_visits(["d2"]) == [LastVisit("d2", "21", "v5", NOW + 8 * MINUTE)]
    assert store.visits_by_id(["v1", "v9", "v4"]) == {"v1": store.visit("v1"), "v4": store.visit("v4")}
    assert last(store, []) == []


def test_the_last_visit_is_another_once_it_is_removed_or_named_otherwise(store: Store) -> None:
    came(store, a_visit("v1", NOW), a_visit("v2", NOW + MINUTE), a_visit("v3", NOW + 2 * MINUTE))
    store.commit(RemoveVisits(["v3", "gone"]))
    assert last(store) == ["v2"]
    old = store.visit("v2")
    store.commit(NameVisit(old, replace(old, student_id="22", named_by="u1", named_at=NOW)))
    assert last(store) == ["v2", "v1"]
    assert store.visit("v2").student_id == "22"
    assert ids(store, student_id="21") == ["v1"]
    store.commit(RemoveVisits(["v1"]))
    assert last(store) == ["v2"]
    store.commit(RemoveVisits(["v1"]))
    assert set(store.pending_erasures()) == {"visits/d1/v1.jpg", "visits/d1/v3.jpg"}


def test_naming_is_refused_where_somebody_else_did_or_the_student_is_gone(store: Store) -> None:
    came(store, a_visit("v1", NOW, None))
    old = store.visit("v1")
    named = replace(old, student_id="21", verdict=Verdict.KNOWN, named_by="u1", named_at=NOW)
    with pytest.raises(NotFound):
        store.commit(NameVisit(old, replace(named, student_id="99")))
    store.commit(NameVisit(old, named))
    assert ids(store, unnamed=True) == []
    assert last(store) == ["v1"]
    with pytest.raises(MovedOn):
        store.commit(NameVisit(old, replace(named, student_id="22")))
    assert store.visit("v1") == named
    back = replace(old, named_by="u1", named_at=NOW + MINUTE)
    store.commit(NameVisit(named, back))
    assert (ids(store, unnamed=True), last(store), ids(store, student_id="21")) == (["v1"], [], [])
    store.commit(RemoveVisits(["v1"]))
    with pytest.raises(MovedOn):
        store.commit(NameVisit(back, named))


def test_visits_go_with_their_student_and_their_pictures_become_erasures(store: Store) -> None:
    unsure = a_visit("v2", NOW + MINUTE, verdict=Verdict.UNSURE, device_id="d2")
    came(store, a_visit("v1"), unsure, a_visit("v3", student_id="22"))
    store.commit(RemoveStudent("21"))
    assert ids(store) == ["v3"]
    assert last(store) == ["v3"]
    assert set(store.pending_erasures()) == {"visits/d1/v1.jpg", "visits/d1/v2.jpg"}
    with pytest.raises(NotFound):
        store.visit("v1")


def test_visits_go_with_their_door(store: Store) -> None:
    came(store, *(a_visit(f"v{n}", NOW + n * MINUTE, None if n % 2 else "21") for n in range(7)))
    came(store, a_visit("w", device_id="d2"))
    store.commit(RemoveDevice("d1"))
    assert ids(store) == ["w"]
    assert last(store) == ["w"]
    assert len(store.pending_erasures()) == 7


def test_a_picture_of_a_visit_is_no_stray_file(store: Store) -> None:
    came(store, a_visit())
    assert store.unclaimed(["visits/d1/v1.jpg", "visits/d1/v2.jpg"]) == ["visits/d1/v2.jpg"]


def test_what_follows_from_a_visit_is_committed_with_it(store: Store) -> None:
    def item() -> OutboxItem:
        return OutboxItem("mail", "device d1", "{}", NOW, NOW)

    with pytest.raises(NotFound):
        store.commit(AddVisits([a_visit(student_id="99")]), item())
    assert store.outbox("mail") == []
    store.commit(AddVisits([a_visit(f"v{n}", NOW, None) for n in range(5)]), *(item() for _ in range(10)))
    assert len(store.outbox("mail")) == 10


def test_an_alarm_is_added_with_its_visit_or_neither_is(store: Store) -> None:
    alarm, other = (Alarm(one, "d1", NOW, 35.0, 34.0, one) for one in ("a1", "a2"))
    adding = AddAlarms("d1", [alarm], timedelta(minutes=10))
    store.commit(AddVisits([a_visit("v1", student_id=None)], adding))
    assert store.alarm("a1") == alarm
    with pytest.raises(MovedOn):  # another is near
        store.commit(AddVisits([a_visit("v2", student_id=None)], replace(adding, alarms=[other])))
    with pytest.raises(NotFound):
        store.visit("v2")
    with pytest.raises(AlreadyExists):
        late = replace(other, at=NOW + timedelta(hours=1))
        store.commit(AddVisits([a_visit("v1", student_id=None)], replace(adding, alarms=[late])))
    with pytest.raises(NotFound):
        store.alarm("a2")


def test_vectors_of_visits_are_kept_found_and_forgotten(store: Store) -> None:
    kept = a_visit("v1", student_id=None, quality=0.625, vector=(0.5, -1.25e-17), vector_engine="local")
    store.commit(AddVisits([kept, a_visit("v2", student_id=None)]))
    assert store.visit("v1") == kept
    store.set_visit_vectors({"v2": (3.0,), "gone": (1.0,), "gone too": None}, "other")
    assert {one.id: one.vector_engine for one in store.visits(["d1"], with_vector=True)} == {
        "v1": "local",
        "v2": "other",
    }
    store.set_visit_vectors({"v1": None, "v2": (3.0,)}, "other")
    assert [one.id for one in store.visits(["d1"], with_vector=True)] == ["v2"]
    assert (store.visit("v1").vector, store.visit("v1").vector_engine) == (None, None)
    store.commit(RemoveVisits(["v2"]))
    assert list(store.visits(["d1"], with_vector=True)) == []


def test_what_was_said_at_a_door_is_its_own_and_goes_with_it(store: Store) -> None:
    with pytest.raises(NotFound):
        store.commit(AddUnknownDecision(said_at("d9")))
    store.commit(AddVisits([a_visit("v1", student_id=None), a_visit("v2", student_id=None, vector=(1.0,))]))
    store.commit(AddUnknownDecision(said_at("d1", "x1")))
    store.commit(AddUnknownDecision(said_at("d1", "x2", DecisionKind.NOT_STUDENT, "v2")))
    store.commit(AddUnknownDecision(said_at("d2", "x3")))
    assert [one.id for one in store.unknown_decisions(Owner.door("d1"))] == ["x1", "x2"]
    assert list(store.unknown_decisions(Owner.course("c1"))) == []
    with pytest.raises(NotFound):
        store.commit(RemoveUnknownDecision(Owner.door("d2"), "x1"))
    store.commit(RemoveDevice("d2"))
    assert list(store.unknown_decisions(Owner.door("d2"))) == []
    store.commit(RemoveStudent("21"))
    assert list(store.unknown_decisions(Owner.door("d1"))) == []
    (left,) = store.visits(["d1"])  # the one that was named so is gone, of the other the vector
    assert (left.id, left.vector) == ("v2", None)


def said_at(
    device_id: str, decision_id: str = "x1", kind: DecisionKind = DecisionKind.NAMED, visit_id: str = "v1"
) -> UnknownDecision:
    spot = Spot("", "", visit_id, 0.0, 0.0)
    return UnknownDecision(decision_id, None, kind, NOW, "u1", (spot,), (), "21", device_id=device_id)
