"""Searches one segment of a video for tracks, in this process or as the loop of a child process."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import parent_process
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from face_engine.align import chip
from face_engine.errors import BadVideo, FaceEngineError
from face_engine.frames import sample_frames
from face_engine.model import BGRImage, Vectors
from face_engine.models import Models
from face_engine.quality import assess
from face_engine.track import Shot, Track, Tracker

REPORT_EVERY_S = 0.25

# On one thread larger batches are no faster, and each process keeps the memory of its largest.
_EMBEDDED_AT_ONCE = 8

Report = Callable[[float], None]
"""Told the second of the video that is searched now."""


@dataclass(frozen=True)
class Job:
    """What all segments of one search have in common."""

    path: Path
    every_s: float
    gap_s: float
    smallest_face_px: int
    models: Models


@dataclass(frozen=True)
class Segment:
    """From `start_s` to before `end_s`."""

    number: int
    start_s: float
    end_s: float


@dataclass(frozen=True)
class Found:
    """The tracks of one segment, how many frames were searched, and the time of the last."""

    number: int
    tracks: list[Track]
    frames: int
    last_s: float


@dataclass(frozen=True)
class Progress:
    """How far a child is in its segment."""

    number: int
    at_s: float


@dataclass(frozen=True)
class Failure:
    """Why a child gave up: what its error's sentence is made of."""

    template: str
    values: Mapping[str, Any]


class SegmentSearcher:
    """The networks, loaded once, and the way through one segment after the other."""

    def __init__(self, job: Job) -> None:
        # One process a core is faster than several threads in each.
        cv2.setNumThreads(1)
        self._job = job
        self._template = job.models.template
        self._detector = job.models.detector(job.smallest_face_px)
        self._embedder = job.models.embedder()

    def search(self, segment: Segment, report: Report) -> Found:
        """Follow all faces of one segment; a segment in which nothing can be decoded has no frames."""
        tracker = Tracker(self._embed, self._job.gap_s)
        tracks: list[Track] = []
        frames, last_s = 0, segment.start_s
        # Other segments may be whole: whether anything was decoded is asked of all of them.
        with contextlib.suppress(BadVideo):
            for time_s, frame in sample_frames(self._job.path, self._job.every_s, segment.start_s, segment.end_s):
                tracks += tracker.add(time_s, frame, self._shots(frame))
                frames, last_s = frames + 1, time_s
                report(time_s)
        return Found(segment.number, tracks + tracker.finish(), frames, last_s)

    def _embed(self, chips: Sequence[BGRImage]) -> Vectors:
        starts = range(0, len(chips), _EMBEDDED_AT_ONCE)
        return np.concatenate([self._embedder.embed(chips[start : start + _EMBEDDED_AT_ONCE]) for start in starts])

    def _shots(self, frame: BGRImage) -> list[Shot]:
        return [
            Shot(found.box, found.score, assess(frame, found).value, chip(frame, found.landmarks, self._template))
            for found in self._detector.find(frame)
        ]


def serve(connection: Connection, job: Job) -> None:
    """A child's life: segments come in over the connection, progress and what was found go out."""
    # Ctrl-C reaches the whole group; the parent ends its children itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_exit_with_parent, daemon=True).start()
    try:
        searcher = SegmentSearcher(job)
        while True:
            segment = connection.recv()
            connection.send(searcher.search(segment, _reporter(connection, segment.number)))
    except (EOFError, BrokenPipeError):
        return
    except FaceEngineError as error:
        connection.send(Failure(error.template, error.values))
    except Exception as error:  # Nobody reads a child's traceback: the parent raises what it is told.
        fault = f"{type(error).__name__}: {error}"
        failed = FaceEngineError("The search of %(name)s failed: %(fault)s.", name=job.path.name, fault=fault)
        connection.send(Failure(failed.template, failed.values))


def _exit_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        # Without the parent nobody waits for the result, and nobody would end this process.
        os._exit(1)


def _reporter(connection: Connection, number: int) -> Report:
    last = 0.0

    def report(at_s: float) -> None:
        nonlocal last
        if time.monotonic() - last >= REPORT_EVERY_S:
            last = time.monotonic()
            connection.send(Progress(number, at_s))

    return report
