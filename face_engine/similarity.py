"""One mapping from the distance of two face vectors to a similarity of 0 to 100, and back.

The similarity is a logistic curve around the model author's threshold between "same" and "different", which is at
distance 0.6 for every model (`length_of`) and has similarity 50; equal vectors have 100. It falls strictly, so that
ranking by one is ranking by the other:

======== ==========
distance similarity
======== ==========
0.00     100.0
0.30     97.8
0.40     92.5
0.45     86.8
0.50     77.8
0.55     65.2
0.60     50.0
0.65     34.9
0.70     22.3
0.80     7.6
1.00     0.7
======== ==========
"""

from math import exp, log, sqrt

import numpy as np
from numpy.typing import NDArray

SAME_PERSON_DISTANCE = 0.6
"""Below it two vectors are of one person, says the model's author; calibrated on pairs, not on crowds."""

SFACE_COSINE = 0.363
"""The threshold for two pictures that OpenCV publishes for SFace, the network that is built in."""

SOFTNESS = 0.08


def _logistic(x: float) -> float:
    return 1.0 / (1.0 + exp(-x))


_SCALE = 100.0 / _logistic(SAME_PERSON_DISTANCE / SOFTNESS)


def length_of(same_person_cosine: float) -> float:
    """The length of all vectors of a model with which two that are at its author's cosine are 0.6 apart.

    Vectors of length 1 at a cosine c are sqrt(2 - 2c) apart, which is called their chord. One factor for all brings the
    author's threshold to 0.6, so that one curve of similarity holds for all models.
    """
    return SAME_PERSON_DISTANCE / sqrt(2 - 2 * same_person_cosine)


def similarity(distance: float) -> float:
    """Similarity, 0 to 100, of two vectors at this distance (0 or more)."""
    return _SCALE * _logistic((SAME_PERSON_DISTANCE - distance) / SOFTNESS)


def similarities(distances: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same of many at once."""
    return np.asarray(_SCALE / (1.0 + np.exp((distances - SAME_PERSON_DISTANCE) / SOFTNESS)))


def distance(similarity: float) -> float:
    """Distance that has this similarity (above 0, at most 100)."""
    share = similarity / _SCALE
    return SAME_PERSON_DISTANCE - SOFTNESS * log(share / (1.0 - share))
