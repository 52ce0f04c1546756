"""How many requests the DynamoDB store sends for devices, and how their secrets, pictures and timetables lie there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from attendance.adapters.dynamodb import DynamoStore
from attendance.changes import (
    AddAlarms,
    AddCourse,
    AddDevice,
    AddSlot,
    OfferPairing,
    RemoveLecture,
    RemoveSlot,
    RevokeDevice,
)
from attendance.errors import NotFound, ServiceUnavailable
from attendance.model import DevicePicture, ItemRefusal, Reading
from tests.broken_dynamodb import BrokenClient
from tests.committing import add_alarms, take_pairing
from tests.contract.device_samples import a_device, a_reading, a_slot, a_status, an_alarm
from tests.contract.samples import HOUR, MINUTE, NOW, a_class, a_course
from tests.moto_dynamodb import a_client, dynamodb_in_process, no_pause

TEN = datetime(2025, 3, 3, 10, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
Requests = Callable[[Callable[[DynamoStore], object]], dict[str, int]]


@pytest.fixture
def client() -> Iterator[BrokenClient]:
    with dynamodb_in_process():
        yield BrokenClient()


@pytest.fixture
def store(client: BrokenClient) -> DynamoStore:
    """With a device that is paired."""
    made = DynamoStore("rollcall", a_client(), no_pause)
    made.prepare()
    made.commit(AddDevice(a_device()))
    made.commit(OfferPairing("d1", "code", NOW + HOUR))
    take_pairing(made, "code", "key", NOW)
    return DynamoStore("rollcall", client, no_pause)


@pytest.fixture
def requests(store: DynamoStore, client: BrokenClient) -> Requests:
    """The requests that a call makes."""

    def count(call: Callable[[DynamoStore], object]) -> dict[str, int]:
        client.asked.clear()
        call(store)
        return dict(Counter(operation for operation, _ in client.asked))

    return count


def items(begins: str = "") -> list[tuple[str, str]]:
    """The keys of all items in partitions that begin so."""
    found = a_client().scan(TableName="rollcall")["Items"]
    return sorted((item["pk"]["S"], item["sk"]["S"]) for item in found if item["pk"]["S"].startswith(begins))


def sent(count: int, every: timedelta = SECOND) -> list[Reading]:
    return [a_reading(f"{number:032x}", TEN + number * every, skin_c=34.5) for number in range(count)]


def test_a_request_of_a_device_is_two_small_items_and_a_heartbeat_one_write(requests: Requests) -> None:
    assert requests(lambda store: store.find_device_by_key("key")) == {"get_item": 2}
    assert requests(lambda store: store.see_device("d1", NOW, a_status())) == {"update_item": 1}
    assert requests(lambda store: store.refusals("d1", ["i1", "i2"])) == {"batch_get_item": 1}
    assert requests(lambda store: store.devices()) == {"query": 1}


def test_a_small_batch_is_one_transaction(requests: Requests) -> None:
    once = {"get_item": 1, "batch_get_item": 1, "transact_write_items": 1}
    assert requests(lambda store: store.add_readings("d1", sent(60))) == once


def test_a_thousand_readings_are_eleven_transactions_and_the_same_again_none(requests: Requests) -> None:
    looked = {"get_item": 1, "batch_get_item": 10}
    assert requests(lambda store: store.add_readings("d1", sent(1000))) == looked | {"transact_write_items": 11}
    assert requests(lambda store: store.add_readings("d1", sent(1000))) == looked


def test_a_thousand_readings_of_a_week_take_few_transactions_too(requests: Requests) -> None:
    asked = requests(lambda store: store.add_readings("d1", sent(1000, 10 * MINUTE)))
    assert asked["transact_write_items"] == 14  # in 167 hours, each with an item and a pack of its own


def test_what_a_page_asks_of_readings_does_not_grow_with_their_number(requests: Requests, store: DynamoStore) -> None:
    store.add_readings("d1", sent(300))
    assert requests(lambda store: store.latest_reading("d1")) == {"query": 2}
    assert requests(lambda store: store.reading("d1", f"{7:032x}")) == {"get_item": 2}
    assert requests(lambda store: store.hottest_reading("d1", TEN, TEN + MINUTE)) == {"query": 2}
    assert requests(lambda store: store.readings("d1", TEN, TEN + 20 * HOUR)) == {"query": 2}


def test_a_chart_asks_for_the_hours_with_readings_and_for_no_pixels(
    requests: Requests, store: DynamoStore, client: BrokenClient
) -> None:
    store.add_readings("d1", [a_reading("x1", TEN), a_reading("x2", TEN + 5 * HOUR)])
    assert requests(lambda store: store.reading_spans("d1", TEN, TEN + 24 * HOUR, 5)) == {"query": 3}
    names = [set(parameters["ExpressionAttributeNames"]) for _, parameters in client.asked]
    assert not any("#pixels_c" in some for some in names)
    assert all("ProjectionExpression" in parameters for _, parameters in client.asked)


def test_a_reading_of_the_sensor_takes_little_room(store: DynamoStore) -> None:
    store.add_readings("d1", sent(90))
    (pack,) = [one for one in items("device#d1#2025") if one[1].startswith("2025")]
    item = a_client().get_item(TableName="rollcall", Key={"pk": {"S": pack[0]}, "sk": {"S": pack[1]}})["Item"]
    size = sum(len(value.get("B", value.get("S", ""))) for value in item.values())
    assert size / 90 < 220


def test_a_page_of_alarms_is_three_requests(requests: Requests, store: DynamoStore) -> None:
    alarms = [an_alarm(f"a{number}", NOW + number * MINUTE, f"x{number}") for number in range(30)]
    added = requests(lambda store: store.commit(AddAlarms("d1", alarms[:5], timedelta())))
    assert added == {"get_item": 1, "query": 1, "batch_get_item": 1, "transact_write_items": 1}
    add_alarms(store, "d1", alarms[5:])
    for device_id in (None, "d1"):
        page = {"get_item": 1, "query": 1, "batch_get_item": 1}
        assert requests(lambda store, device_id=device_id: store.alarms(device_id=device_id, size=20)) == page
    assert requests(lambda store: store.alarms(unseen_only=True)) == {"query": 1, "batch_get_item": 1}
    assert requests(lambda store: store.see_alarm("a1", "u1", NOW)) == {"get_item": 1, "transact_write_items": 1}


def test_hours_that_were_thinned_and_cleared_are_not_read_again(requests: Requests, store: DynamoStore) -> None:
    add_alarms(store, "d1", [an_alarm(reading_id=f"{0:032x}")])
    store.add_readings("d1", sent(20, 30 * MINUTE))
    later = TEN + 100 * HOUR
    assert requests(lambda store: store.thin_readings("d1", later))["query"] == 21
    assert requests(lambda store: store.thin_readings("d1", later)) == {"query": 1}
    assert store.remove_readings("d1", later) == 19
    assert requests(lambda store: store.remove_readings("d1", later)) == {"query": 1}


def test_an_hour_to_which_readings_came_late_is_thinned_again(store: DynamoStore) -> None:
    store.add_readings("d1", [a_reading("x1", TEN)])
    assert store.thin_readings("d1", TEN + HOUR) == 0
    store.add_readings("d1", [a_reading("x2", TEN + SECOND)])
    assert store.thin_readings("d1", TEN + HOUR) == 1


def test_nothing_is_left_of_readings_that_were_removed(store: DynamoStore) -> None:
    before = items()
    store.add_readings("d1", sent(150, 2 * MINUTE))
    assert len(items()) > len(before) + 150
    store.thin_readings("d1", TEN + 100 * HOUR)
    while store.remove_readings("d1", TEN + 100 * HOUR, most=40):
        pass
    assert items() == before


def test_the_latest_reading_is_found_where_a_pack_ended_later_before_it_was_thinned(store: DynamoStore) -> None:
    store.add_readings("d1", [a_reading("early", TEN), a_reading("cool", TEN + 2 * MINUTE + 50 * SECOND, hot_c=25.0)])
    store.add_readings("d1", [a_reading("hot", TEN + 2 * MINUTE)])
    assert store.thin_readings("d1", TEN + HOUR) == 1
    latest = store.latest_reading("d1")
    assert latest is not None
    assert latest.id == "hot"


def test_old_keys_and_codes_lead_nowhere_and_are_not_kept(store: DynamoStore) -> None:
    store.commit(OfferPairing("d1", "second", NOW + HOUR))
    store.commit(OfferPairing("d1", "third", NOW + HOUR))
    assert len(items("device-pairing#")) == 1
    take_pairing(store, "third", "new key", NOW)
    assert (len(items("device-pairing#")), len(items("device-key#"))) == (0, 1)
    store.commit(OfferPairing("d1", "fourth", NOW + HOUR))
    store.commit(RevokeDevice("d1", NOW))
    assert items("device-pairing#") == []


def test_a_code_that_nobody_uses_expires(store: DynamoStore) -> None:
    store.commit(OfferPairing("d1", "code", NOW + HOUR))
    ((pk, sk),) = items("device-pairing#")
    lead = a_client().get_item(TableName="rollcall", Key={"pk": {"S": pk}, "sk": {"S": sk}})["Item"]
    assert int(lead["expires_at"]["N"]) == int((NOW + HOUR + timedelta(days=1)).timestamp())
    store.commit(OfferPairing("d1", "code", NOW + 2 * HOUR))
    assert take_pairing(store, "code", "new", NOW + HOUR)


def test_a_key_is_of_one_device(store: DynamoStore) -> None:
    store.commit(AddDevice(a_device("d2")))
    store.commit(OfferPairing("d2", "its code", NOW + HOUR))
    with pytest.raises(ServiceUnavailable):
        take_pairing(store, "its code", "key", NOW)
    found = store.find_device_by_key("key")
    assert found is not None
    assert found.id == "d1"


def test_a_device_that_is_added_with_a_key_is_found_by_it(store: DynamoStore) -> None:
    store.commit(AddDevice(a_device("d2", key_hash="its key")))
    assert store.find_device_by_key("its key") == store.device("d2")


def test_refusals_of_many_devices_are_removed(store: DynamoStore) -> None:
    for number in range(130):
        store.refuse_item(ItemRefusal("d1", f"i{number}", NOW, "no_lecture", "No."))
    assert store.remove_refusals_before(NOW + MINUTE) == 130
    assert not [one for one in items("device#d1") if one[1].startswith("refused")]


def test_a_picture_goes_with_its_recording_and_lecture_and_leaves_nothing(store: DynamoStore) -> None:
    a_class(store)
    store.store_picture(DevicePicture("d1", "x1", "r1", NOW))
    store.store_picture(DevicePicture("d1", "x1", "r1", NOW + MINUTE))
    assert items("device#d1#pictures") == [("device#d1#pictures", "2025-03-03T00:31:15.123456Z#r1")]
    store.commit(RemoveLecture("l1"))
    assert items("device#d1#pictures") + items("recording#") == []


def test_a_line_of_the_timetable_leaves_nothing_in_its_room_and_course(store: DynamoStore) -> None:
    store.commit(AddCourse(a_course("c1")))
    before = items()
    store.commit(AddSlot(a_slot()))
    assert len(items()) == len(before) + 3
    store.commit(RemoveSlot("t1"))
    assert items() == before
    with pytest.raises(NotFound):
        store.commit(RemoveSlot("t1"))
