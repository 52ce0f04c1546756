"""Decides whose the tracks of a video are."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from face_engine.gallery import Gallery
from face_engine.thresholds import CHORD, Certainty, Thresholds
from face_engine.track import Track, at_once, pool

JOIN_DISTANCE = 1.00 * CHORD
"""A weak track this near to a person's own tracks of the same video is of the same stay; it proves nothing more."""

POOL_DISTANCE = 0.90 * CHORD
"""Weak tracks this near to each other are one person's; the mean of several people is nearer to everybody than each."""


@dataclass
class Claim:
    """The tracks of one person. Strong ones were good enough, each by itself or all of them pooled.

    Without strong ones, `weak` is the evidence.
    """

    person: int
    strong: list[Track] = field(default_factory=list)
    weak: list[Track] = field(default_factory=list)

    @property
    def tracks(self) -> list[Track]:
        """All of them, by first second."""
        return sorted(self.strong + self.weak, key=lambda t: t.first_s)

    def meets(self, track: Track) -> bool:
        """Whether the person is seen in another place of a picture of this track."""
        return any(at_once(track, own) for own in self.strong + self.weak)

    def resembles(self, track: Track, line: float) -> bool:
        """Whether the track is as near as `line` to the person's own tracks, if there are any yet."""
        known = self.strong or self.weak
        return not known or min(float(np.linalg.norm(track.pooled - own.pooled)) for own in known) <= line


@dataclass(frozen=True)
class Verdict:
    """How near a claim's evidence is to its person and to the next best."""

    distance: float
    runner_up: int | None
    margin: float | None
    good_frames: int


def identify(tracks: Sequence[Track], gallery: Gallery, thresholds: Thresholds) -> tuple[list[Claim], list[Track]]:
    """Give each track to one person of the gallery or to nobody.

    Strong tracks come first, the nearest first; of two that are visible at once the nearer keeps the person, and the
    other is weak for its next best: a face that looked most like somebody else proves nobody. A weak track joins a
    person whose own tracks it resembles; where all of them pooled are good enough, they are strong together. It is
    weak for everybody else from whom it cannot be told apart, so that of two who look alike neither is guessed. What is
    left belongs to unknown persons.
    """
    if not len(gallery) or not tracks:
        return [], list(tracks)
    return _Giving(tracks, gallery, thresholds).run()


def judge(claim: Claim, gallery: Gallery, thresholds: Thresholds) -> Verdict:
    """The claim's pooled distance and margin; of weak evidence those of the best track, since no more was agreed on."""
    evidence = claim.strong or [min(claim.weak, key=lambda t: _distance(t, claim.person, gallery))]
    vectors = np.concatenate([t.vectors for t in evidence])
    weights = np.concatenate([t.weights for t in evidence])
    good = _good(vectors, claim.person, gallery, thresholds) if claim.strong else np.zeros(len(vectors), bool)
    used = good if good.any() else np.ones(len(vectors), bool)
    row = gallery.distances(pool(vectors[used], weights[used]))[0]
    runner_up, margin = _runner_up(row, claim.person)
    return Verdict(float(row[claim.person]), runner_up, margin, int(good.sum()))


class _Giving:
    """One run of `identify`. A distance becomes infinite where somebody nearer is that person at this time."""

    def __init__(self, tracks: Sequence[Track], gallery: Gallery, thresholds: Thresholds) -> None:
        self._tracks, self._gallery, self._thresholds = tracks, gallery, thresholds
        self._certainty = Certainty(thresholds, gallery)
        self._distances = gallery.distances(np.stack([t.pooled for t in tracks]))
        self._claims: dict[int, Claim] = {}
        self._taken: set[int] = set()

    def run(self) -> tuple[list[Claim], list[Track]]:
        for i in self._nearest_first():
            self._give_strong(i)
        doubtful = [i for i in self._nearest_first() if i not in self._taken]
        for i in doubtful:
            self._give_weak(i)
        for claim in self._claims.values():
            self._pool_weak(claim)
        for i in doubtful:
            self._give_to_rivals(i)
        left = [t for i, t in enumerate(self._tracks) if i not in self._taken]
        return sorted(self._claims.values(), key=lambda c: c.person), left

    def _nearest_first(self) -> list[int]:
        return sorted(range(len(self._tracks)), key=lambda i: (self._distances[i].min(), self._tracks[i].first_s))

    def _give_strong(self, i: int) -> None:
        row, track = self._distances[i], self._tracks[i]
        if not self._certainty.is_sure(row, track.face_px):
            return
        claim = self._claim(int(row.argmin()))
        if claim.meets(track):
            row[claim.person] = np.inf
            return
        self._add(claim, claim.strong, i)

    def _give_weak(self, i: int) -> None:
        row, track = self._distances[i], self._tracks[i]
        while row.min() <= self._thresholds.review_distance:
            claim = self._claim(int(row.argmin()))
            if not claim.meets(track):
                if claim.resembles(track, JOIN_DISTANCE):
                    self._add(claim, claim.weak, i)
                return
            row[claim.person] = np.inf

    def _pool_weak(self, claim: Claim) -> None:
        """Tracks that resemble each other and that are weak, each for its own reason, may agree on one person."""
        if claim.strong:
            return
        best = claim.weak[0]
        agreeing = [t for t in claim.weak if np.linalg.norm(t.pooled - best.pooled) <= POOL_DISTANCE]
        vectors = np.concatenate([t.vectors for t in agreeing])
        row = self._gallery.distances(pool(vectors, np.concatenate([t.weights for t in agreeing])))[0]
        face_px = float(np.median([t.face_px for t in agreeing]))
        if int(row.argmin()) == claim.person and self._certainty.is_sure(row, face_px):
            claim.strong, claim.weak = agreeing, [t for t in claim.weak if t not in agreeing]

    def _give_to_rivals(self, i: int) -> None:
        row = self._distances[i]
        nearest = int(row.argmin())
        if any(self._tracks[i] is own for claim in self._claims.values() for own in claim.strong):
            return
        near = max(float(row[nearest]) + self._certainty.margin, self._thresholds.clear_distance)
        for person in np.flatnonzero(row <= min(near, self._thresholds.review_distance)):
            if int(person) not in self._claims and not self._is_surely(nearest, self._tracks[i], int(person)):
                claim = Claim(int(person))
                self._add(claim, claim.weak, i)

    def _is_surely(self, person: int, track: Track, rival: int) -> bool:
        """Whether the track has joined strong ones of the person that do not look like the rival."""
        claim = self._claims.get(person)
        if claim is None or not claim.strong or track not in claim.weak:
            return False
        rows = self._gallery.distances(np.stack([t.pooled for t in claim.strong]))
        return bool(rows[:, rival].min() > self._thresholds.review_distance)

    def _claim(self, person: int) -> Claim:
        return self._claims.get(person) or Claim(person)

    def _add(self, claim: Claim, to: list[Track], i: int) -> None:
        to.append(self._tracks[i])
        self._claims[claim.person] = claim
        self._taken.add(i)


def _distance(track: Track, person: int, gallery: Gallery) -> float:
    return float(gallery.distances(track.pooled)[0, person])


def _good(vectors: NDArray[np.float32], person: int, gallery: Gallery, thresholds: Thresholds) -> NDArray[np.bool_]:
    """Which vectors, each by itself, are nearest to the person and not beyond the review threshold."""
    rows = gallery.distances(vectors)
    return np.asarray((rows.argmin(1) == person) & (rows[:, person] <= thresholds.review_distance))


def _runner_up(row: NDArray[np.float32], person: int) -> tuple[int | None, float | None]:
    """The next best person and how much farther they are; negative where they are nearer."""
    if len(row) < 2:
        return None, None
    others = row.copy()
    others[person] = np.inf
    second = int(others.argmin())
    return second, float(others[second] - row[person])
