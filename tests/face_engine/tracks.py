"""Makes tracks of invented vectors, for the rules that need no networks."""

from collections.abc import Sequence
from itertools import count

import numpy as np

from face_engine.portrait import Picture
from face_engine.track import Track

ALONG = np.eye(128, dtype=np.float32)
_PLACES = count()


def vector(*parts: float) -> np.ndarray:
    """A vector whose first numbers are these and whose others are 0."""
    return np.array([*parts, *[0.0] * (128 - len(parts))], np.float32)


def track(
    pooled: np.ndarray,
    times_s: Sequence[float],
    *,
    quality: float = 0.8,
    vectors: Sequence[np.ndarray] | None = None,
    place: int | None = None,
) -> Track:
    """A track with one vector, or with those given, whose picture carries its first second, in a place of its own."""
    left = 100.0 * (next(_PLACES) if place is None else place)
    own = np.stack(vectors if vectors is not None else [pooled]).astype(np.float32)
    return Track(
        times_s=tuple(times_s),
        boxes=tuple((left, 0.0, left + 50.0, 60.0) for _ in times_s),
        vectors=own,
        weights=np.full(len(own), quality, np.float32),
        pooled=np.asarray(pooled, np.float32),
        quality=quality,
        score=0.99,
        picture=Picture(b"jpeg", times_s[0], (0, 0, 50, 60), (640, 480)),
    )
