"""Makes tracks of invented vectors, for the rules that need no networks."""

from collections.abc import Sequence
from itertools import count

import numpy as np

from face_engine.portrait import Picture
from face_engine.track import Track

ALONG = np.eye(128, dtype=np.float32)
LENGTH = 10.0
"""Of all vectors here, as a model's have one length: the last number fills them up to it."""

_PLACES = count()


def plain(*parts: float) -> np.ndarray:
    """A vector whose first numbers are these and whose others are 0."""
    return np.array([*parts, *[0.0] * (128 - len(parts))], np.float32)


def vector(*parts: float) -> np.ndarray:
    """A vector that begins with these numbers; as long as they are small, their distances are nearly its own."""
    rest = LENGTH**2 - sum(part**2 for part in parts)
    return np.array([*parts, *[0.0] * (127 - len(parts)), rest**0.5], np.float32)


def track(
    pooled: np.ndarray,
    times_s: Sequence[float],
    *,
    quality: float = 0.8,
    vectors: Sequence[np.ndarray] | None = None,
    place: int | None = None,
    picture_track: int = 0,
) -> Track:
    """A track with one vector, or with those given, whose picture carries its first second, in a place of its own."""
    left = 100.0 * (next(_PLACES) if place is None else place)
    own = np.stack(vectors if vectors is not None else [pooled]).astype(np.float32)
    return Track(
        times_s=tuple(times_s),
        boxes=tuple((left, 0.0, left + 80.0, 90.0) for _ in times_s),
        vectors=own,
        weights=np.full(len(own), quality, np.float32),
        pooled=np.asarray(pooled, np.float32),
        quality=quality,
        score=0.99,
        picture=Picture(b"jpeg", times_s[0], (0, 0, 80, 90), (640, 480)),
        picture_track=picture_track,
    )
