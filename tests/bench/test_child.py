"""Pieces of the bench in processes of their own: their answers, their ends, their memory."""

import multiprocessing
import os
import time

import numpy as np
import pytest

from bench.child import ChildFailed, beside, cpu_seconds, in_child, in_children, running_cpu_seconds
from bench.memory import MemoryMeter, family

MEGABYTE = 2**20


def double(number: int) -> int:
    return 2 * number


def break_off() -> None:
    raise ValueError("no more paper")


def die() -> None:
    os._exit(3)


def threads_wanted() -> str | None:
    return os.environ.get("OMP_NUM_THREADS")


def hold(megabytes: int) -> float:
    block = np.ones(megabytes * MEGABYTE // 8)
    _rest()
    return float(block[0])


def hold_in_a_child_of_its_own(megabytes: int) -> int:
    process = multiprocessing.get_context("spawn").Process(target=hold, args=(megabytes,))
    process.start()
    process.join()
    return process.exitcode or 0


def _rest() -> None:
    # Longer than a few looks of the meter.
    time.sleep(0.7)


def burn(seconds: float) -> None:
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def burned_by_a_child(seconds: float) -> float:
    before = cpu_seconds()
    process = multiprocessing.get_context("spawn").Process(target=burn, args=(seconds,))
    process.start()
    process.join()
    return cpu_seconds() - before


def test_answers_come_in_the_order_of_the_calls():
    assert [outcome.value for outcome in in_children(double, [(1,), (2,), (3,)])] == [2, 4, 6]


def test_what_the_work_raises_is_told_in_a_sentence():
    with pytest.raises(ChildFailed, match="ValueError: no more paper"):
        in_child(break_off)


def test_a_process_that_dies_is_told_with_its_status():
    with pytest.raises(ChildFailed, match="ended early, with status 3"):
        in_child(die)


def test_a_child_works_while_its_context_goes_on_and_ends_with_it():
    with beside(_rest) as running:
        assert [process.name for process in multiprocessing.active_children()] == ["bench"]
        assert running.outcome().value is None
    assert not multiprocessing.active_children()


def test_no_process_outlives_its_call():
    with pytest.raises(ChildFailed):
        in_children(die, [(), ()])
    assert not [process for process in multiprocessing.active_children() if process.name == "bench"]


def test_one_thread_is_asked_of_the_child_and_not_of_this_process(monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert in_child(threads_wanted, one_thread=True).value == "1"
    assert in_child(threads_wanted).value is None
    assert threads_wanted() is None


@pytest.mark.parametrize("work", [hold, hold_in_a_child_of_its_own])
def test_the_peak_holds_what_a_child_and_its_children_allocate(work):
    outcome = in_child(work, 300)
    assert 300 * MEGABYTE < outcome.peak_bytes < 600 * MEGABYTE


def test_the_meter_keeps_the_peak_after_the_memory_is_given_back():
    with MemoryMeter(os.getpid()) as meter:
        block = np.ones(200 * MEGABYTE // 8)
        _rest()
        del block
        _rest()
    assert meter.peak_bytes > 200 * MEGABYTE


def test_a_process_is_of_its_own_family():
    assert os.getpid() in family(os.getpid())
    assert os.getpid() in family(os.getppid())


def test_cpu_seconds_hold_those_of_children_that_ended():
    assert in_child(burned_by_a_child, 0.5).value >= 0.5


def test_the_cpu_time_of_a_running_process_is_what_it_says_of_itself():
    before = sum(os.times()[:2])
    assert before - 0.1 <= running_cpu_seconds([os.getpid()]) <= sum(os.times()[:2]) + 0.1
