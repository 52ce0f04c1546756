"""How long a face vector takes on one thread, beside the published file as it is and beside dlib's network."""

from functools import partial
from itertools import cycle, islice
from statistics import median

import cv2
import numpy as np

from bench.child import in_child
from bench.log import Log
from bench.peers import DlibVectors, PublishedSFace
from bench.people import ENROLLED_SEEDS, photos_of
from bench.plan import Plan
from bench.stage import Stage
from bench.table import Column, Figures, Row, Table, row
from bench.timing import interleaved_ms, ratio
from face_engine.align import chip
from face_engine.engine import Engine
from face_engine.model import BGRImage
from face_engine.models import Models
from face_engine.similarity import SFACE_COSINE, length_of

_PEOPLE = 5
_CHIPS = 8
_DLIB_PX = 150

_COLUMNS = (
    Column("ours", "ours", "ms a face", 2),
    Column("published", "file as it is", "ms a face", 2),
    Column("ratio", "ours faster", "times", 1),
    Column("difference", "largest difference", "", 8),
    Column("dlib", "dlib", "ms a face", 2),
)


def tables(stage: Stage) -> list[Table]:
    """One face after the other, which is how they are embedded."""
    rows = in_child(_rows, stage.plan, stage.log, one_thread=True).value
    notes = (
        "One thread each, medians of CPU time, turn by turn, on chips of drawn faces. Difference: of directions,",
        "to those of the published file. dlib's network is another one, of half the arithmetic.",
    )
    return [Table("vector", "Vector of a face", _COLUMNS, tuple(rows), notes)]


def _rows(plan: Plan, log: Log) -> list[Row]:
    log.say("vector")
    return [row("one face", lambda: _figures(plan.vector_rounds))]


def _figures(rounds: int) -> Figures:
    chips, ours, published, dlib = face_chips(_CHIPS), Models().embedder(), PublishedSFace(), DlibVectors()
    larger = np.asarray(cv2.resize(chips[0], (_DLIB_PX, _DLIB_PX)), np.uint8)
    ways = {
        "ours": partial(ours.embed, chips[:1]),
        "published": partial(published.one, chips[0]),
        "dlib": partial(dlib.one, larger),
    }
    samples = interleaved_ms(ways, rounds, warm=True)
    medians = {name: median(values) for name, values in samples.items()}
    directions = ours.embed(chips) / length_of(SFACE_COSINE)
    difference = float(np.abs(directions - np.stack([published.one(one) for one in chips])).max())
    values = {**medians, "ratio": ratio(medians["published"], medians["ours"]), "difference": difference}
    return Figures(values, samples)


def face_chips(count: int) -> list[BGRImage]:
    """Chips of drawn people's photos as the engine cuts them, a few people again and again."""
    engine, chips = Engine(), []
    for seed in ENROLLED_SEEDS[:_PEOPLE]:
        for photo in photos_of(seed):
            chips += [chip(photo, face.landmarks) for face in engine.find(photo)[:1]]
    return list(islice(cycle(chips), count))
