"""Chooses the bench's 45 drawn people from thousands of seeds by the distances of their vectors, and prints them.

`python -m bench.choose_people --seeds 0:4000`. First each seed's portrait alone decides: it must be found, and
a few hundred that lie far apart go on. Of these the faces as films show them are measured (`people.fresh_faces`): who
is missed, or drifts away from the own photos, is left out, and of the rest those are chosen whose faces stay farthest
from the photos of all others.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from bench.people import FRESH_FACES, fresh_faces, photos_of, vectors_of
from demo.drawn_people import person, portrait
from face_engine.engine import Engine
from face_engine.track import pool

CHOSEN, STRANGERS = 45, 5
_FIRST_LOOK_PX = 256
_FARTHEST_OWN = 0.46
_MOST_MISSED = 1
_STARTS = 60
# A photo has to be found by each: one that is found by luck would be missed by the next version of the detector.
_SMALLEST_FACES_PX = (24, 31, 40, 80)

Matrix = NDArray[np.float32]
T = TypeVar("T")


@dataclass(frozen=True)
class Measured:
    """Vectors of a seed's photos (2, 128) and of the fresh faces that were found (n, 128)."""

    seed: int
    photos: Matrix
    fresh: Matrix

    def is_steady(self) -> bool:
        """Whether nearly all of the drawn faces are found, and none drifts away from the photos."""
        if len(self.photos) < 2 or FRESH_FACES - len(self.fresh) > _MOST_MISSED:
            return False
        return bool(_between(self.fresh, self.photos).min(1).max() <= _FARTHEST_OWN)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, choose, print; the exit code."""
    options = _parser().parse_args(arguments)
    seeds = list(range(*options.seeds))
    portraits = dict(_on_processes(_first_look, seeds, options.processes, "portraits"))
    seen = {seed: vector for seed, vector in portraits.items() if vector is not None}
    found, vectors = list(seen), np.stack(list(seen.values()))
    apart = farthest_apart(_between(vectors, vectors), min(options.shortlist, len(found)), starts=1)
    shortlist = [found[i] for i in apart]
    measured = list(_on_processes(_second_look, shortlist, options.processes, "fresh faces"))
    steady = [one for one in measured if one.is_steady()]
    print(f"{len(seeds)} seeds, {len(found)} portraits found, {len(shortlist)} measured, {len(steady)} steady")
    if len(steady) < CHOSEN:
        print(f"choose_people: {CHOSEN} steady people are needed; take more seeds.", file=sys.stderr)
        return 1
    _print_choice(steady, choose(steady))
    return 0


def choose(people: Sequence[Measured]) -> list[int]:
    """Places of the 45 whose nearest pair is as far apart as it can be made."""
    apart = apart_when_filmed(people)
    return improved(apart, farthest_apart(apart, CHOSEN, starts=_STARTS))


def apart_when_filmed(people: Sequence[Measured]) -> Matrix:
    """How far each two are, (n, n): from the fresh faces of either to the photos of the other, the second nearest.

    The nearest alone would let one unlucky picture of 45 people decide.
    """
    one_way = np.array([[np.sort(_between(a.fresh, b.photos).min(1))[1] for b in people] for a in people], np.float32)
    return np.minimum(one_way, one_way.T)


def farthest_apart(distances: Matrix, count: int, *, starts: int) -> list[int]:
    """Places that lie far from each other: always the one farthest from all so far, from several beginnings."""
    attempts = [
        _farthest_from(distances, start, count) for start in range(0, len(distances), -(-len(distances) // starts))
    ]
    return max(attempts, key=lambda places: _nearest_pair(distances, places))


def improved(distances: Matrix, places: Sequence[int]) -> list[int]:
    """The places with the nearer of the nearest pair put elsewhere, for as long as that helps."""
    best = list(places)
    while True:
        swapped = max(_swaps(distances, best), key=lambda tried: _nearest_pair(distances, tried))
        if _nearest_pair(distances, swapped) <= _nearest_pair(distances, best):
            return best
        best = swapped


def _swaps(distances: Matrix, places: list[int]) -> Iterator[list[int]]:
    part = distances[np.ix_(places, places)] + 9 * np.eye(len(places), dtype=np.float32)
    for gone in np.unravel_index(part.argmin(), part.shape):
        rest = [place for number, place in enumerate(places) if number != gone]
        away = distances[rest].min(0)
        away[places] = -1
        yield [*rest, int(away.argmax())]


def _farthest_from(distances: Matrix, start: int, count: int) -> list[int]:
    places = [start]
    nearest = distances[start].copy()
    while len(places) < count:
        nearest[places] = -1
        places.append(int(nearest.argmax()))
        nearest = np.minimum(nearest, distances[places[-1]])
    return places


def _nearest_pair(distances: Matrix, places: Sequence[int]) -> float:
    part = distances[np.ix_(places, places)]
    return float(part[~np.eye(len(places), dtype=bool)].min())


def _print_choice(people: Sequence[Measured], places: Sequence[int]) -> None:
    chosen = sorted((people[i] for i in places), key=lambda one: one.seed)
    strangers = chosen[4 :: CHOSEN // STRANGERS]
    print("ENROLLED_SEEDS =", tuple(one.seed for one in chosen if one not in strangers))
    print("STRANGER_SEEDS =", tuple(one.seed for one in strangers))
    own = np.concatenate([_between(one.fresh, one.photos).min(1) for one in chosen])
    other = np.concatenate([_between(a.fresh, b.photos).min(1) for a in chosen for b in chosen if a is not b])
    print(f"own photo: median {np.median(own):.3f}, farthest {own.max():.3f} of {len(own)}")
    print(f"others' photos: median {np.median(other):.3f}, nearest {other.min():.3f} of {len(other)}")
    means = [pool(one.fresh, np.ones(len(one.fresh), np.float32)) for one in chosen]
    pooled = [[np.linalg.norm(mean - one.photos, axis=1).min() for one in chosen] for mean in means]
    pooled_other = np.array(pooled)[~np.eye(len(chosen), dtype=bool)]
    print(f"pooled: own at most {np.diag(pooled).max():.3f}, others at least {pooled_other.min():.3f}")


def _between(some: Matrix, others: Matrix) -> Matrix:
    """Distances of vectors (n, 128) and (m, 128), shape (n, m)."""
    squares = (some**2).sum(1)[:, None] + (others**2).sum(1)[None] - 2 * some @ others.T
    return np.asarray(np.sqrt(np.maximum(squares, 0)), np.float32)


_engines: list[Engine] = []


def _start_process() -> None:
    cv2.setNumThreads(1)
    _engines.extend(Engine(smallest_face_px=size_px) for size_px in _SMALLEST_FACES_PX)


def _first_look(seed: int) -> tuple[int, Matrix | None]:
    vectors = vectors_of(_engines[0], [portrait(person(seed), _FIRST_LOOK_PX)])
    return seed, vectors[0] if len(vectors) else None


def _second_look(seed: int) -> Measured:
    photos = min((vectors_of(engine, photos_of(seed)) for engine in _engines), key=len)
    return Measured(seed, photos, vectors_of(_engines[0], fresh_faces(seed)))


def _on_processes(work: Callable[[int], T], seeds: Sequence[int], processes: int, what: str) -> Iterator[T]:
    """What the work returns for each seed, in order, with a bar."""
    with get_context("spawn").Pool(processes, _start_process) as pool:
        yield from tqdm(pool.imap(work, seeds, chunksize=8), total=len(seeds), desc=what)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.choose_people", description=__doc__)
    parser.add_argument("--seeds", type=_span, default=(0, 4000), metavar="FIRST:END", help="default 0:4000")
    parser.add_argument("--shortlist", type=int, default=300, help="how many are measured closely (default 300)")
    parser.add_argument("--processes", type=int, default=os.cpu_count(), help="default: one a core")
    return parser


def _span(text: str) -> tuple[int, int]:
    first, _, end = text.partition(":")
    return int(first), int(end)


if __name__ == "__main__":
    sys.exit(main())
