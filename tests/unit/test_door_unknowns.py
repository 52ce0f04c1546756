"""Unknown people of a door: one person over several visits, what people say of them, and what is kept how long."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from attendance.errors import Conflict, InvalidInput, NotFound
from attendance.model import Device, Owner, Role, User, Verdict
from attendance.use_cases.doors import deciding
from attendance.use_cases.doors.doors import set_door
from attendance.use_cases.doors.groups import DoorGroup, groups
from attendance.use_cases.doors.naming import name_visit, remove_visit, unname_visit
from attendance.use_cases.doors.receiving import receive_stay
from attendance.use_cases.people.accounts import add_user
from attendance.use_cases.students.removing import remove_student
from attendance.use_cases.unknowns.vectors import forget_expired, set_switch
from attendance.use_cases.upkeep import tidy
from tests.unit.in_memory import NOW, MemoryServices, services_in_memory
from tests.unit.test_visits import DAY, MINUTE, a_door, a_stay, agrees, an_admin

ADMIN = an_admin()


@pytest.fixture
def services(tmp_path: Path) -> MemoryServices:
    return services_in_memory(tmp_path)


@pytest.fixture
def door(services: MemoryServices) -> Device:
    """Of which an admin lets vectors of unknown people be kept."""
    made = a_door(services)
    set_switch(services, ADMIN, made, on=True)
    return made


def comes(services: MemoryServices, door: Device, *people: float, ago: timedelta = MINUTE) -> str:
    """The id of the visit of the first of them."""
    stay = a_stay(f"snapshot|{'|'.join(str(one) for one in people)}".encode(), at=NOW - ago)
    receive_stay(services, door, stay)
    return stay.id


def found(services: MemoryServices, door: Device) -> list[list[str]]:
    """The visits of each group."""
    return [[one.visit.id for one in group.seen] for group in groups(services, door)]


def the_group(services: MemoryServices, door: Device, visit_id: str) -> DoorGroup:
    return next(one for one in groups(services, door) if any(seen.visit.id == visit_id for seen in one.seen))


def said(services: MemoryServices, door: Device) -> list[str]:
    return [one.kind.value for one in services.store.unknown_decisions(Owner.door(door.id))]


def names(services: MemoryServices, *visits: str) -> list[str | None]:
    return [services.store.visit(one).student_id for one in visits]


def test_somebody_unknown_is_one_group_over_visits(services: MemoryServices, door: Device) -> None:
    first, other, again = (
        comes(services, door, one, ago=ago * MINUTE) for one, ago in ((900, 9), (950, 8), (900.01, 7))
    )
    assert found(services, door) == [[first, again], [other]]
    (group, _) = groups(services, door)
    assert {one.visit.id for one in group.best} == {first, again}
    assert group.is_open


def test_without_the_switch_no_vector_is_kept_and_a_group_is_one_person_of_one_stay(services: MemoryServices) -> None:
    door = a_door(services)
    first, again = comes(services, door, 900, ago=9 * MINUTE), comes(services, door, 900)
    assert found(services, door) == [[again], [first]]
    assert services.store.visits([door.id], with_vector=True) == []


def test_vectors_are_kept_of_nobody_but_the_unknown(services: MemoryServices, door: Device) -> None:
    agrees(services)
    comes(services, door, 21)
    comes(services, door, 21.3)
    unknown = comes(services, door, 900)
    assert [visit.id for visit in services.store.visits([door.id], with_vector=True)] == [unknown]
    assert services.store.visit(unknown).vector_engine == services.faces.name


def test_two_who_stand_at_the_door_together_are_never_one_person(services: MemoryServices, door: Device) -> None:
    comes(services, door, 900, 900.01)
    assert [len(one) for one in found(services, door)] == [1, 1]


def test_vectors_go_after_the_days_and_when_the_switch_goes_off(services: MemoryServices, door: Device) -> None:
    old, new = comes(services, door, 900, ago=5 * DAY), comes(services, door, 900)
    later = replace(services, now=lambda: NOW + 10 * DAY)
    assert forget_expired(later) == 1
    assert services.store.visit(old).vector is None
    assert services.store.visit(new).vector is not None
    set_switch(services, ADMIN, door, on=False)
    assert services.store.visit(new).vector is None
    assert [entry.action for entry in services.store.audit().items][:2] == [
        "door.unknown_vectors_off",
        "door.unknown_vectors_on",
    ]


def test_naming_mends_earlier_visits_and_undoing_takes_it_back(services: MemoryServices, door: Device) -> None:
    student = agrees(services)
    first, again = comes(services, door, 900, ago=9 * MINUTE), comes(services, door, 900)
    done = deciding.name_group(services, ADMIN, first, student)
    assert names(services, first, again) == ["21", "21"]
    assert services.store.visit(again).named_by == ADMIN.id
    assert [one.visit_id for one in services.store.last_visits([door.id])] == [again]
    deciding.undo(services, ADMIN, door, done.decision.id)
    assert names(services, first, again) == [None, None]
    assert services.store.visit(again).named_by is None
    assert services.store.last_visits([door.id]) == []
    assert found(services, door) == [[first, again]]


def test_naming_one_visit_names_the_person_and_nothing_is_learnt_silently(
    services: MemoryServices, door: Device
) -> None:
    student = agrees(services)
    first, again = comes(services, door, 900, ago=9 * MINUTE), comes(services, door, 900)
    name_visit(services, again, student, by=ADMIN.id)
    assert names(services, first, again) == ["21", "21"]
    assert len(services.store.faces(["21"])) == 1
    late = comes(services, door, 900)
    assert services.store.visit(late).verdict is Verdict.UNKNOWN
    assert [late] in found(services, door)  # a name draws nobody to it


def test_a_name_proposes_whom_it_may_be_of_those_who_were_there_before(services: MemoryServices, door: Device) -> None:
    student = agrees(services)
    near, seen = comes(services, door, 900.3, ago=9 * MINUTE), comes(services, door, 900)
    deciding.name_group(services, ADMIN, seen, student)
    group = the_group(services, door, near)
    assert group.may_be is not None
    assert group.may_be[0].id == "21"
    deciding.not_this_person(services, ADMIN, near, student)
    assert the_group(services, door, near).may_be is None


def test_a_kept_photo_makes_the_next_visit_known_and_goes_with_the_name(services: MemoryServices, door: Device) -> None:
    student = agrees(services)
    seen = comes(services, door, 900)
    services.media.put(services.store.visit(seen).picture_key or "", b"face:900")  # as an engine reads photos here
    done = deciding.name_group(services, ADMIN, seen, student, keep_photo=True)
    assert done.refusal is None
    assert services.faces.taken_as_they_lie == ["21"]
    assert services.store.visit(comes(services, door, 900)).student_id == "21"
    deciding.undo(services, ADMIN, door, done.decision.id)
    assert len(services.store.faces(["21"])) == 1


def test_nobody_is_named_who_did_not_agree_to_visits(services: MemoryServices, door: Device) -> None:
    student = agrees(services)
    seen = comes(services, door, 900)
    with pytest.raises(InvalidInput, match="has not consented"):
        deciding.name_group(services, ADMIN, seen, replace(student, consents=()))
    assert said(services, door) == []


def test_whom_the_machine_named_wrongly_is_not_proposed_again(services: MemoryServices, door: Device) -> None:
    agrees(services)
    wrong = comes(services, door, 21.1)
    assert names(services, wrong) == ["21"]
    unname_visit(services, wrong, by=ADMIN.id)
    assert names(services, wrong) == [None]
    assert names(services, comes(services, door, 21.1), comes(services, door, 21)) == [None, "21"]


def test_undoing_a_refusal_is_as_if_it_had_not_been_said(services: MemoryServices, door: Device) -> None:
    agrees(services)
    seen = comes(services, door, 21)
    unname_visit(services, seen, by=ADMIN.id)
    (decision,) = services.store.unknown_decisions(Owner.door(door.id))
    services.media.put(services.store.visit(seen).picture_key or "", b"snapshot|21")  # as an engine reads it here
    deciding.undo(services, ADMIN, door, decision.id)
    visit = services.store.visit(seen)
    assert (visit.student_id, visit.verdict, visit.named_by) == ("21", Verdict.KNOWN, None)
    assert visit.vector is None


def test_who_is_ignored_leaves_no_vector(services: MemoryServices, door: Device) -> None:
    first, again = comes(services, door, 900, ago=9 * MINUTE), comes(services, door, 900)
    deciding.ignore_group(services, ADMIN, first)
    assert services.store.visits([door.id], with_vector=True) == []
    (group,) = groups(services, door)
    assert group.ignored
    assert {one.visit.id for one in group.seen} == {first, again}
    assert services.store.visit(again).named_by == ADMIN.id


def test_groups_are_split_and_merged_and_the_parts_are_kept(services: MemoryServices, door: Device) -> None:
    a, b, c = (comes(services, door, one, ago=ago * MINUTE) for one, ago in ((900, 9), (900, 8), (950, 7)))
    apart = deciding.split(services, ADMIN, a, [b])
    assert sorted(found(services, door)) == sorted([[a], [b], [c]])
    comes(services, door, 970)  # whatever is grouped anew
    assert [a] in found(services, door)
    together = deciding.merge(services, ADMIN, a, c)
    assert [a, c] in found(services, door)
    deciding.undo(services, ADMIN, door, together.id)
    deciding.undo(services, ADMIN, door, apart.id)
    assert [a, b] in found(services, door)
    assert [c] in found(services, door)
    with pytest.raises(InvalidInput):
        deciding.split(services, ADMIN, a, [a, b])
    with pytest.raises(InvalidInput):
        deciding.merge(services, ADMIN, a, b)


def test_two_with_different_names_are_not_merged(services: MemoryServices, door: Device) -> None:
    one, other = agrees(services), agrees(services, "52", photo=b"face:52")
    a, b = comes(services, door, 900), comes(services, door, 950)
    deciding.name_group(services, ADMIN, a, one)
    c = comes(services, door, 970)
    deciding.merge(services, ADMIN, c, a)
    assert names(services, c) == ["21"]
    deciding.name_group(services, ADMIN, b, other)
    with pytest.raises(Conflict):
        deciding.merge(services, ADMIN, a, b)


def test_only_admins_and_the_staff_of_the_door_say_anything(services: MemoryServices, door: Device) -> None:
    teacher = add_user(services, email="t@example.org", name="Teacher Example", role=Role.TEACHER, by=None).user
    seen = comes(services, door, 900)

    def everything(user: User) -> None:
        at = services.store.device(door.id)
        deciding.undo(services, user, at, deciding.ignore_group(services, user, seen).id)

    with pytest.raises(NotFound):
        everything(teacher)
    deciding.ignore_group(services, ADMIN, seen)
    (decision,) = services.store.unknown_decisions(Owner.door(door.id))
    with pytest.raises(NotFound):
        deciding.undo(services, teacher, door, decision.id)
    set_door(services, door.id, records=True, staff_ids=[teacher.id], tells_names=True, by=None)
    everything(teacher)


def test_what_is_removed_takes_what_was_said_along(services: MemoryServices, door: Device) -> None:
    student = agrees(services)
    seen, wrong, other = (comes(services, door, one) for one in (900, 950, 970))
    deciding.name_group(services, ADMIN, seen, student)
    deciding.not_this_person(services, ADMIN, wrong, student)
    deciding.ignore_group(services, ADMIN, other)
    remove_student(services, "21", by=None)
    assert {visit.id for visit in services.store.visits([door.id])} == {wrong, other}
    assert services.store.visit(wrong).vector is None
    assert said(services, door) == ["ignored"]
    remove_visit(services, other, by=ADMIN.id)
    tidy(services)
    assert said(services, door) == []


def test_a_decision_that_broke_off_is_completed_by_the_next_sweep(services: MemoryServices, door: Device) -> None:
    student = agrees(services)
    seen = comes(services, door, 900)
    without = replace(services, handlers={"unknowns": replace(services.handlers["unknowns"], at_once=False)})
    deciding.name_group(without, ADMIN, seen, student)
    assert names(services, seen) == [None]
    from attendance.use_cases.outbox import drain

    drain(services)
    assert names(services, seen) == ["21"]
