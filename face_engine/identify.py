"""Decides whose the tracks of a video are."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from face_engine.gallery import Gallery
from face_engine.search_model import SearchOptions
from face_engine.track import Track, pool


@dataclass
class Claim:
    """The tracks of one person. Strong ones were good enough each by itself; without them, `weak` is the evidence."""

    person: int
    strong: list[Track] = field(default_factory=list)
    weak: list[Track] = field(default_factory=list)

    @property
    def tracks(self) -> list[Track]:
        """All of them, by first second."""
        return sorted(self.strong + self.weak, key=lambda t: t.first_s)

    def meets(self, track: Track) -> bool:
        """Whether the person is seen elsewhere in a picture of this track."""
        times = set(track.times_s)
        return any(not times.isdisjoint(own.times_s) for own in self.strong + self.weak)


@dataclass(frozen=True)
class Verdict:
    """How near a claim's evidence is to its person and to the next best."""

    distance: float
    runner_up: int | None
    margin: float | None
    good_frames: int


def identify(tracks: Sequence[Track], gallery: Gallery, options: SearchOptions) -> tuple[list[Claim], list[Track]]:
    """Give each track to one person of the gallery or to nobody.

    Strong tracks come first, the nearest first; of two that are visible at once the nearer keeps the person, and the
    other is weak for its next best: a face that looked most like somebody else proves nobody. A weak track joins a
    person whose own tracks it resembles. What is left belongs to unknown persons.
    """
    if not len(gallery) or not tracks:
        return [], list(tracks)
    distances = gallery.distances(np.stack([t.pooled for t in tracks]))
    claims: dict[int, Claim] = {}
    taken = _give_strong(tracks, distances, options, claims)
    taken |= _give_weak(tracks, distances, options, claims, taken)
    left = [t for i, t in enumerate(tracks) if i not in taken]
    return sorted(claims.values(), key=lambda c: c.person), left


def judge(claim: Claim, gallery: Gallery, options: SearchOptions) -> Verdict:
    """The claim's pooled distance and margin; weak evidence is not made strong by adding up."""
    evidence = claim.strong or [min(claim.weak, key=lambda t: _distance(t, claim.person, gallery))]
    vectors = np.concatenate([t.vectors for t in evidence])
    weights = np.concatenate([t.weights for t in evidence])
    good = _good(vectors, claim.person, gallery, options)
    used = good if claim.strong and good.any() else np.ones(len(vectors), bool)
    row = gallery.distances(pool(vectors[used], weights[used]))[0]
    runner_up, margin = _runner_up(row, claim.person)
    return Verdict(float(row[claim.person]), runner_up, margin, int(good.sum()))


def _give_strong(
    tracks: Sequence[Track], distances: NDArray[np.float32], options: SearchOptions, claims: dict[int, Claim]
) -> set[int]:
    taken: set[int] = set()
    nearest = sorted((float(row.min()), tracks[i].first_s, i, int(row.argmin())) for i, row in enumerate(distances))
    for distance, _, i, person in nearest:
        _, margin = _runner_up(distances[i], person)
        if distance > options.accept_distance or (margin is not None and margin < options.margin):
            continue
        claim = claims.get(person, Claim(person))
        if claim.meets(tracks[i]):
            distances[i, person] = np.inf  # somebody nearer is that person at this time
            continue
        claim.strong.append(tracks[i])
        claims[person] = claim
        taken.add(i)
    return taken


def _give_weak(
    tracks: Sequence[Track],
    distances: NDArray[np.float32],
    options: SearchOptions,
    claims: dict[int, Claim],
    taken: set[int],
) -> set[int]:
    more: set[int] = set()
    for i in sorted(range(len(tracks)), key=lambda i: (float(distances[i].min()), tracks[i].first_s)):
        track, person = tracks[i], int(distances[i].argmin())
        if i in taken or distances[i, person] > options.review_distance:
            continue
        claim = claims.get(person, Claim(person))
        known = claim.strong or claim.weak
        if claim.meets(track) or (known and _apart(track, known) > options.accept_distance):
            continue
        claim.weak.append(track)
        claims[person] = claim
        more.add(i)
    return more


def _apart(track: Track, others: Sequence[Track]) -> float:
    """Distance to the nearest of these tracks."""
    return float(min(np.linalg.norm(track.pooled - other.pooled) for other in others))


def _distance(track: Track, person: int, gallery: Gallery) -> float:
    return float(gallery.distances(track.pooled)[0, person])


def _good(vectors: NDArray[np.float32], person: int, gallery: Gallery, options: SearchOptions) -> NDArray[np.bool_]:
    """Which vectors, each by itself, are nearest to the person and not beyond the review line."""
    rows = gallery.distances(vectors)
    return np.asarray((rows.argmin(1) == person) & (rows[:, person] <= options.review_distance))


def _runner_up(row: NDArray[np.float32], person: int) -> tuple[int | None, float | None]:
    """The next best person and how much farther they are; negative where they are nearer."""
    if len(row) < 2:
        return None, None
    others = row.copy()
    others[person] = np.inf
    second = int(others.argmin())
    return second, float(others[second] - row[person])
