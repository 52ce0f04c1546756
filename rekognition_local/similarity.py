"""From the distance of two face vectors to the similarity, 0 to 100, that Rekognition's users know.

Rekognition's customers draw two lines: 80, its default, below which a match is not shown, and 99, which its
documentation names for identifying people. The face engine's measured lines are put there, and the rest is straight
between these points:

======== ==========
distance similarity
======== ==========
0.00     100
0.53     99     (face_engine's ACCEPT_DISTANCE)
0.58     80     (face_engine's REVIEW_DISTANCE)
0.60     75     (the model author's threshold)
0.70     25
0.80     8
1.00     1
1.50     0
======== ==========

It falls strictly up to 1.5, so that ranking by one is ranking by the other.
"""

import numpy as np

from face_engine.similarity import SAME_PERSON_DISTANCE
from face_engine.thresholds import ACCEPT_DISTANCE, REVIEW_DISTANCE

_DISTANCES = (0.0, ACCEPT_DISTANCE, REVIEW_DISTANCE, SAME_PERSON_DISTANCE, 0.7, 0.8, 1.0, 1.5)
_SIMILARITIES = (100.0, 99.0, 80.0, 75.0, 25.0, 8.0, 1.0, 0.0)


def similarity(distance: float) -> float:
    """Similarity of two vectors at this distance, as Rekognition's users read it."""
    return float(np.interp(distance, _DISTANCES, _SIMILARITIES))
