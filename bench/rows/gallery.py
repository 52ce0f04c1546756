"""How long it takes to find the nearest of many enrolled people, and whether they are the right ones."""

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from bench.child import in_child
from bench.log import Log
from bench.plan import Plan
from bench.stage import Stage
from bench.table import Column, Figures, Row, Table, row
from bench.timing import interleaved_ms, median_or_none, ratio
from face_engine.gallery import Gallery
from face_engine.model import Vectors

QUERIES = 32
NEIGHBOURS = 2  # the person and the next best, which is what a verdict needs

# As SFace's vectors are: two people about 0.71 apart, two photos of one about 0.41.
_APART = 0.71
_NOISE = 0.41
_LENGTH = 128

_COLUMNS = (
    Column("ours", "ours", "ms a query", 3),
    Column("numpy", "plain numpy", "ms a query", 3),
    Column("ratio", "ours faster", "times", 1),
    Column("recall", "recall", "%", 2),
)


def tables(stage: Stage) -> list[Table]:
    """A row for each size of the gallery."""
    rows = in_child(_rows, stage.plan, stage.log, one_thread=True).value
    how = "Random vectors; one thread, medians of CPU time, turn by turn."
    what = f"Batches of {QUERIES} queries for the nearest {NEIGHBOURS} people; recall against double precision."
    return [Table("gallery", "Search among enrolled people", _COLUMNS, tuple(rows), (what, how))]


def _rows(plan: Plan, log: Log) -> list[Row]:
    rows = []
    for size in plan.gallery_sizes:
        log.say(f"gallery: {size:,} people")
        rows.append(row(f"{size:,} people", partial(_figures, size, plan.gallery_rounds)))
    return rows


def _figures(size: int, rounds: int) -> Figures:
    people, queries = drawn_vectors(size)
    gallery = Gallery([f"{number:08}" for number in range(size)], people)
    ways: dict[str, Callable[[], NDArray[np.intp]]] = {
        "ours": lambda: gallery.nearest(queries, NEIGHBOURS)[0],
        "numpy": lambda: plain_nearest(people, queries),
    }
    samples = interleaved_ms(ways, rounds)
    a_query = {name: [ms / QUERIES for ms in values] for name, values in samples.items()}
    ours, plain = median_or_none(a_query["ours"]), median_or_none(a_query["numpy"])
    recall = recall_percent(ways["ours"](), exact_nearest(people, queries))
    return Figures({"ours": ours, "numpy": plain, "ratio": ratio(plain, ours), "recall": recall}, a_query)


def drawn_vectors(size: int) -> tuple[Vectors, Vectors]:
    """Random people (size, 128), and queries near some of them, (32, 128)."""
    rng = np.random.default_rng(size)
    people = rng.standard_normal((size, _LENGTH), np.float32) * np.float32(_APART / (2 * _LENGTH) ** 0.5)
    noise = rng.standard_normal((QUERIES, _LENGTH), np.float32) * np.float32(_NOISE / _LENGTH**0.5)
    return people, people[rng.integers(0, size, QUERIES)] + noise


def plain_nearest(people: Vectors, queries: Vectors, count: int = NEIGHBOURS) -> NDArray[np.intp]:
    """The way of a few lines of numpy: all distances at once, the smallest sorted out; shape (n, count)."""
    squares = (queries**2).sum(1)[:, None] + (people**2).sum(1)[None] - 2 * queries @ people.T
    found = np.argpartition(squares, count - 1, axis=1)[:, :count]
    order = np.take_along_axis(squares, found, axis=1).argsort(axis=1)
    return np.take_along_axis(found, order, axis=1)


def exact_nearest(people: Vectors, queries: Vectors) -> NDArray[np.intp]:
    """The nearest two by the differences themselves, in double precision; shape (n, 2)."""
    # The plain way rounds, but never by as much as the hundredth is farther than the second.
    near = plain_nearest(people, queries, min(100, len(people)))
    exact = ((people[near].astype(np.float64) - queries[:, None]) ** 2).sum(2)
    return np.take_along_axis(near, exact.argsort(axis=1)[:, :NEIGHBOURS], axis=1)


def recall_percent(found: NDArray[np.intp], exact: NDArray[np.intp]) -> float:
    """How many of the exact nearest are among those found, place by place."""
    return 100 * float(np.mean(found == exact))
