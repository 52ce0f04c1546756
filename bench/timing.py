"""Measures ways of doing the same, turn by turn, by the CPU time that they take."""

import time
from collections.abc import Callable, Mapping
from statistics import median

Way = Callable[[], object]


def interleaved_ms(ways: Mapping[str, Way], rounds: int, *, warm: bool = False) -> dict[str, list[float]]:
    """Milliseconds of CPU of each way, `rounds` times, one after the other in each round: A B A B.

    CPU time and turns, because other programs on the machine would otherwise decide who is faster. A first call of
    each is not counted, unless they are said to be warm.
    """
    for way in ways.values() if not warm else ():
        way()
    samples: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            samples[name].append(cpu_ms(way))
    return samples


def cpu_ms(way: Way) -> float:
    """Milliseconds of CPU, of all threads of this process, that one call takes."""
    start = time.process_time()
    way()
    return (time.process_time() - start) * 1000


def ratio(theirs: float | None, ours: float | None) -> float | None:
    """How many times ours is faster; None where one was not measured."""
    return theirs / ours if theirs and ours else None


def median_or_none(samples: list[float]) -> float | None:
    """The median, None of nothing."""
    return median(samples) if samples else None
