"""Puts the tracks of people whom nobody knows together, one group a person."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from face_engine.track import Track, at_once

SAME_UNKNOWN_DISTANCE = 0.50
"""Mean distance of the pooled vectors of two groups that are one person."""

GOOD_ENOUGH_ALONE = 0.45
"""Quality of a face that is believed although it was seen in one frame only."""

# A crowd in a long video is grouped piece by piece, so that the matrix of distances stays small.
_MOST_AT_ONCE = 1500


@dataclass(eq=False)
class _Group:
    tracks: list[Track]
    vector: NDArray[np.float64]
    times: frozenset[float]

    @classmethod
    def of(cls, tracks: list[Track]) -> "_Group":
        vector = np.asarray(np.mean([t.pooled for t in tracks], axis=0), np.float64)
        return cls(tracks, vector, frozenset(time for t in tracks for time in t.times_s))

    def meets(self, other: "_Group") -> bool:
        """Whether both are seen in one picture, in different places."""
        return bool(self.times & other.times) and any(at_once(one, two) for one in self.tracks for two in other.tracks)


def believable(tracks: Sequence[Track]) -> bool:
    """Whether these tracks are somebody: seen in two frames, or once very well. One poor frame is mostly no face."""
    return sum(len(t.times_s) for t in tracks) >= 2 or max(t.quality for t in tracks) >= GOOD_ENOUGH_ALONE


def group_tracks(tracks: Sequence[Track], same_distance: float = SAME_UNKNOWN_DISTANCE) -> list[list[Track]]:
    """Group tracks by person: average linkage, and tracks that are visible at once never share a group.

    The groups, and the tracks in each, are in the order of their first second.
    """
    groups: list[_Group] = []
    ordered = sorted(tracks, key=lambda t: t.first_s)
    for start in range(0, len(ordered), _MOST_AT_ONCE):
        piece = ordered[start : start + _MOST_AT_ONCE]
        groups += [_Group.of([track]) for track in piece]
        groups = _merged(groups, same_distance)
    by_time = [sorted(group.tracks, key=lambda t: t.first_s) for group in groups]
    return sorted(by_time, key=lambda group: group[0].first_s)


def _merged(groups: list[_Group], same_distance: float) -> list[_Group]:
    """Join the two nearest again and again until none are near enough."""
    members = [list(group.tracks) for group in groups]
    distances = _distances(groups)
    nearest = distances.argmin(1)
    while True:
        lowest = distances[np.arange(len(groups)), nearest]
        i = int(lowest.argmin())
        j = int(nearest[i])
        if not lowest[i] <= same_distance:
            return [_Group.of(tracks) for tracks in members if tracks]
        _average_into(distances, i, j, len(members[i]), len(members[j]))
        members[i] += members[j]
        members[j] = []
        # A mean is never below both of its parts: only rows that were nearest to one of the two look again.
        stale = (nearest == i) | (nearest == j)
        stale[[i, j]] = True
        nearest[stale] = distances[stale].argmin(1)


def _average_into(distances: NDArray[np.float64], i: int, j: int, size_i: int, size_j: int) -> None:
    """Make row and column i those of the joined group, and j those of nobody; what may not be joined is infinite."""
    joined = (size_i * distances[i] + size_j * distances[j]) / (size_i + size_j)
    distances[i], distances[:, i] = joined, joined
    distances[i, i] = np.inf
    distances[j], distances[:, j] = np.inf, np.inf


def _distances(groups: Sequence[_Group]) -> NDArray[np.float64]:
    """Distances of groups to each other; infinite to itself and to all that are visible at once with it."""
    vectors = np.stack([group.vector for group in groups])
    norms = (vectors**2).sum(1)
    distances = np.sqrt(np.maximum(norms[:, None] + norms[None] - 2 * vectors @ vectors.T, 0))
    first = np.array([min(group.times) for group in groups])
    last = np.array([max(group.times) for group in groups])
    may_meet = (first[:, None] <= last[None]) & (first[None] <= last[:, None])
    for i, j in np.argwhere(np.triu(may_meet, 1)):
        if groups[i].meets(groups[j]):
            distances[i, j] = distances[j, i] = np.inf
    np.fill_diagonal(distances, np.inf)
    return np.asarray(distances)
