"""How long it takes to find faces, how many are found and how many are none, beside dlib's HOG and YuNet."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from statistics import median
from typing import TypeAlias

import cv2
import numpy as np

from bench.child import in_child
from bench.film import Film, covered_boxes, truth_boxes
from bench.frames_at import frames_at, spread
from bench.log import Log
from bench.peers import DlibFinder, YuNetFinder
from bench.plan import FULL_HD, HD, Plan
from bench.scoring import Finds, finds_of_boxes
from bench.stage import Stage
from bench.table import Column, Figures, Row, Table, Value, row
from bench.timing import cpu_ms, ratio
from face_engine.model import BGRImage, Box
from face_engine.models import Models

SMALLEST_PX = (20, 40, 60)
SIZES = {"480p": (854, 480), "720p": HD, "1080p": FULL_HD}

Find: TypeAlias = Callable[[BGRImage], list[Box]]
Shown: TypeAlias = tuple[BGRImage, list[Box], list[Box]]
"""A frame, where its faces are, and where those that are covered in part are."""

_PEERS = {"hog": "HOG", "hog_up": "HOG x2", "yunet": "YuNet"}
_TIME_COLUMNS = (
    Column("ours", "ours", "ms a frame", 1),
    *(Column(key, name, "ms a frame", 1) for key, name in _PEERS.items()),
    *(Column(f"{key}_ratio", f"to {name}", "times", 1) for key, name in _PEERS.items()),
)
_FINDS_COLUMNS = (
    Column("faces", "faces"),
    Column("ours", "ours", "found, %", 1),
    *(Column(key, name, "found, %", 1) for key, name in _PEERS.items()),
    Column("ours_false", "ours", "false"),
    *(Column(f"{key}_false", name, "false") for key, name in _PEERS.items()),
)


def tables(stage: Stage) -> list[Table]:
    """Times, and finds on frames of the films."""
    films = {"480p": stage.film(FULL_HD), "720p": stage.film(HD), "1080p": stage.film(FULL_HD)}
    times, finds = in_child(_rows, stage.plan, films, stage.log, one_thread=True).value
    note = "Frames of the drawn films; 480p is reduced from 1080p. YuNet reads them in their own size."
    how = "One thread, medians of CPU time, turn by turn. Peers know no smallest face; HOG x2 is upsampled once."
    what = "Of faces at least that wide, turned ones too, without those covered in part; false: finds where no face is."
    return [
        Table("detector_time", "Finding faces: time", _TIME_COLUMNS, tuple(times), (how, note)),
        Table("detector_finds", "Finding faces: drawn frames", _FINDS_COLUMNS, tuple(finds), (what,)),
    ]


def peers() -> dict[str, Find]:
    """The peers, by the keys of their columns."""
    return {"hog": DlibFinder(0).find, "hog_up": DlibFinder(1).find, "yunet": YuNetFinder().find}


def ours(smallest_px: int) -> Find:
    """Boxes by our detector."""
    detector = Models().detector(smallest_px)
    return lambda image: [found.box for found in detector.find(image)]


def _rows(plan: Plan, films: Mapping[str, Film], log: Log) -> tuple[list[Row], list[Row]]:
    cv2.setNumThreads(1)
    theirs = peers()
    own = {px: ours(px) for px in SMALLEST_PX}
    times, finds = [], []
    for size_name, film in films.items():
        log.say(f"detector: {size_name}")
        shown = _shown(film, SIZES[size_name], plan.finds_frames)
        samples = _samples(own, theirs, [image for image, *_ in shown[: plan.detector_frames]], plan.detector_rounds)
        found = {name: [find(image) for image, *_ in shown] for name, find in theirs.items()}
        for px in SMALLEST_PX:
            name = f"{size_name}, faces from {px} px"
            times.append(row(name, partial(time_figures, samples, px)))
            mine = {"ours": [own[px](image) for image, *_ in shown]}
            finds.append(row(name, partial(finds_figures, shown, {**mine, **found}, px)))
    return times, finds


def _shown(film: Film, size: tuple[int, int], count: int) -> list[Shown]:
    scale = size[0] / film.plan.size[0]
    shown = []
    for second, image in frames_at(film.path, spread(film.plan.seconds, count, film.plan.key_every_s)):
        frame = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
        faces, covered = truth_boxes(film, second), covered_boxes(film, second)
        shown.append((frame, _scaled(faces, scale), _scaled(covered, scale)))
    return shown


def _scaled(boxes: Sequence[tuple[str, Box]], scale: float) -> list[Box]:
    return [(x1 * scale, y1 * scale, x2 * scale, y2 * scale) for _, (x1, y1, x2, y2) in boxes]


def _samples(
    own: Mapping[int, Find], theirs: Mapping[str, Find], images: list[BGRImage], rounds: int
) -> dict[str, list[float]]:
    ways = {**{str(px): find for px, find in own.items()}, **theirs}
    samples: dict[str, list[float]] = {name: [] for name in ways}
    for find in own.values():
        find(images[0])
    for _ in range(rounds):
        for image in images:
            for name, find in ways.items():
                samples[name].append(cpu_ms(partial(find, image)))
    return samples


def time_figures(samples: Mapping[str, list[float]], smallest_px: int) -> Figures:
    """Processor time of ours and of each peer, and how many times ours the peer's is."""
    used = {"ours": samples[str(smallest_px)], **{key: samples[key] for key in _PEERS}}
    values: dict[str, Value] = {name: median(of) for name, of in used.items()}
    values |= {f"{key}_ratio": ratio(median(used[key]), median(used["ours"])) for key in _PEERS}
    return Figures(values, used)


def finds_figures(shown: list[Shown], boxes: Mapping[str, list[list[Box]]], smallest_px: int) -> Figures:
    """How many of the faces shown each way found, and what it found besides."""
    values: dict[str, Value] = {}
    for name, found in boxes.items():
        pairs = zip(found, shown, strict=True)
        each = (finds_of_boxes(here, faces, smallest_px, covered) for here, (_, faces, covered) in pairs)
        finds = sum(each, Finds())
        values |= {name: finds.recall_percent, f"{name}_false": finds.false, "faces": finds.faces}
    return Figures(values)
