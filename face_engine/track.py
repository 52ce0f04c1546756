"""Follows faces from picture to picture and keeps the best shots of each.

Boxes are matched by overlap and nearness (Hungarian method). Where the overlap is weak or the face looks different, as
after a cut or when a call shows another speaker in the same place, the face vectors decide whether it is one person.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from face_engine.flat import Look, Looks
from face_engine.model import BGRImage, Box, Vectors
from face_engine.portrait import Picture, cut_picture

# Two heads in one picture hardly overlap, two looks at one face nearly fully.
_ONE_FACE_OVERLAP = 0.4

Embed = Callable[[Sequence[BGRImage]], Vectors]

BEST_SHOTS = 5

SURE_OVERLAP = 0.3
SURE_LIKENESS = 0.65
"""Correlation of two tiny chips; one person in one pose has 0.9 and more, two persons in one light 0.3 to 0.66."""

OVERLAPS = 0.2
SAME_WHERE_OVERLAPPING = 0.6
"""Distance of two shots; one singer in motion had up to 0.57 from shot to shot."""
SAME_WHERE_NEAR = 0.53

_TINY_PX = 16
_LEAST_AFFINITY = 0.05
_MOST_GROWTH = 1.8


@dataclass(eq=False)
class Shot:
    """One face in one picture: its box, detector's score, quality from 0 to 1, and chip of shape (112, 112, 3)."""

    box: Box
    score: float
    quality: float
    chip: BGRImage
    time_s: float = 0.0
    vector: NDArray[np.float32] | None = None

    @cached_property
    def tiny(self) -> NDArray[np.float64]:
        """The chip as 16 x 16 grey values of mean 0 and length 1: what they have in common is a scalar product."""
        grey = cv2.cvtColor(
            cv2.resize(self.chip, (_TINY_PX, _TINY_PX), interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2GRAY
        )
        values = np.asarray(grey, np.float64).ravel()
        values -= values.mean()
        return np.asarray(values / max(float(np.sqrt(values @ values)), 1e-9))


@dataclass(frozen=True, eq=False)
class Track:
    """One person followed without a break.

    `boxes` are where it was at `times_s`, in pictures of one `picture_track` of the video. `vectors`, shape (k, 128),
    are those of its best shots, `weights` their qualities; `pooled` is the weighted mean of those that agree. `looks`
    are some of all its shots.
    """

    times_s: tuple[float, ...]
    boxes: tuple[Box, ...]
    vectors: Vectors
    weights: NDArray[np.float32]
    pooled: NDArray[np.float32]
    quality: float
    score: float
    picture: Picture
    picture_track: int = 0
    looks: tuple[Look, ...] = ()

    @property
    def face_px(self) -> float:
        """How wide the face is, in the middle of all pictures."""
        return float(np.median([min(box[2] - box[0], box[3] - box[1]) for box in self.boxes]))

    @property
    def first_s(self) -> float:
        """When it begins."""
        return self.times_s[0]

    @property
    def last_s(self) -> float:
        """When it ends."""
        return self.times_s[-1]


def at_once(one: Track, other: Track) -> bool:
    """Whether two tracks are two faces of one picture. A face that both were followed to is one, and somebody may be
    seen by two cameras at a time.
    """
    if one.picture_track != other.picture_track:
        return False
    boxes = dict(zip(one.times_s, one.boxes, strict=True))
    shared = [(boxes[t], box) for t, box in zip(other.times_s, other.boxes, strict=True) if t in boxes]
    return any(_overlap(mine, theirs) < _ONE_FACE_OVERLAP for mine, theirs in shared)


def _overlap(one: Box, other: Box) -> float:
    """Intersection over union."""
    across = max(0.0, min(one[2], other[2]) - max(one[0], other[0]))
    down = max(0.0, min(one[3], other[3]) - max(one[1], other[1]))
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return across * down / max(areas - across * down, 1e-9)


@dataclass(eq=False)
class _Live:
    """A track that may still go on; holds a few chips whatever its length."""

    shots: list[Shot]
    last: Shot
    picture: Picture
    times_s: list[float] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    looks: Looks = field(default_factory=Looks)

    @classmethod
    def begun(cls, shot: Shot, frame: BGRImage) -> "_Live":
        live = cls([shot], shot, cut_picture(frame, shot.box, shot.time_s), [shot.time_s], [shot.box])
        live.looks.add(shot.time_s, shot.quality, shot.chip)
        return live

    def add(self, shot: Shot, frame: BGRImage) -> None:
        self.last = shot
        self.times_s.append(shot.time_s)
        self.boxes.append(shot.box)
        self.looks.add(shot.time_s, shot.quality, shot.chip)
        if shot.quality > self.shots[0].quality:
            self.picture = cut_picture(frame, shot.box, shot.time_s)
        self.shots = sorted([*self.shots, shot], key=lambda s: (-s.quality, s.time_s))[:BEST_SHOTS]

    def embedded(self) -> list[Shot]:
        """The last and the best shots, as far as their vectors are known."""
        return [one for one in (self.last, *self.shots) if one.vector is not None]

    def evidence(self, shots: int) -> list[Shot]:
        """The best shot and at least `shots` in all: those whose vectors are known before others."""
        best, *others = self.shots
        known = [one for one in others if one.vector is not None]
        unknown = [one for one in others if one.vector is None]
        return [best, *known, *unknown[: max(0, shots - 1 - len(known))]]

    def looks_like(self, shot: Shot) -> bool:
        """Whether it is the same face at a glance, as it was last or in one of its best shots."""
        return any(float(one.tiny @ shot.tiny) >= SURE_LIKENESS for one in (self.last, *self.shots))


class Tracker:
    """Joins the faces of one picture after the other to tracks.

    Parameters
    ----------
    embed
        Chips to vectors of shape (n, 128).
    gap_s
        A face that is not seen for longer ends its track.
    shots
        Of how many of its best shots a track has vectors at least.
    picture_track
        Of which picture track of the video the pictures are.
    """

    def __init__(self, embed: Embed, gap_s: float, shots: int = BEST_SHOTS, picture_track: int = 0) -> None:
        self._embed = embed
        self._gap_s = gap_s
        self._shots = shots
        self._picture_track = picture_track
        self._live: list[_Live] = []

    def add(self, time_s: float, frame: BGRImage, shots: Sequence[Shot]) -> list[Track]:
        """Take the faces of the next picture; the tracks that have ended by now."""
        ended = self._end([t for t in self._live if time_s - t.last.time_s > self._gap_s])
        free = list(shots)
        for shot in free:
            shot.time_s = time_s
        for live, shot in self._matches(free):
            live.add(shot, frame)
            free.remove(shot)
        for shot in free:
            self._live.append(_Live.begun(shot, frame))
        return ended

    def finish(self) -> list[Track]:
        """End all tracks."""
        return self._end(list(self._live))

    def _matches(self, shots: list[Shot]) -> list[tuple[_Live, Shot]]:
        if not self._live or not shots:
            return []
        affinity, overlap = _affinity([t.last.box for t in self._live], [s.box for s in shots])
        while True:
            pairs = _assigned(affinity)
            different = self._different([(self._live[i], shots[j], float(overlap[i, j])) for i, j in pairs])
            if not any(different):
                return [(self._live[i], shots[j]) for i, j in pairs]
            # Two people may have been in one place since the last cut: the face may go on another track of it.
            for (i, j), is_different in zip(pairs, different, strict=True):
                if is_different:
                    affinity[i, j] = 0.0

    def _different(self, pairs: list[tuple[_Live, Shot, float]]) -> list[bool]:
        """Which of these pairs of track, shot and overlap are two persons."""
        unsure = [overlap < SURE_OVERLAP or not live.looks_like(shot) for live, shot, overlap in pairs]
        asked = [pair for pair, is_unsure in zip(pairs, unsure, strict=True) if is_unsure]
        # All at once: the network is faster in batches.
        self._vectors([one for live, shot, _ in asked for one in (shot, *(live.embedded() or [live.last]))])
        return [is_unsure and not self._is_one_person(*pair) for pair, is_unsure in zip(pairs, unsure, strict=True)]

    def _is_one_person(self, live: _Live, shot: Shot, overlap: float) -> bool:
        limit = SAME_WHERE_OVERLAPPING if overlap >= OVERLAPS else SAME_WHERE_NEAR
        mine, *theirs = self._vectors([shot, *(live.embedded() or [live.last])])
        return bool(np.linalg.norm(np.stack(theirs) - mine, axis=1).min() <= limit)

    def _vectors(self, shots: Sequence[Shot]) -> list[NDArray[np.float32]]:
        """The vectors of these shots; each is computed once."""
        new = list({id(shot): shot for shot in shots if shot.vector is None}.values())
        for shot, vector in zip(new, self._embed([shot.chip for shot in new]) if new else [], strict=True):
            shot.vector = vector
        return [shot.vector for shot in shots if shot.vector is not None]

    def _end(self, ending: list[_Live]) -> list[Track]:
        self._live = [t for t in self._live if t not in ending]
        self._vectors([shot for t in ending for shot in t.evidence(self._shots)])
        return [self._closed(t) for t in ending]

    def _closed(self, live: _Live) -> Track:
        evidence = live.evidence(self._shots)
        vectors = np.stack(self._vectors(evidence))
        weights = np.array([max(s.quality, 1e-3) for s in evidence], np.float32)
        agree = agreeing(vectors, weights)
        vectors, weights = vectors[agree], weights[agree]
        return Track(
            times_s=tuple(live.times_s),
            boxes=tuple(live.boxes),
            vectors=vectors,
            weights=weights,
            pooled=pool(vectors, weights),
            quality=live.shots[0].quality,
            score=max(s.score for s in live.shots),
            picture=live.picture,
            picture_track=self._picture_track,
            looks=tuple(live.looks.kept),
        )


def pool(vectors: Vectors, weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """The direction between vectors (n, 128) by their weights, shape (128,), with their own length.

    The mean itself is shorter the less they agree, and a shorter vector is nearer to everybody.
    """
    mean = np.average(vectors, axis=0, weights=weights)
    length = np.average(np.linalg.norm(vectors, axis=1), weights=weights)
    return np.asarray(mean * (length / max(float(np.linalg.norm(mean)), 1e-9)), np.float32)


def agreeing(vectors: Vectors, weights: NDArray[np.float32]) -> NDArray[np.bool_]:
    """All but those far from the rest: a hand before the face makes somebody else of it."""
    if len(vectors) < 3:
        return np.ones(len(vectors), bool)
    near = np.linalg.norm(vectors - pool(vectors, weights), axis=1) <= SAME_WHERE_OVERLAPPING
    return near if near.any() else np.ones(len(vectors), bool)


def _assigned(affinity: NDArray[np.float64]) -> list[tuple[int, int]]:
    """The pairs of a row and a column, each in one pair at most, that have the greatest affinity in all."""
    rows = np.flatnonzero(affinity.max(axis=1) >= _LEAST_AFFINITY)
    columns = affinity[rows].argmax(axis=1)
    if len(np.unique(columns)) < len(columns):
        # Imported where two rows want one column: it takes longer than all else that a process needs to start.
        from scipy.optimize import linear_sum_assignment  # noqa: PLC0415

        rows, columns = linear_sum_assignment(-affinity)
    return [(int(i), int(j)) for i, j in zip(rows, columns, strict=True) if affinity[i, j] >= _LEAST_AFFINITY]


def _affinity(before: list[Box], now: list[Box]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How well boxes go on as others, and their intersections over unions; both of shape (before, now)."""
    a, b = np.array(before, np.float64)[:, None], np.array(now, np.float64)[None]
    both = np.maximum(np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2]), 0).prod(-1)
    area_a, area_b = (a[..., 2:] - a[..., :2]).prod(-1), (b[..., 2:] - b[..., :2]).prod(-1)
    overlap = both / np.maximum(area_a + area_b - both, 1e-9)
    apart = np.linalg.norm((a[..., :2] + a[..., 2:] - b[..., :2] - b[..., 2:]) / 2, axis=-1)
    side_a, side_b = np.sqrt(np.maximum(area_a, 1e-9)), np.sqrt(np.maximum(area_b, 1e-9))
    nearness = np.maximum(0.0, 1 - apart / (1.5 * np.maximum(side_a, side_b)))
    alike = np.maximum(side_a, side_b) / np.minimum(side_a, side_b) <= _MOST_GROWTH
    return np.where(alike, overlap + 0.2 * nearness, 0.0), overlap
