"""What every Store keeps to: the timetable of rooms."""

from __future__ import annotations

from datetime import date

import pytest

from attendance.changes import AddCourse, AddSlot, RemoveCourse, RemoveSlot
from attendance.errors import AlreadyExists, NotFound
from attendance.ports import Store
from tests.contract.device_samples import DEVICE_STORES, a_slot
from tests.contract.samples import a_course

pytestmark = pytest.mark.parametrize("store", DEVICE_STORES, indirect=True)


@pytest.fixture
def timetable(store: Store) -> Store:
    """With two courses."""
    store.commit(AddCourse(a_course("c1")))
    store.commit(AddCourse(a_course("c2")))
    return store


def test_a_line_is_kept_as_it_is(timetable: Store) -> None:
    slot = a_slot(from_on=date(2025, 3, 3), until_on=date(2025, 6, 20))
    timetable.commit(AddSlot(slot))
    assert timetable.slot("t1") == slot
    with pytest.raises(AlreadyExists):
        timetable.commit(AddSlot(slot))


def test_lines_are_found_by_room_without_case_and_by_course(timetable: Store) -> None:
    timetable.commit(AddSlot(a_slot("t1", room="Room É")))
    timetable.commit(AddSlot(a_slot("t2", "c2", room="room é", starts="08:00")))
    timetable.commit(AddSlot(a_slot("t3", room="another")))
    assert [slot.id for slot in timetable.slots(room="ROOM É")] == ["t2", "t1"]
    assert [slot.id for slot in timetable.slots(course_id="c1")] == ["t3", "t1"]
    assert timetable.slots(room="Room") == []


def test_lines_are_sorted_by_weekday_and_start(timetable: Store) -> None:
    for slot_id, weekday, starts in (("t1", 4, "08:00"), ("t2", 0, "13:00"), ("t3", 0, "09:00")):
        timetable.commit(AddSlot(a_slot(slot_id, weekday=weekday, starts=starts, ends="14:00")))
    assert [slot.id for slot in timetable.slots()] == ["t3", "t2", "t1"]


def test_a_line_is_removed(timetable: Store) -> None:
    timetable.commit(AddSlot(a_slot()))
    timetable.commit(RemoveSlot("t1"))
    assert timetable.slots() == []
    for ask in (timetable.slot, lambda slot_id: timetable.commit(RemoveSlot(slot_id))):
        with pytest.raises(NotFound):
            ask("t1")


def test_a_line_of_no_course_is_refused(timetable: Store) -> None:
    with pytest.raises(NotFound):
        timetable.commit(AddSlot(a_slot(course_id="c9")))


def test_lines_go_with_their_course(store: Store, timetable: Store) -> None:
    timetable.commit(AddSlot(a_slot("t1", "c1")))
    timetable.commit(AddSlot(a_slot("t2", "c2")))
    store.commit(RemoveCourse("c1"))
    assert [slot.id for slot in timetable.slots()] == ["t2"]
    with pytest.raises(NotFound):
        timetable.slot("t1")
