"""Who is in a drawn film and from when to when: the enrolled, of whom some never come, and strangers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.people import ENROLLED_SEEDS, STRANGER_SEEDS, label_of

PRESENT = 30  # of the enrolled; the others never come
OTHER_SEEDS = 100_000  # from here on: people who only fill the room and are in no truth
_RISE_S = 1.2

Stays = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Actor:
    """A person of the film; `stays` are seconds from first to last seen, in order."""

    seed: int
    stays: Stays

    @property
    def label(self) -> str:
        """The name in galleries."""
        return label_of(self.seed)

    @property
    def is_enrolled(self) -> bool:
        """Whether the gallery holds the person."""
        return self.seed in ENROLLED_SEEDS

    @property
    def is_known(self) -> bool:
        """Whether the truth speaks of the person."""
        return self.is_enrolled or self.seed in STRANGER_SEEDS

    def risen(self, second: float, film_s: float) -> float:
        """How far the person is up from behind the desk, 0 (not there) to 1."""
        for begin, end in self.stays:
            if begin <= second < end:
                come = 1.0 if begin <= 0 else (second - begin) / _RISE_S
                going = 1.0 if end >= film_s else (end - second) / _RISE_S
                return min(1.0, come, going)
        return 0.0


def cast(people: int, seconds: float) -> list[Actor]:
    """So many people: 30 of the enrolled and the strangers among them from the first 35 on, then people of no truth.

    Of ten enrolled two come late, two leave early, one goes and comes back, and half are there all the time; the
    strangers do the same.
    """
    present = _drawn_of(ENROLLED_SEEDS, PRESENT)
    seeds = _mixed(present, list(STRANGER_SEEDS))[:people]
    seeds += [OTHER_SEEDS + n for n in range(people - len(seeds))]
    return [Actor(seed, _stays(seed, number, seconds)) for number, seed in enumerate(seeds)]


def _drawn_of(seeds: tuple[int, ...], count: int) -> list[int]:
    rng = np.random.Generator(np.random.PCG64((len(seeds), 5)))
    return [seeds[i] for i in rng.permutation(len(seeds))[:count]]


def _mixed(present: list[int], strangers: list[int]) -> list[int]:
    """Every seventh is a stranger, so that strangers sit in all rows."""
    rest = list(present)
    mixed: list[int] = []
    while rest or strangers:
        if (len(mixed) % 7 == 3 or not rest) and strangers:
            mixed.append(strangers.pop(0))
        else:
            mixed.append(rest.pop(0))
    return mixed


def _stays(seed: int, number: int, seconds: float) -> Stays:
    rng = np.random.Generator(np.random.PCG64((seed, 13)))
    first, second = (float(value) for value in rng.uniform(0, 1, 2))
    late, early = seconds * (0.12 + 0.3 * first), seconds * (0.58 + 0.3 * second)
    kind = number % 10
    if kind in (1, 6):
        return ((_tenth(late), seconds),)
    if kind in (3, 8):
        return ((0.0, _tenth(early)),)
    if kind == 5:
        return ((0.0, _tenth(late)), (_tenth(min(early, late + 0.25 * seconds)), seconds))
    return ((0.0, seconds),)


def _tenth(second: float) -> float:
    return round(second, 1)
