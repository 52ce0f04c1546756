"""Counting in memory: windows that move, no thread for a hit, and nothing that stays for ever."""

from __future__ import annotations

import threading

import pytest

from website.memory_counts import MemoryCounts


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds since 1970 that the counts see."""
    now = [1_000_000.0]
    monkeypatch.setattr("website.memory_counts.time.time", lambda: now[0])
    return now


@pytest.fixture
def counts(clock: list[float]) -> MemoryCounts:
    """That begin at the clock's time."""
    return MemoryCounts()


def test_a_hit_counts_until_its_window_is_over(counts: MemoryCounts, clock: list[float]) -> None:
    assert counts.acquire_entry("door", 2, 60)
    clock[0] += 30
    assert counts.acquire_entry("door", 2, 60)
    assert counts.get_moving_window("door", 2, 60) == (1_000_000.0, 2)
    assert not counts.acquire_entry("door", 2, 60)
    clock[0] += 30.5
    assert counts.get_moving_window("door", 2, 60) == (1_000_030.0, 1)
    assert counts.acquire_entry("door", 2, 60)
    assert not counts.acquire_entry("door", 2, 60)


def test_a_refused_hit_does_not_count(counts: MemoryCounts, clock: list[float]) -> None:
    assert not counts.acquire_entry("door", 2, 60, amount=3)
    assert counts.get_moving_window("door", 2, 60) == (clock[0], 0)


def test_keys_are_counted_apart_and_cleared_apart(counts: MemoryCounts) -> None:
    assert counts.acquire_entry("door", 1, 60)
    assert counts.acquire_entry("gate", 1, 60)
    counts.clear("door")
    assert counts.acquire_entry("door", 1, 60)
    assert not counts.acquire_entry("gate", 1, 60)
    counts.reset()
    assert counts.acquire_entry("gate", 1, 60)


def test_names_that_somebody_made_up_are_forgotten(counts: MemoryCounts, clock: list[float]) -> None:
    for number in range(100):
        counts.acquire_entry(f"made up {number}", 5, 60)
    clock[0] += 61
    counts.acquire_entry("door", 5, 60)
    assert list(counts._windows) == ["door"]


def test_a_hit_starts_no_thread(counts: MemoryCounts, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library starts one for each, and two hits at once may start the same one twice."""
    counts.timer.join()

    def fail(self: threading.Thread) -> None:
        raise RuntimeError("threads can only be started once")

    monkeypatch.setattr(threading.Thread, "start", fail)
    assert counts.acquire_entry("door", 1, 60)
