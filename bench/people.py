"""The drawn people of the bench: 40 enrolled and 5 strangers, chosen by measurement, their photos and distances.

`bench.choose_people` took them from the seeds 0 to 2499: of 2247 whose portrait is found, 240 that lie far apart were
measured with nine faces each as films show them (some 27 to 130 px, turned, nodding, blurred, grained); of 138 both
photos are found by four detectors, at most one face is missed, and all are within 0.46 of the own photos. Of the 45
chosen, fresh faces to photos: own at a median of 0.291 and at most 0.453 (395 found of 405), others' at a median of
0.619 and at least 0.476 (17,380 pairs). Pooled over the nine faces: own at most 0.309, others' at least 0.491. Drawn
people are much more alike than real ones: these distances say nothing about real people.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from demo.drawn_people import PORTRAIT_WALL, BGRImage, cut_out, draw, person, pose

if TYPE_CHECKING:
    from face_engine.engine import Engine

ENROLLED_SEEDS: tuple[int, ...] = (
    7,
    35,
    44,
    54,
    102,
    149,
    168,
    204,
    211,
    280,
    319,
    345,
    447,
    459,
    591,
    711,
    777,
    826,
    831,
    976,
    1256,
    1335,
    1337,
    1355,
    1403,
    1501,
    1544,
    1589,
    1667,
    1677,
    1692,
    1726,
    1730,
    1780,
    1905,
    1980,
    2286,
    2340,
    2368,
    2448,
)
STRANGER_SEEDS: tuple[int, ...] = (63, 360, 1228, 1600, 2134)

_PORTRAIT_PX = 400
_PORTRAITS = ((0.15, 0), (0.4, 1))  # how lively, and what is added to the seed of the pose

# Side of the sheet that a head is drawn on, turn, nod and blur: faces of some 27 to 130 px, as in the films.
_FRESH = (
    (320, 0.1, 0.05, 0.6),
    (256, -0.3, 0.0, 0.8),
    (190, 0.35, 0.1, 1.0),
    (140, -0.15, 0.25, 0.7),
    (120, 0.2, 0.0, 1.0),
    (105, -0.05, 0.05, 0.6),
    (100, 0.3, 0.1, 0.8),
    (84, 0.1, 0.0, 0.5),
    (66, -0.1, 0.05, 0.45),
)
FRESH_FACES = len(_FRESH)


@dataclass(frozen=True)
class Distances:
    """How near the vectors of the drawn people are to each other.

    Parameters
    ----------
    farthest_same, median_same
        From a fresh face to the nearest photo of the same person.
    nearest_different, median_different
        From a fresh face to the nearest photo of anybody else.
    nearest_photos
        Between photos of any two people.
    faces, not_found
        How many fresh faces were measured, and how many the detector did not find.
    """

    farthest_same: float
    median_same: float
    nearest_different: float
    median_different: float
    nearest_photos: float
    faces: int
    not_found: int


def label_of(seed: int) -> str:
    """The name of a drawn person in galleries and in the truth of films."""
    return f"s{seed}"


def portraits() -> dict[str, list[BGRImage]]:
    """Two registration photos for each of the enrolled, by label."""
    return {label_of(seed): photos_of(seed) for seed in ENROLLED_SEEDS}


def photos_of(seed: int) -> list[BGRImage]:
    """Two registration photos, (400, 400, 3): nearly frontal and even, and a little livelier."""
    wall = np.full((2, 2, 3), PORTRAIT_WALL, np.uint8)
    drawn = person(seed)
    return [draw(drawn, pose(seed + more, hardness), _PORTRAIT_PX, wall) for hardness, more in _PORTRAITS]


def fresh_faces(seed: int) -> list[BGRImage]:
    """The person as the films show people: smaller, turned, blurred, in other light, before a grey wall."""
    drawn = person(seed)
    faces = []
    for number, (side_px, yaw, pitch, blur_px) in enumerate(_FRESH):
        held = replace(pose(seed * 31 + number + 2, 0.5), yaw=yaw, pitch=pitch)
        rng = np.random.Generator(np.random.PCG64((seed, number, 17)))
        image = np.full((side_px, side_px, 3), (150, 160, 165), np.uint8)
        cut_out(drawn, held, side_px).lay_over(image, 0, 0)
        faces.append(_as_filmed(image, blur_px, rng))
    return faces


def distances(engine: Engine) -> Distances:
    """Measure the chosen 45 anew with this engine."""
    seeds = [*ENROLLED_SEEDS, *STRANGER_SEEDS]
    photos = [vectors_of(engine, photos_of(seed)) for seed in seeds]
    fresh = [vectors_of(engine, fresh_faces(seed)) for seed in seeds]
    same, different = [], []
    for number, faces in enumerate(fresh):
        same += _nearest(faces, photos[number]).tolist()
        others = np.concatenate([vectors for other, vectors in enumerate(photos) if other != number])
        different += _nearest(faces, others).tolist()
    between = [
        float(_nearest(photos[a], photos[b]).min()) for a in range(len(seeds)) for b in range(a) if len(photos[a])
    ]
    return Distances(
        farthest_same=max(same),
        median_same=float(np.median(same)),
        nearest_different=min(different),
        median_different=float(np.median(different)),
        nearest_photos=min(between),
        faces=len(same),
        not_found=len(seeds) * FRESH_FACES - len(same),
    )


def _as_filmed(image: BGRImage, blur_px: float, rng: np.random.Generator) -> BGRImage:
    """Blurred by the lens and grained by the sensor."""
    blurred = cv2.GaussianBlur(image, (0, 0), blur_px).astype(np.float32)
    return np.clip(blurred + rng.normal(0, 3.0, image.shape), 0, 255).astype(np.uint8)


def vectors_of(engine: Engine, images: list[BGRImage]) -> NDArray[np.float32]:
    """One vector for each picture in which a face is found, (n, 128)."""
    found = [(image, engine.find(image)[:1]) for image in images]
    vectors = [engine.embed(image, faces) for image, faces in found if faces]
    return np.concatenate([np.empty((0, 128), np.float32), *vectors])


def _nearest(vectors: NDArray[np.float32], to: NDArray[np.float32]) -> NDArray[np.float32]:
    """Distance of each vector to the nearest of others."""
    return np.asarray(np.linalg.norm(vectors[:, None] - to[None], axis=2).min(axis=1), np.float32)
