"""Does the tasks of a video search, in this process or as the loop of a child process."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from multiprocessing.connection import Connection, wait
from multiprocessing.process import parent_process

import cv2

from face_engine.align import chip
from face_engine.errors import BadVideo, FaceEngineError
from face_engine.follow import follow
from face_engine.frames import sample_frames
from face_engine.model import BGRImage, Detection
from face_engine.quality import assess
from face_engine.search_tasks import (
    CloserLook,
    Failure,
    Follow,
    Found,
    Job,
    Looked,
    Progress,
    Ready,
    Result,
    Segment,
    Sight,
    Task,
)
from face_engine.track import Shot, Track, Tracker

REPORT_EVERY_S = 0.25
IDLE_S = 600.0
"""Whoever waits longer for work ends, and gives its memory back."""

Report = Callable[[float], None]
"""Told the second of the video that is searched now."""


class Searcher:
    """The networks, loaded once, and the way through one task after the other."""

    def __init__(self, job: Job) -> None:
        # One process a core is faster than several threads in each.
        cv2.setNumThreads(1)
        self._job = job
        self._detector = job.models.detector(job.smallest_face_px)
        self._embedder = job.models.embedder()

    def for_job(self, job: Job) -> Searcher:
        """One for another job; it has the same networks where they fit."""
        if (job.models, job.smallest_face_px) != (self._job.models, self._job.smallest_face_px):
            return Searcher(job)
        self._job = job
        return self

    def do(self, task: Task, report: Report) -> Result:
        """A first look, or a closer one."""
        return self._search(task, report) if isinstance(task, Segment) else self._look_closer(task, report)

    def _search(self, segment: Segment, report: Report) -> Found:
        """Follow all faces of one segment; a segment in which nothing can be decoded has no frames."""
        tracker = Tracker(self._embedder.embed, self._job.gap_s, self._job.shots, segment.picture_track)
        tracks: list[Track] = []
        frames, last_s = 0, segment.start_s
        # Other segments may be whole: whether anything was decoded is asked of all of them.
        with contextlib.suppress(BadVideo):
            for time_s, frame in sample_frames(
                self._job.path,
                self._job.coarse_s,
                segment.start_s,
                segment.end_s,
                picture_track=segment.picture_track,
            ):
                tracks += tracker.add(time_s, frame, self._shots(frame))
                frames, last_s = frames + 1, time_s
                report(time_s)
        return Found(segment.number, tracks + tracker.finish(), frames, last_s)

    def _look_closer(self, look: CloserLook, report: Report) -> Looked:
        """Look for followed faces in the pictures that the first look left out."""
        sights: list[Sight] = []
        found_s: dict[int, list[float]] = defaultdict(list)
        frames = 0

        def wanted(time_s: float) -> list[Follow]:
            return [one for one in look.follows if one.wants(time_s, found_s[one.track])]

        # Where key frames are enough for the first look, decoding what is between them would take longer than it did.
        pictures = sample_frames(
            self._job.path,
            self._job.fine_s,
            look.start_s,
            look.end_s,
            key_frames_within_s=self._job.coarse_s,
            picture_track=look.picture_track,
            wants=lambda time_s: bool(wanted(time_s)),
            backwards=look.backwards,
        )
        with contextlib.suppress(BadVideo):
            for time_s, frame in pictures:
                found = follow(frame, time_s, wanted(time_s), self._shots, self._embedder.embed)
                for sight in found:
                    found_s[sight.track].append(time_s)
                sights += found
                frames += 1
                report(time_s)
        return Looked(look.number, sights, frames)

    def _shots(self, frame: BGRImage) -> list[Shot]:
        return [self._shot(frame, found) for found in self._detector.find(frame)]

    def _shot(self, frame: BGRImage, found: Detection) -> Shot:
        own = chip(frame, found.landmarks)
        return Shot(found.box, found.score, assess(frame, found, own).value, own)


def serve(connection: Connection, job: Job, idle_s: float = IDLE_S) -> None:
    """A child's life: tasks and jobs come in over the connection, progress and what was found go out."""
    # Ctrl-C reaches the whole group; the parent ends its children itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_exit_with_parent, daemon=True).start()
    try:
        searcher = Searcher(job)
        while connection.poll(idle_s):
            message = connection.recv()
            if isinstance(message, Job):
                job = message
                searcher = searcher.for_job(job)
                connection.send(Ready())
            else:
                connection.send(searcher.do(message, _reporter(connection, message.number)))
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
