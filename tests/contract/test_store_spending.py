"""What every Store keeps to: what was ordered from a service that charges."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from attendance.ports import Store

MARCH, APRIL = "2026-03", "2026-04"


def test_nothing_was_ordered_at_first(store: Store) -> None:
    assert store.ordered_seconds(MARCH) == 0


def test_orders_of_a_month_add_up(store: Store) -> None:
    assert store.order_search(MARCH, "one", 60.5, None)
    assert store.order_search(MARCH, "two", 30, 100)
    assert store.order_search(APRIL, "three", 7, 7)
    assert store.ordered_seconds(MARCH) == 90.5
    assert store.ordered_seconds(APRIL) == 7


def test_the_same_order_again_counts_once_also_where_the_month_is_full(store: Store) -> None:
    assert store.order_search(MARCH, "one", 60, 60)
    assert store.order_search(MARCH, "one", 60, 60)
    assert store.ordered_seconds(MARCH) == 60


def test_an_order_above_the_limit_is_refused_and_not_written(store: Store) -> None:
    assert store.order_search(MARCH, "one", 60, 100)
    assert not store.order_search(MARCH, "two", 41, 100)
    assert store.ordered_seconds(MARCH) == 60
    assert store.order_search(MARCH, "two", 40, 100)


def test_what_is_taken_back_may_be_ordered_by_others(store: Store) -> None:
    assert store.order_search(MARCH, "one", 60, 100)
    for _ in range(2):
        assert store.order_search(MARCH, "one back", -60, None)
    assert store.ordered_seconds(MARCH) == 0
    assert store.order_search(MARCH, "two", 100, 100)


def test_orders_at_once_never_come_to_more_than_the_limit(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda number: store.order_search(MARCH, f"order-{number}", 30, 100), range(8)))
    assert sum(taken) == 3
    assert store.ordered_seconds(MARCH) == 90


def test_the_same_order_from_several_at_once_counts_once(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(lambda _: store.order_search(MARCH, "one", 30, 100), range(8)))
    assert store.ordered_seconds(MARCH) == 30
