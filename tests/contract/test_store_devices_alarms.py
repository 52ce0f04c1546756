"""What every Store keeps to: alarms, and the pictures that were taken with readings."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from attendance.changes import (
    MOST_ALARMS,
    AddAlarms,
    AddDevice,
    AddRecording,
    OfferPairing,
    RemoveDevice,
    RemoveRecording,
)
from attendance.errors import MovedOn, NotFound
from attendance.model import Alarm, DevicePicture, ItemRefusal, OutboxItem
from attendance.ports import Store
from tests.committing import add_alarms, take_pairing
from tests.contract.device_samples import DEVICE_STORES, a_device, a_reading, an_alarm
from tests.contract.samples import HOUR, MINUTE, NOW, a_class, a_recording

pytestmark = pytest.mark.parametrize("store", DEVICE_STORES, indirect=True)

QUIET = timedelta(minutes=10)


@pytest.fixture(autouse=True)
def devices(store: Store) -> None:
    """Two of them."""
    store.commit(AddDevice(a_device("d1")))
    store.commit(AddDevice(a_device("d2")))


def an_item(subject: str) -> OutboxItem:
    return OutboxItem("mail", subject, "{}", NOW, NOW)


def alarmed(store: Store, *minutes: int, quiet: timedelta = QUIET, device_id: str = "d1") -> None:
    """One batch with an alarm at each of these minutes."""
    names = [f"{device_id}-{minute}" for minute in minutes]
    batch = [a_reading(n, NOW + m * MINUTE, device_id) for n, m in zip(names, minutes, strict=True)]
    alarms = [an_alarm(f"a-{n}", NOW + m * MINUTE, n, device_id) for n, m in zip(names, minutes, strict=True)]
    add_alarms(store, device_id, alarms, quiet)
    store.add_readings(device_id, batch)


def ids(store: Store, **asked: object) -> list[str]:
    return [alarm.id for alarm in store.alarms(**asked).items]


def test_an_alarm_is_kept_as_it_is(store: Store) -> None:
    alarm = an_alarm()
    add_alarms(store, "d1", [alarm], QUIET)
    assert store.alarm("a1") == alarm
    with pytest.raises(NotFound):
        store.alarm("a2")


def test_of_alarms_that_are_near_in_time_the_first_of_a_batch_is_kept(store: Store) -> None:
    alarmed(store, 15, 0, 9, 10)
    assert ids(store) == ["a-d1-10", "a-d1-0"]


def test_an_alarm_is_passed_over_where_one_of_another_batch_is_near_before_or_after(store: Store) -> None:
    alarmed(store, 20)
    alarmed(store, 11)
    alarmed(store, 29)
    alarmed(store, 30)
    alarmed(store, 10)
    assert ids(store) == ["a-d1-30", "a-d1-20", "a-d1-10"]


def test_another_device_has_alarms_of_its_own(store: Store) -> None:
    alarmed(store, 0)
    alarmed(store, 0, device_id="d2")
    assert ids(store, device_id="d2") == ["a-d2-0"]
    assert len(ids(store)) == 2


def test_the_same_alarm_from_several_at_once_is_kept_once(store: Store) -> None:
    def send(number: int) -> None:
        add_alarms(store, "d1", [an_alarm(f"a{number}")])

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(send, range(6)))
    assert len(ids(store)) == 1


def test_alarms_are_added_with_what_follows_from_them(store: Store) -> None:
    alarms = [an_alarm("a1", NOW, "x1"), an_alarm("a2", NOW + HOUR, "x2")]
    store.commit(AddAlarms("d1", alarms, QUIET), an_item("a1"), an_item("a2"))
    assert ids(store) == ["a2", "a1"]
    assert {item.subject for item in store.outbox("mail")} == {"a1", "a2"}


@pytest.mark.parametrize(
    "late",
    [an_alarm("late", NOW + 9 * MINUTE, "x2"), an_alarm("late", NOW - 9 * MINUTE, "x2"), an_alarm("late", NOW + HOUR)],
    ids=["soon after", "soon before", "of the same reading"],
)
def test_alarms_are_refused_whole_where_others_were_raised_meanwhile(store: Store, late: Alarm) -> None:
    add_alarms(store, "d1", [an_alarm()], QUIET)
    far = an_alarm("far", NOW + 5 * HOUR, "x9")
    with pytest.raises(MovedOn):
        store.commit(AddAlarms("d1", [late, far], QUIET), an_item("late"))
    assert ids(store) == ["a1"]
    assert store.outbox("mail") == []
    store.commit(AddAlarms("d1", [far], QUIET))
    assert ids(store) == ["far", "a1"]


def test_alarms_of_one_change_are_not_nearer_to_each_other_than_they_may_be(store: Store) -> None:
    with pytest.raises(MovedOn):
        store.commit(AddAlarms("d1", [an_alarm("a1", NOW, "x1"), an_alarm("a2", NOW + MINUTE, "x2")], QUIET))
    assert ids(store) == []


def test_as_many_as_are_added_at_once_have_room_for_two_events_each(store: Store) -> None:
    alarms = [an_alarm(f"a{number}", NOW + number * HOUR, f"x{number}") for number in range(MOST_ALARMS)]
    store.commit(AddAlarms("d1", alarms, QUIET), *(an_item(alarm.id) for alarm in alarms * 2))
    assert store.alarms().total == MOST_ALARMS
    assert len(store.outbox("mail")) == 2 * MOST_ALARMS


def test_an_alarm_of_no_device_is_refused(store: Store) -> None:
    with pytest.raises(NotFound):
        store.commit(AddAlarms("d9", [an_alarm(device_id="d9")], QUIET), an_item("a1"))
    assert store.outbox("mail") == []


def test_what_bears_on_new_alarms_is_what_is_near_and_what_is_of_their_readings(store: Store) -> None:
    old = [an_alarm("a0", NOW, "x0"), an_alarm("a1", NOW + HOUR, "x1"), an_alarm("a2", NOW + 5 * HOUR, "x2")]
    add_alarms(store, "d1", old)
    add_alarms(store, "d2", [an_alarm("other", NOW + HOUR, "x3", "d2")])
    there = store.near_alarms("d1", [an_alarm("n", NOW + HOUR + MINUTE, "x2"), an_alarm("m", NOW, "x3")], QUIET)
    assert {NOW, NOW + HOUR} <= set(there.moments)
    assert "x2" in there.reading_ids
    assert "x3" not in there.reading_ids


def test_alarms_come_a_page_at_a_time_the_newest_first(store: Store) -> None:
    alarmed(store, 0, 1, 2, quiet=timedelta())
    page = store.alarms(page=2, size=2)
    assert (page.total, [alarm.id for alarm in page.items]) == (3, ["a-d1-0"])


def test_who_looked_at_an_alarm_first_stays(store: Store) -> None:
    alarmed(store, 0, 20)
    store.see_alarm("a-d1-0", "u1", NOW)
    store.see_alarm("a-d1-0", "u2", NOW + HOUR)
    seen = store.alarm("a-d1-0")
    assert (seen.seen_by, seen.seen_at) == ("u1", NOW)
    assert ids(store, unseen_only=True) == ["a-d1-20"]
    with pytest.raises(NotFound):
        store.see_alarm("a9", "u1", NOW)


def test_those_of_a_device_that_nobody_looked_at_are_counted(store: Store) -> None:
    alarmed(store, 0, 20, 40)
    alarmed(store, 0, device_id="d2")
    store.see_alarm("a-d1-20", "u1", NOW)
    counts = {name: store.alarms(device_id=name, unseen_only=True, size=1).total for name in ("d1", "d2", "d9")}
    assert counts == {"d1": 2, "d2": 1, "d9": 0}
    assert store.unseen_alarms() == {"d1": 2, "d2": 1}


def test_a_picture_is_kept_for_its_recording_once(store: Store) -> None:
    a_class(store)
    store.store_picture(DevicePicture("d1", "x1", "r1", NOW))
    store.store_picture(DevicePicture("d1", "x2", "r1", NOW))
    assert store.pictures("d1", NOW, NOW + MINUTE) == [DevicePicture("d1", "x2", "r1", NOW)]
    assert store.pictures("d2", NOW, NOW + MINUTE) == []
    assert store.pictures("d1", NOW + MINUTE, NOW + HOUR) == []


def test_pictures_are_sorted_by_time_and_go_with_their_recording(store: Store) -> None:
    a_class(store)
    store.commit(AddRecording(a_recording("r2")))
    store.store_picture(DevicePicture("d1", "x2", "r2", NOW + MINUTE))
    store.store_picture(DevicePicture("d1", "x1", "r1", NOW))
    assert [one.recording_id for one in store.pictures("d1", NOW, NOW + HOUR)] == ["r1", "r2"]
    store.commit(RemoveRecording("r1"))
    assert [one.recording_id for one in store.pictures("d1", NOW, NOW + HOUR)] == ["r2"]


def test_a_picture_of_nothing_is_refused(store: Store) -> None:
    a_class(store)
    for picture in (DevicePicture("d9", "x1", "r1", NOW), DevicePicture("d1", "x1", "r9", NOW)):
        with pytest.raises(NotFound):
            store.store_picture(picture)


def test_a_removed_device_takes_along_what_it_measured_and_leaves_its_recordings(store: Store) -> None:
    a_class(store)
    for device_id in ("d1", "d2"):
        store.commit(OfferPairing(device_id, f"code {device_id}", NOW + HOUR))
        take_pairing(store, f"code {device_id}", f"key {device_id}", NOW)
        alarmed(store, *range(0, 300, 10), device_id=device_id)
        store.refuse_item(ItemRefusal(device_id, "i1", NOW, "no_lecture", "수업이 없습니다."))
    store.see_alarm("a-d1-0", "u1", NOW)
    store.store_picture(DevicePicture("d1", "d1-0", "r1", NOW))
    store.commit(RemoveDevice("d1"))
    asked = (lambda: store.device("d1"), lambda: store.alarm("a-d1-10"), lambda: store.reading("d1", "d1-0"))
    for gone in asked:
        with pytest.raises(NotFound):
            gone()
    assert store.find_device_by_key("key d1") is None
    assert store.latest_reading("d1") is None
    assert store.pictures("d1", NOW - HOUR, NOW + HOUR) == []
    assert store.refusals("d1", ["i1"]) == {}
    assert store.recording("r1").id == "r1"
    # The other one keeps all of it.
    assert store.alarms().total == store.alarms(device_id="d2").total == 30
    assert store.unseen_alarms() == {"d2": 30}
    assert store.find_device_by_key("key d2") == store.device("d2")
    assert set(store.refusals("d2", ["i1"])) == {"i1"}
    with pytest.raises(NotFound):
        store.commit(RemoveDevice("d1"))


def test_a_device_that_comes_again_finds_nothing_of_the_one_before(store: Store) -> None:
    alarmed(store, 0)
    store.commit(RemoveDevice("d1"))
    store.commit(AddDevice(a_device("d1")))
    assert store.latest_reading("d1") is None
    alarmed(store, 0)
    assert ids(store) == ["a-d1-0"]
