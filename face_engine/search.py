"""Searches a video for the people of a gallery and for people whom nobody knows."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from face_engine.errors import BadVideo
from face_engine.gallery import Gallery
from face_engine.identify import identify
from face_engine.models import Models
from face_engine.portrait import Picture
from face_engine.search_model import Nearest, PersonSeen, SearchOptions, UnknownSeen, VideoSearch
from face_engine.search_processes import search_in_processes
from face_engine.search_worker import Found, Job, Segment, SegmentSearcher
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

SEGMENT_S = 60.0
"""Fixed, so that the result does not depend on the number of processes."""

LECTURE_EVERY_S = 2.0
CLIP_EVERY_S = 0.2
CLIP_FRAMES = 90

# Starting children takes a second or two, which this many frames take in one process.
_FRAMES_WORTH_CHILDREN = 120
# A face that looks away for two frames is still the same one.
_GAP_FRAMES = 3.5
_SHORTEST_GAP_S = 1.0


def search_video(
    path: Path,
    gallery: Gallery,
    options: SearchOptions | None = None,
    progress: Callable[[float], None] | None = None,
    *,
    models: Models | None = None,
) -> VideoSearch:
    """Search a whole video; the same file, gallery and options give the same result.

    Parameters
    ----------
    progress
        Called from this process with 0 to 1, never falling, at least about once a second. What it raises stops the
        search and its processes, and is raised here.
    models
        Which networks, those of the gallery's vectors; None for those that are built in.

    Raises
    ------
    BadVideo
        With one plain sentence.
    FaceEngineError
        Where a process of the search fails or is killed.
    """
    options = options or SearchOptions()
    info = probe(path)
    every_s = options.every_s or default_every_s(info.duration_s)
    gap_s = max(_SHORTEST_GAP_S, _GAP_FRAMES * every_s)
    job = Job(path, every_s, gap_s, options.smallest_face_px, models or Models())
    found = _search_segments(job, info.duration_s, options, progress or _ignore)
    frames = sum(part.frames for part in found)
    if not frames:
        raise BadVideo("%(name)s is damaged: no picture of it can be decoded.", name=path.name)
    tracks = [track for part in found for track in part.tracks]
    claims, left = identify(tracks, gallery, options)
    unknown = [group for group in group_tracks(left) if believable(group)]
    return VideoSearch(
        info=info,
        frames_searched=frames,
        searched_until_s=max(part.last_s for part in found if part.frames),
        people=[person_seen(claim, gallery, options, gap_s) for claim in claims],
        unknown=[unknown_seen(group, gallery, gap_s) for group in unknown],
    )


def default_every_s(duration_s: float) -> float:
    """Seconds between searched pictures: some 90 pictures of a clip, one every two seconds of a lecture."""
    return min(LECTURE_EVERY_S, max(CLIP_EVERY_S, duration_s / CLIP_FRAMES))


def _search_segments(
    job: Job, duration_s: float, options: SearchOptions, progress: Callable[[float], None]
) -> list[Found]:
    segments = _segments(duration_s)
    meter = _Meter(segments, duration_s, progress)
    processes = min(options.processes or _cores(), len(segments))
    # A daemonic process, such as a worker of some job queues, may not have children.
    alone = (
        processes == 1 or duration_s / job.every_s < _FRAMES_WORTH_CHILDREN or multiprocessing.current_process().daemon
    )
    progress(0.0)
    if not alone:
        found = search_in_processes(job, segments, processes, meter.report)
    else:
        searcher = SegmentSearcher(job)
        found = [searcher.search(segment, partial(meter.report, segment.number)) for segment in segments]
    progress(1.0)
    return found


def _cores() -> int:
    """Those that this process may use, where the system tells."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Meter:
    """Turns the progress of segments into that of the whole."""

    def __init__(self, segments: Sequence[Segment], duration_s: float, progress: Callable[[float], None]) -> None:
        self._segments = segments
        self._duration_s = duration_s
        self._done_s = [0.0] * len(segments)
        self._progress = progress

    def report(self, number: int, at_s: float) -> None:
        done = min(at_s, self._duration_s) - self._segments[number].start_s
        self._done_s[number] = max(self._done_s[number], done)
        self._progress(min(1.0, sum(self._done_s) / max(self._duration_s, 1e-3)))


def _segments(duration_s: float) -> list[Segment]:
    # The last one reaches past the end: some headers are a little short.
    count = int(duration_s / SEGMENT_S) + 1
    return [Segment(i, i * SEGMENT_S, (i + 1) * SEGMENT_S) for i in range(count)]


def _ignore(_: float) -> None:
    """Progress that nobody follows."""
