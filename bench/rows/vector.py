"""How long a face vector takes on one thread, beside dlib with the same weights."""

from collections.abc import Callable
from functools import partial
from itertools import cycle, islice
from statistics import median

import numpy as np

from bench.child import in_child
from bench.log import Log
from bench.peers import DlibVectors
from bench.people import ENROLLED_SEEDS, photos_of
from bench.plan import Plan
from bench.stage import Stage
from bench.table import Column, Figures, Row, Table, row
from bench.timing import interleaved_ms, ratio
from face_engine.align import chip
from face_engine.engine import Engine
from face_engine.model import BGRImage, Vectors
from face_engine.models import Models

BATCH = 32
_PEOPLE = 5

_COLUMNS = (
    Column("ours", "ours", "ms a face", 2),
    Column("dlib", "dlib", "ms a face", 2),
    Column("ratio", "ours faster", "times", 1),
    Column("difference", "largest difference", "", 8),
)


def tables(stage: Stage) -> list[Table]:
    """One face alone, and a batch."""
    rows = in_child(_rows, stage.plan, stage.log, one_thread=True).value
    notes = ("One thread each, medians of CPU time, turn by turn, on chips of drawn faces; the same weights file.",)
    return [Table("vector", "Vector of a face", _COLUMNS, tuple(rows), notes)]


def _rows(plan: Plan, log: Log) -> list[Row]:
    chips, ours, dlib = face_chips(BATCH), Models().embedder(), DlibVectors()
    ours.embed(chips)
    dlib.one(chips[0])
    log.say("vector: one face alone")
    alone = row(
        "one face alone",
        lambda: _figures(lambda: ours.embed(chips[:1])[0], lambda: dlib.one(chips[0]), plan.vector_rounds, 1),
    )
    log.say(f"vector: batch of {BATCH}")
    batch = row(
        f"batch of {BATCH}",
        lambda: _figures(lambda: ours.embed(chips), lambda: dlib.batch(chips), plan.batch_rounds, BATCH),
    )
    return [alone, batch]


def _figures(ours: Callable[[], Vectors], dlib: Callable[[], Vectors], rounds: int, faces: int) -> Figures:
    vectors: dict[str, Vectors] = {}

    def keep(name: str, way: Callable[[], Vectors]) -> None:
        vectors[name] = way()

    ways = {"ours": partial(keep, "ours", ours), "dlib": partial(keep, "dlib", dlib)}
    samples = interleaved_ms(ways, rounds, warm=True)
    a_face = {name: [ms / faces for ms in values] for name, values in samples.items()}
    medians = {name: median(values) for name, values in a_face.items()}
    difference = float(np.abs(vectors["ours"] - vectors["dlib"]).max())
    return Figures({**medians, "ratio": ratio(medians["dlib"], medians["ours"]), "difference": difference}, a_face)


def face_chips(count: int) -> list[BGRImage]:
    """Chips of drawn people's photos as the engine cuts them, a few people again and again."""
    engine, chips = Engine(), []
    for seed in ENROLLED_SEEDS[:_PEOPLE]:
        for photo in photos_of(seed):
            chips += [chip(photo, face.landmarks) for face in engine.find(photo)[:1]]
    return list(islice(cycle(chips), count))
