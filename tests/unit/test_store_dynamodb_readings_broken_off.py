"""Readings in DynamoDB where a process dies, another is faster, or AWS is busy: none is lost, doubled or half there.

Every write of each change is made the last one before the death.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from attendance.adapters.dynamodb import DynamoStore
from attendance.changes import AddCourse, AddDevice, AddSlot, OfferPairing, RemoveCourse, RemoveRecording
from attendance.errors import NotFound, ServiceUnavailable
from attendance.model import DevicePicture, ItemRefusal, Reading
from tests.broken_dynamodb import at_every_write, failing, faulty, meanwhile, refusal
from tests.committing import add_alarms, take_pairing
from tests.contract.device_samples import a_device, a_reading, a_slot, an_alarm
from tests.contract.samples import HOUR, MINUTE, NOW, a_class, a_course
from tests.moto_dynamodb import a_client, a_store

TEN = datetime(2025, 3, 3, 10, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
QUIET = 10 * MINUTE


@pytest.fixture
def store() -> Iterator[DynamoStore]:
    """As another process sees it, with a device."""
    with a_store() as made:
        made.commit(AddDevice(a_device()))
        yield made


def all_readings(store: DynamoStore) -> list[Reading]:
    return list(store.readings("d1", TEN - 100 * HOUR, TEN + 100 * HOUR))


BATCH = [a_reading(f"x{number:03}", TEN + number * 20 * SECOND, hot_c=30.0 + number % 5) for number in range(250)]
ALARMS = [an_alarm(f"a{number}", BATCH[number].at, BATCH[number].id) for number in (0, 100)]


@pytest.mark.timeout(60)
def test_a_batch_that_was_broken_off_is_completed_by_the_same_batch_and_nothing_is_doubled(store: DynamoStore) -> None:
    left: list[int] = []

    def what_is_there_is_whole(_writes: int) -> None:
        there = all_readings(store)
        left.append(len(there))
        assert there == BATCH[: len(there)]
        assert store.known_readings("d1", [one.id for one in BATCH]) == {one.id for one in there}
        assert all(store.reading("d1", one.id) == one for one in there[::50])

    def send(dying: DynamoStore) -> None:
        before = len(all_readings(store))
        new_ids = [replace(alarm, id=f"{alarm.id} of {len(left)}") for alarm in ALARMS]
        add_alarms(dying, "d1", new_ids, QUIET)
        assert dying.add_readings("d1", BATCH) == len(BATCH) - before

    assert at_every_write(send, what_is_there_is_whole) == 3  # each try goes on where the one before was killed
    assert left[:2] == [0, 0]  # before the alarms, and before the first readings
    assert 0 < left[2] < len(BATCH)
    assert all_readings(store) == BATCH
    assert [alarm.reading_id for alarm in store.alarms().items] == ["x100", "x000"]
    assert store.alarms(device_id="d1").total == 2


@pytest.mark.timeout(60)
def test_readings_whose_removal_was_broken_off_are_known_as_long_as_they_are_there(store: DynamoStore) -> None:
    add_alarms(store, "d1", ALARMS[:1])
    store.add_readings("d1", BATCH)

    def known_is_what_is_there(_writes: int) -> None:
        there = all_readings(store)
        assert store.known_readings("d1", [one.id for one in BATCH]) == {one.id for one in there}

    for step in ("thin_readings", "remove_readings"):

        def go_through(dying: DynamoStore, step: str = step) -> None:
            while getattr(dying, step)("d1", TEN + 10 * HOUR):
                pass

        at_every_write(go_through, known_is_what_is_there)
    assert [one.id for one in all_readings(store)] == ["x000"]


def test_a_batch_that_aws_was_too_busy_for_is_said_so_and_may_be_sent_again(store: DynamoStore) -> None:
    written: list[str] = []

    def busy(operation: str, _parameters: Any) -> None:
        written.append(operation)
        if written.count("transact_write_items") > 1:
            raise refusal("ProvisionedThroughputExceededException")

    with pytest.raises(ServiceUnavailable):
        faulty(busy).add_readings("d1", BATCH)
    stored = len(all_readings(store))
    assert 0 < stored < len(BATCH)
    assert store.add_readings("d1", BATCH) == len(BATCH) - stored


def test_a_batch_that_met_another_one_is_tried_again(store: DynamoStore) -> None:
    cancelled = refusal("TransactionCanceledException", CancellationReasons=[{"Code": "TransactionConflict"}])
    assert faulty(failing(cancelled, 3, "transact_write_items")).add_readings("d1", BATCH[:5]) == 5


def test_a_reading_that_came_by_another_batch_meanwhile_is_stored_once(store: DynamoStore) -> None:
    slow = meanwhile(lambda: store.add_readings("d1", [a_reading("x005", TEN + 3 * HOUR)]))
    assert slow.add_readings("d1", BATCH[:10]) == 9
    assert len(all_readings(store)) == 10


def test_alarms_that_came_meanwhile_are_looked_at(store: DynamoStore) -> None:
    slow = meanwhile(lambda: add_alarms(store, "d1", ALARMS[:1], QUIET))
    add_alarms(slow, "d1", [an_alarm("near", BATCH[1].at, "x001")], QUIET)
    assert [alarm.id for alarm in store.alarms().items] == ["a0"]


def test_two_that_thin_at_once_bring_nothing_back_and_remove_nothing_that_should_stay(store: DynamoStore) -> None:
    store.add_readings("d1", BATCH)
    slow = meanwhile(lambda: store.thin_readings("d1", TEN + 10 * HOUR, 30))
    slow.thin_readings("d1", TEN + 10 * HOUR, 1)
    there = [one.id for one in all_readings(store)]
    assert store.known_readings("d1", [one.id for one in BATCH]) == set(there)
    while slow.thin_readings("d1", TEN + 10 * HOUR):
        pass
    minutes = [one.at.replace(second=0) for one in all_readings(store)]
    assert minutes == sorted({one.at.replace(second=0) for one in BATCH})


@pytest.mark.parametrize("after", [0, 1], ids=["before its last reading goes", "before the hour goes"])
def test_readings_that_come_into_an_hour_while_it_is_closed_are_found(store: DynamoStore, after: int) -> None:
    store.add_readings("d1", BATCH[:1])
    late = meanwhile(lambda: store.add_readings("d1", BATCH[1:2]), after=after)
    assert late.remove_readings("d1", TEN + HOUR) == 1
    assert [one.id for one in all_readings(store)] == ["x001"]
    assert store.remove_readings("d1", TEN + HOUR) == 1


def test_an_alarm_seen_by_two_at_once_is_of_the_first(store: DynamoStore) -> None:
    add_alarms(store, "d1", ALARMS[:1])
    meanwhile(lambda: store.see_alarm("a0", "u1", NOW)).see_alarm("a0", "u2", NOW)
    assert store.alarm("a0").seen_by == "u1"


def test_a_code_made_meanwhile_is_worth_more_than_the_one_before(store: DynamoStore) -> None:
    store.commit(OfferPairing("d1", "code", NOW + HOUR))
    late = meanwhile(lambda: store.commit(OfferPairing("d1", "new code", NOW + HOUR)))
    assert take_pairing(late, "code", "key", NOW) is None
    assert take_pairing(store, "new code", "key", NOW)


def test_a_refusal_made_anew_meanwhile_is_not_removed(store: DynamoStore) -> None:
    old = ItemRefusal("d1", "i1", NOW, "no_lecture", "No.")
    store.refuse_item(old)
    late = meanwhile(lambda: store.refuse_item(replace(old, at=NOW + HOUR)))
    assert late.remove_refusals_before(NOW + MINUTE) == 0
    assert store.refusals("d1", ["i1"])["i1"].at == NOW + HOUR


def test_a_picture_of_a_recording_that_is_removed_meanwhile_is_refused(store: DynamoStore) -> None:
    a_class(store)
    late = meanwhile(lambda: store.commit(RemoveRecording("r1")))
    with pytest.raises(NotFound):
        late.store_picture(DevicePicture("d1", "x1", "r1", NOW))
    assert store.pictures("d1", NOW - HOUR, NOW + HOUR) == []


def test_a_course_whose_removal_was_broken_off_takes_its_timetable_along_in_the_end(store: DynamoStore) -> None:
    store.commit(AddCourse(a_course("c1")))
    for number in range(3):
        store.commit(AddSlot(a_slot(f"t{number}", weekday=number)))

    def look(_writes: int) -> None:
        assert store.slots() == store.slots(room="r 101") == store.slots(course_id="c1")

    assert at_every_write(lambda dying: dying.commit(RemoveCourse("c1")), look) > 0
    assert store.slots() == store.slots(room="r 101") == store.slots(course_id="c1") == []


def test_lists_are_read_to_their_ends_however_short_the_pages_are(store: DynamoStore) -> None:
    add_alarms(store, "d1", [an_alarm(f"a{n}", one.at, one.id) for n, one in enumerate(BATCH[:30])])
    store.add_readings("d1", BATCH)
    for one in BATCH[:3]:
        store.add_readings("d1", [replace(one, id=f"again {one.id}")])

    def one_at_a_time(operation: str, parameters: Any) -> Any:
        return a_client().query(**{**parameters, "Limit": 1}) if operation == "query" else None

    short = faulty(one_at_a_time)
    for ask in (
        all_readings,
        lambda store: store.reading_spans("d1", TEN, TEN + HOUR, 5),
        lambda store: store.latest_reading("d1"),
        lambda store: store.alarms(page=2, size=7),
        lambda store: store.alarms(unseen_only=True, device_id="d1", size=100),
        lambda store: store.devices(),
    ):
        assert ask(short) == ask(store)
