"""Decides which faces deserve a closer look after the first, and adds to the tracks what it found.

A lecture is looked at every twenty seconds or so. Between two of those pictures a face is looked for again

- where a person is nearly sure: around the best picture of each of the person's tracks, for more frames that agree;
- where a person comes and goes: before the first and after the last picture, for the times. Of somebody who is sure
  anyway the outermost picture that shows the face is enough.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from face_engine.gallery import Gallery
from face_engine.identify import Claim, judge
from face_engine.search_model import SearchOptions
from face_engine.search_tasks import CloserLook, Edge, Follow, Job, Sight
from face_engine.track import Track, agreeing, pool

ENOUGH_GOOD_FRAMES = 5
"""Two more than a mark asks for."""

# Around the best picture of a track that is not sure, and for how many tracks of one person.
_FOLLOWED_S = 40.0
_MOST_TRACKS = 3
# Vectors of a followed track; more do not move the mean.
_MOST_VECTORS = 10
# Short tasks keep all processes busy.
_TASK_S = 30.0


@dataclass(frozen=True, eq=False)
class _Span:
    """A track to be followed from a second to another, for its own sake or for one end of a stay."""

    track: Track
    start_s: float
    end_s: float
    edge: Edge | None = None


def closer_looks(
    job: Job, tracks: Sequence[Track], claims: Sequence[Claim], gallery: Gallery, options: SearchOptions
) -> list[CloserLook]:
    """The tasks that the first look leaves; none where it looked at every picture already."""
    if job.coarse_s <= job.fine_s or not len(gallery) or not tracks:
        return []
    numbers = {id(track): number for number, track in enumerate(tracks)}
    return _tasks(
        Follow(
            numbers[id(span.track)],
            max(0.0, span.start_s),
            span.end_s,
            span.track.times_s,
            span.track.boxes,
            span.track.pooled,
            span.track.picture_track,
            span.edge,
        )
        for span in _once(_spans(job, claims, gallery, options))
        if span.end_s - max(0.0, span.start_s) > 1e-6
    )


def with_sights(tracks: Sequence[Track], sights: Iterable[Sight]) -> list[Track]:
    """The tracks with what the closer looks added."""
    by_track: dict[int, dict[float, Sight]] = defaultdict(dict)
    for sight in sights:
        by_track[sight.track][sight.time_s] = sight
    return [
        _with_sights(track, by_track[number]) if number in by_track else track for number, track in enumerate(tracks)
    ]


def _spans(job: Job, claims: Sequence[Claim], gallery: Gallery, options: SearchOptions) -> Iterator[_Span]:
    for claim in claims:
        first, last = claim.tracks[0], max(claim.tracks, key=lambda t: t.last_s)
        needs_more = _needs_more(claim, gallery, options)
        # Of a track that is not sure by itself each further vector may count.
        settled = [] if needs_more else claim.strong
        arrival = Edge.ARRIVAL if first in settled else None
        leaving = Edge.LEAVING if last in settled else None
        yield _Span(first, first.first_s - job.coarse_s, first.first_s, arrival)
        yield _Span(last, last.last_s, last.last_s + job.coarse_s, leaving)
        if needs_more:
            best = sorted(claim.tracks, key=lambda t: (-t.quality, t.first_s))[:_MOST_TRACKS]
            yield from (_around_the_best(track, job) for track in best)


def _needs_more(claim: Claim, gallery: Gallery, options: SearchOptions) -> bool:
    """Whether more pictures may make the person sure: there are few, or they are too far. Who is near and looks like
    somebody else as well does so in every picture.
    """
    verdict = judge(claim, gallery, options)
    if claim.strong:
        return verdict.good_frames < ENOUGH_GOOD_FRAMES
    return verdict.distance > options.accept_among(len(gallery))


def _around_the_best(track: Track, job: Job) -> _Span:
    start_s = max(track.first_s - job.coarse_s, track.picture.t_s - _FOLLOWED_S / 2)
    return _Span(track, start_s, min(track.last_s + job.coarse_s, track.picture.t_s + _FOLLOWED_S / 2))


def _once(spans: Iterable[_Span]) -> Iterator[_Span]:
    """Each track once in each picture, though several people may claim it; what overlaps is for its own sake."""
    of_track: dict[int, list[_Span]] = defaultdict(list)
    for span in spans:
        of_track[id(span.track)].append(span)
    for own in of_track.values():
        first, *others = sorted(own, key=lambda span: (span.start_s, span.end_s))
        for span in others:
            if span.start_s < first.end_s:
                edge = first.edge if first.edge is span.edge else None
                first = replace(first, end_s=max(first.end_s, span.end_s), edge=edge)
            else:
                yield first
                first = span
        yield first


def _tasks(follows: Iterable[Follow]) -> list[CloserLook]:
    """The follows cut into tasks on a fixed grid, so that their times do not depend on who does them."""
    cells: dict[tuple[int, int, bool], list[Follow]] = defaultdict(list)
    for one in follows:
        for cell in range(int(one.start_s / _TASK_S), int(one.end_s / _TASK_S) + 1):
            start_s, end_s = max(one.start_s, cell * _TASK_S), min(one.end_s, (cell + 1) * _TASK_S)
            if start_s < end_s:
                backwards = one.edge is Edge.LEAVING
                cells[one.picture_track, cell, backwards].append(replace(one, start_s=start_s, end_s=end_s))
    ordered = sorted(cells.items(), key=lambda cell: cell[0])
    return [
        CloserLook(number, min(f.start_s for f in own), max(f.end_s for f in own), tuple(own), track, backwards)
        for number, ((track, _, backwards), own) in enumerate(ordered)
    ]


def _with_sights(track: Track, sights: dict[float, Sight]) -> Track:
    new = [sights[time_s] for time_s in sorted(sights)]
    seen = sorted(zip((*track.times_s, *(s.time_s for s in new)), (*track.boxes, *(s.box for s in new)), strict=True))
    vectors = np.concatenate([track.vectors, np.stack([s.vector for s in new])])
    weights = np.concatenate([track.weights, np.array([max(s.quality, 1e-3) for s in new], np.float32)])
    best = np.sort(np.argsort(-weights, kind="stable")[:_MOST_VECTORS])
    vectors, weights = vectors[best], weights[best]
    agree = agreeing(vectors, weights)
    return replace(
        track,
        times_s=tuple(time_s for time_s, _ in seen),
        boxes=tuple(box for _, box in seen),
        vectors=vectors[agree],
        weights=weights[agree],
        pooled=pool(vectors[agree], weights[agree]),
    )
