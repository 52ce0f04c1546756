"""What every Store keeps to: readings, what they add up to, and how they are thinned."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from attendance.changes import AddDevice
from attendance.errors import NotFound
from attendance.model import Reading, ReadingSpan
from attendance.ports import Store
from tests.committing import add_alarms
from tests.contract.device_samples import COOL, DEVICE_STORES, a_device, a_reading, an_alarm
from tests.contract.samples import HOUR, MINUTE

pytestmark = pytest.mark.parametrize("store", DEVICE_STORES, indirect=True)

TEN = datetime(2025, 3, 3, 10, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def devices(store: Store) -> None:
    """Two of them."""
    store.commit(AddDevice(a_device("d1")))
    store.commit(AddDevice(a_device("d2")))


def in_order(readings: list[Reading]) -> list[str]:
    return [reading.id for reading in readings]


def all_of(store: Store, device_id: str = "d1") -> list[str]:
    return in_order(store.readings(device_id, TEN - 1000 * HOUR, TEN + 1000 * HOUR))


@pytest.mark.parametrize(
    "pixels", [tuple(pixel / 4 - 20 for pixel in range(64)), (36.6,) * 64, (*COOL[:-1], 1 / 3), (-0.0,) * 64]
)
def test_a_reading_is_kept_exactly(store: Store, pixels: tuple[float, ...]) -> None:
    reading = a_reading(pixels_c=pixels, skin_c=34.5)
    assert store.add_readings("d1", [reading]) == 1
    assert store.reading("d1", "x1") == reading


def test_readings_of_a_device_that_is_not_there_are_refused(store: Store) -> None:
    with pytest.raises(NotFound):
        store.add_readings("d9", [a_reading(device_id="d9")])
    with pytest.raises(NotFound):
        store.reading("d1", "x1")


def test_a_reading_that_is_known_is_passed_over(store: Store) -> None:
    assert store.add_readings("d1", [a_reading("x1"), a_reading("x2")]) == 2
    assert store.add_readings("d1", [a_reading("x2", hot_c=50.0), a_reading("x3")]) == 1
    assert store.reading("d1", "x2").hottest_c == 30.0
    assert store.known_readings("d1", ["x1", "x3", "x4"]) == {"x1", "x3"}


def test_a_reading_that_is_twice_in_a_batch_is_kept_once(store: Store) -> None:
    assert store.add_readings("d1", [a_reading("x1"), a_reading("x1")]) == 1


def test_readings_of_two_devices_may_have_one_id(store: Store) -> None:
    store.add_readings("d1", [a_reading("x1")])
    assert store.add_readings("d2", [a_reading("x1", device_id="d2")]) == 1
    assert store.known_readings("d2", ["x1"]) == {"x1"}


def test_the_same_batch_from_several_at_once_is_kept_once(store: Store) -> None:
    batch = [a_reading(f"x{number}") for number in range(50)]
    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(lambda _: store.add_readings("d1", batch), range(6))) == 50


def test_a_thousand_readings_are_one_batch(store: Store) -> None:
    batch = [a_reading(f"x{number:04}", TEN + number * SECOND) for number in range(1000)]
    assert store.add_readings("d1", batch) == 1000
    assert store.known_readings("d1", [reading.id for reading in batch]) == {reading.id for reading in batch}


def test_the_latest_reading_is_the_last_that_was_measured(store: Store) -> None:
    assert store.latest_reading("d1") is None
    store.add_readings("d1", [a_reading("late", TEN + HOUR), a_reading("early", TEN)])
    store.add_readings("d2", [a_reading("other", TEN + 2 * HOUR, "d2")])
    latest = store.latest_reading("d1")
    assert latest is not None
    assert latest.id == "late"


def test_the_hottest_reading_is_by_the_estimate_of_skin(store: Store) -> None:
    batch = [
        a_reading("kettle", TEN, hot_c=80.0),
        a_reading("first", TEN + SECOND, skin_c=36.5),
        a_reading("second", TEN + 2 * SECOND, skin_c=36.5),
        a_reading("outside", TEN + HOUR, skin_c=39.0),
    ]
    store.add_readings("d1", batch)
    hottest = store.hottest_reading("d1", TEN, TEN + HOUR)
    assert hottest is not None
    assert hottest.id == "first"
    assert store.hottest_reading("d1", TEN, TEN + SECOND) is None


def test_readings_are_sorted_by_time_from_the_first_moment_until_before_the_last(store: Store) -> None:
    store.add_readings("d1", [a_reading(f"x{minute}", TEN + minute * MINUTE) for minute in (3, 1, 2, 0)])
    assert in_order(store.readings("d1", TEN + MINUTE, TEN + 3 * MINUTE)) == ["x1", "x2"]
    assert in_order(store.readings("d1", TEN, TEN + HOUR, limit=1)) == ["x0"]


def test_spans_add_up_minutes_and_leave_out_empty_ones(store: Store) -> None:
    batch = [
        a_reading("x1", TEN + 4 * MINUTE, pixels_c=(20.0,) * 64),
        a_reading("x2", TEN + 5 * MINUTE, pixels_c=(*(24.0,) * 63, 35.0), skin_c=34.0),
        a_reading("x3", TEN + 10 * MINUTE - SECOND, pixels_c=(*(20.0,) * 63, 36.0), skin_c=33.0),
        a_reading("x4", TEN + 15 * MINUTE, pixels_c=(22.0,) * 64),
    ]
    store.add_readings("d1", batch)
    first, second, third = store.reading_spans("d1", TEN, TEN + HOUR, 5)
    assert first == ReadingSpan(TEN, 1, 20.0, 20.0, 20.0, None)
    assert (second.at, second.count) == (TEN + 5 * MINUTE, 2)
    assert (second.coolest_c, second.hottest_c, second.skin_c) == (20.0, 36.0, 34.0)
    assert second.mean_c == pytest.approx((24 * 63 + 35 + 20 * 63 + 36) / 128)
    assert third.at == TEN + 15 * MINUTE


def test_spans_count_only_what_is_asked_for(store: Store) -> None:
    store.add_readings("d1", [a_reading("x1", TEN), a_reading("x2", TEN + MINUTE)])
    store.add_readings("d2", [a_reading("x3", TEN, "d2")])
    (span,) = store.reading_spans("d1", TEN, TEN + MINUTE, 60)
    assert span.count == 1


def test_thinning_keeps_the_hottest_of_each_minute(store: Store) -> None:
    batch = [a_reading(f"x{number}", TEN + number * 20 * SECOND, hot_c=30.0 + number % 3) for number in range(6)]
    store.add_readings("d1", batch)
    store.add_readings("d2", [a_reading("y0", TEN, "d2"), a_reading("y1", TEN + SECOND, "d2")])
    assert store.thin_readings("d1", TEN + HOUR) == 4
    assert all_of(store) == ["x2", "x5"]
    assert store.thin_readings("d1", TEN + HOUR) == 0
    assert len(all_of(store, "d2")) == 2


def test_thinning_leaves_the_minute_alone_that_is_not_old_enough(store: Store) -> None:
    store.add_readings("d1", [a_reading("x1", TEN), a_reading("x2", TEN + SECOND)])
    assert store.thin_readings("d1", TEN + 59 * SECOND) == 0
    assert store.thin_readings("d1", TEN + MINUTE) == 1


def test_thinning_does_so_many_minutes_at_once(store: Store) -> None:
    store.add_readings("d1", [a_reading(f"x{number:02}", TEN + number * 30 * SECOND) for number in range(6)])
    assert store.thin_readings("d1", TEN + HOUR, most_minutes=2) == 2
    assert all_of(store) == ["x00", "x02", "x04", "x05"]
    assert store.thin_readings("d1", TEN + HOUR, most_minutes=2) == 1


def test_a_reading_that_an_alarm_names_is_never_thinned_or_removed(store: Store) -> None:
    batch = [a_reading(f"x{number}", TEN + number * SECOND, hot_c=30.0 + number) for number in range(4)]
    add_alarms(store, "d1", [an_alarm("a1", TEN, "x0")])
    store.add_readings("d1", batch)
    assert store.thin_readings("d1", TEN + HOUR) == 2
    assert all_of(store) == ["x0", "x3"]
    assert store.thin_readings("d1", TEN + HOUR) == 0
    assert store.remove_readings("d1", TEN + HOUR) == 1
    assert all_of(store) == ["x0"]
    assert store.remove_readings("d1", TEN + HOUR) == 0


def test_an_alarm_of_another_device_keeps_nothing(store: Store) -> None:
    add_alarms(store, "d2", [an_alarm("a1", TEN, "x1", "d2")])
    store.add_readings("d2", [a_reading("x1", TEN, "d2")])
    store.add_readings("d1", [a_reading("x1", TEN)])
    assert store.remove_readings("d1", TEN + HOUR) == 1


def test_old_readings_are_removed_the_oldest_first(store: Store) -> None:
    store.add_readings("d1", [a_reading(f"x{number}", TEN + number * MINUTE) for number in range(4)])
    assert store.remove_readings("d1", TEN + 3 * MINUTE, most=2) == 2
    assert all_of(store) == ["x2", "x3"]
    assert store.remove_readings("d1", TEN + 3 * MINUTE, most=2) == 1
    assert all_of(store) == ["x3"]
