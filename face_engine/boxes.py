"""Arithmetic on boxes: overlaps, suppression of those that show the same face, squares.

Boxes are arrays of shape (n, 4): left, top, right, bottom.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.float64]
Overlap = Callable[[Boxes, Boxes], NDArray[np.float64]]

# Overlaps of so many boxes at once fit a processor's cache.
_BLOCK = 512


def intersection_over_union(a: Boxes, b: Boxes) -> NDArray[np.float64]:
    """What two boxes share, as a part of what they cover together; shape (len(a), len(b))."""
    shared = _intersection(a, b)
    return shared / np.maximum(_area(a)[:, None] + _area(b) - shared, 1e-9)


def intersection_over_smaller(a: Boxes, b: Boxes) -> NDArray[np.float64]:
    """What two boxes share, as a part of the smaller one; shape (len(a), len(b))."""
    return _intersection(a, b) / np.maximum(np.minimum(_area(a)[:, None], _area(b)), 1e-9)


def suppress(
    boxes: Boxes,
    scores: NDArray[np.float64],
    most_overlap: float,
    overlap: Overlap = intersection_over_union,
) -> NDArray[np.intp]:
    """Greedy non-maximum suppression: which boxes stay, best first."""
    order = np.argsort(-scores, kind="stable")
    kept = order[:0]
    for start in range(0, len(order), _BLOCK):
        block = order[start : start + _BLOCK]
        if len(kept):
            block = block[~(overlap(boxes[block], boxes[kept]) > most_overlap).any(axis=1)]
        clashes = overlap(boxes[block], boxes[block]) > most_overlap
        kept = np.concatenate([kept, block[_greedy(clashes)]])
    return kept


def squares(boxes: Boxes) -> Boxes:
    """The squares around the same centres, with the longer sides."""
    half = np.maximum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])[:, None] / 2
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    return np.hstack([centres - half, centres + half])


def _greedy(clashes: NDArray[np.bool_]) -> list[int]:
    gone = np.zeros(len(clashes), bool)
    kept = []
    for i in range(len(clashes)):
        if not gone[i]:
            kept.append(i)
            gone |= clashes[i]
    return kept


def _intersection(a: Boxes, b: Boxes) -> NDArray[np.float64]:
    widths = np.minimum(a[:, None, 2], b[:, 2]) - np.maximum(a[:, None, 0], b[:, 0])
    heights = np.minimum(a[:, None, 3], b[:, 3]) - np.maximum(a[:, None, 1], b[:, 1])
    return np.asarray(np.maximum(widths, 0) * np.maximum(heights, 0))


def _area(boxes: Boxes) -> NDArray[np.float64]:
    return np.asarray((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]))
