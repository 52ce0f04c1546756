"""Searches a video for the people of a gallery and for people whom nobody knows."""

from __future__ import annotations

import math
import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from face_engine.closer_look import closer_looks, with_sights
from face_engine.errors import BadVideo
from face_engine.gallery import Gallery
from face_engine.identify import identify
from face_engine.models import Models
from face_engine.portrait import Picture
from face_engine.search_model import Nearest, PersonSeen, SearchOptions, UnknownSeen, VideoSearch
from face_engine.search_processes import Report, SearchPool, search_processes
from face_engine.search_tasks import Found, Job, Looked, Result, Segment, Task
from face_engine.search_worker import Searcher
from face_engine.summary import person_seen, unknown_seen
from face_engine.unknowns import believable, group_tracks
from face_engine.video import VideoInfo, probe

__all__ = [
    "Nearest",
    "PersonSeen",
    "Picture",
    "SearchOptions",
    "UnknownSeen",
    "VideoInfo",
    "VideoSearch",
    "search_video",
]

LECTURE_EVERY_S = 2.0
CLIP_EVERY_S = 0.2
CLIP_FRAMES = 90
"""Where something is open, a clip has some 90 pictures looked at, a lecture one in two seconds."""

FIRST_LOOK_S = 20.0
FIRST_LOOK_FRAMES = 60
"""The first look takes a picture every twenty seconds, but at least so many where the video has them."""

# Segments depend on the length alone, so that the result does not depend on the number of processes. Each ends all
# tracks, whose vectors take time, so that long videos have longer ones; there are still enough for all processes.
_SHORTEST_SEGMENT_S, _LONGEST_SEGMENT_S = 45.0, 900.0
_SEGMENTS = 4

# Starting children takes a second or two, which this many frames take in one process.
_FRAMES_WORTH_CHILDREN = 40
# A face that looks away for two frames, or for one where they are rare, is still the same one.
_GAP_FRAMES, _LEAST_GAP_FRAMES = 3.5, 1.5
_SHORTEST_GAP_S, _LONGEST_GAP_S = 1.0, 45.0
# The shots that a track is known by: all that it needs by itself where every picture is searched at once; after a
# coarse look there are many tracks of everybody, and whoever is not sure then is looked at again.
_SHOTS_OF_ALL, _SHOTS_OF_A_FIRST_LOOK = 5, 2
# What part of the progress the first look is.
_FIRST_PART = 0.9

Do = Callable[[Sequence[Task], Report], list[Result]]


def search_video(
    path: Path,
    gallery: Gallery,
    options: SearchOptions | None = None,
    progress: Callable[[float], None] | None = None,
    *,
    models: Models | None = None,
    pool: SearchPool | None = None,
) -> VideoSearch:
    """Search a whole video; the same file, gallery and options give the same result.

    Parameters
    ----------
    progress
        Called from this process with 0 to 1, never falling, at least about once a second. What it raises stops the
        search and its processes, and is raised here.
    models
        Which networks, those of the gallery's vectors; None for those that are built in.
    pool
        Keeps processes from one search to the next; None starts and ends them with each.

    Raises
    ------
    BadVideo
        With one plain sentence.
    FaceEngineError
        Where a process of the search fails or is killed.
    """
    options = options or SearchOptions()
    progress = progress or _ignore
    info = probe(path)
    job = _job(path, info.duration_s, options, models or Models())
    progress(0.0)
    segments = _segments(info.duration_s, job.coarse_s, info.picture_tracks)
    with _somebody_to_do(job, segments, info, options, pool) as do:
        found = _first_look(do, segments, info.duration_s, lambda share: progress(_FIRST_PART * share))
        if not any(part.frames for part in found):
            raise BadVideo("%(name)s is damaged: no picture of it can be decoded.", name=path.name)
        tracks = [track for part in found for track in part.tracks]
        claims, left = identify(tracks, gallery, options)
        looked = _closer_look(
            do,
            closer_looks(job, tracks, claims, gallery, options),
            lambda share: progress(_FIRST_PART + (1 - _FIRST_PART) * share),
        )
    if looked:
        tracks = with_sights(tracks, (sight for part in looked for sight in part.sights))
        claims, left = identify(tracks, gallery, options)
    progress(1.0)
    unknown = [group for group in group_tracks(left) if believable(group)]
    return VideoSearch(
        info=info,
        frames_searched=sum(part.frames for part in found) + sum(part.frames for part in looked),
        searched_until_s=max(part.last_s for part in found if part.frames),
        people=[person_seen(claim, gallery, options, job.gap_s) for claim in claims],
        unknown=[unknown_seen(group, gallery, job.gap_s) for group in unknown],
    )


def default_every_s(duration_s: float) -> float:
    """Seconds between pictures where a video is looked at closely."""
    return min(LECTURE_EVERY_S, max(CLIP_EVERY_S, duration_s / CLIP_FRAMES))


def first_look_s(duration_s: float) -> float:
    """Seconds between the pictures of the first look, a whole number of closer steps."""
    fine_s = default_every_s(duration_s)
    return fine_s * max(1, int(min(FIRST_LOOK_S, duration_s / FIRST_LOOK_FRAMES) / fine_s))


def _job(path: Path, duration_s: float, options: SearchOptions, models: Models) -> Job:
    fine_s = options.every_s or default_every_s(duration_s)
    coarse_s = options.every_s or first_look_s(duration_s)
    return Job(
        path=path,
        coarse_s=coarse_s,
        fine_s=fine_s,
        gap_s=max(_SHORTEST_GAP_S, min(_LONGEST_GAP_S, _GAP_FRAMES * coarse_s), _LEAST_GAP_FRAMES * coarse_s),
        shots=_SHOTS_OF_ALL if coarse_s <= fine_s else _SHOTS_OF_A_FIRST_LOOK,
        smallest_face_px=options.smallest_face_px,
        models=models,
    )


@contextmanager
def _somebody_to_do(
    job: Job, segments: Sequence[Segment], info: VideoInfo, options: SearchOptions, pool: SearchPool | None
) -> Iterator[Do]:
    """This process, or as many children as are worth it."""
    processes = options.processes or _cores()
    if pool is None:
        processes = min(processes, len(segments))
    is_short = info.duration_s / job.coarse_s * info.picture_tracks < _FRAMES_WORTH_CHILDREN
    # A daemonic process, such as a worker of some job queues, may not have children.
    may_not = processes == 1 or multiprocessing.current_process().daemon
    if may_not or (is_short and not (pool and pool.is_warm(processes))):
        searcher = Searcher(job)
        yield lambda tasks, report: [searcher.do(task, partial(report, task.number)) for task in tasks]
        return
    with (pool.processes if pool else search_processes)(job, processes) as children:
        yield children.do


def _first_look(
    do: Do, segments: Sequence[Segment], duration_s: float, progress: Callable[[float], None]
) -> list[Found]:
    return [part for part in do(segments, _Meter(segments, duration_s, progress).report) if isinstance(part, Found)]


def _closer_look(do: Do, looks: Sequence[Task], progress: Callable[[float], None]) -> list[Looked]:
    if not looks:
        return []
    meter = _Meter(looks, max(look.end_s for look in looks), progress)
    return [part for part in do(looks, meter.report) if isinstance(part, Looked)]


def _cores() -> int:
    """Those that this process may use, where the system tells."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Meter:
    """Turns the progress of tasks into that of the whole."""

    def __init__(self, tasks: Sequence[Task], until_s: float, progress: Callable[[float], None]) -> None:
        self._tasks = tasks
        self._lengths_s = [max(1e-3, min(task.end_s, until_s) - task.start_s) for task in tasks]
        self._done_s = [0.0] * len(tasks)
        self._progress = progress

    def report(self, number: int, at_s: float) -> None:
        done = min(at_s - self._tasks[number].start_s, self._lengths_s[number])
        self._done_s[number] = max(self._done_s[number], done)
        self._progress(min(1.0, sum(self._done_s) / sum(self._lengths_s)))


def _segments(duration_s: float, coarse_s: float, picture_tracks: int) -> list[Segment]:
    length_s = max(_SHORTEST_SEGMENT_S, min(_LONGEST_SEGMENT_S, duration_s / _SEGMENTS))
    length_s = math.ceil(length_s / coarse_s) * coarse_s  # a span of two segments would be looked at twice
    # The last one reaches past the end: some headers are a little short.
    count = int(duration_s / length_s) + 1
    return [
        Segment(track * count + i, i * length_s, (i + 1) * length_s, track)
        for track in range(picture_tracks)
        for i in range(count)
    ]


def _ignore(_: float) -> None:
    """Progress that nobody follows."""
