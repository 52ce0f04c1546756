"""Which pictures of a stay show best who came: sharp where they differ from the empty door, and near."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from device_uploader.sources import Frame

SMALL_PX = 160  # the picture's width while it is compared with the empty door
DIFFERS = 22.0  # grey levels
LEAST_SHARE = 0.004  # of the picture: less is noise, or somebody who has left
SHARP_PX = 640  # the width at which sharpness is measured, so that it means the same for every camera
APART_S = 0.4  # two pictures of one moment show the same

Grey = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A picture with how well it shows somebody, at so many seconds."""

    score: float
    at_s: float
    frame: Frame


class Sharpest:
    """The best few pictures of one stay; `empty` is the door without anybody, None where nobody knows it."""

    def __init__(self, most: int, empty: Grey | None) -> None:
        self._most, self._empty = most, empty
        self._best: list[Candidate] = []

    def see(self, frame: Frame, at_s: float) -> None:
        """One more picture. Of those of one moment the better one counts."""
        new = Candidate(score_of(frame, self._empty), at_s, frame)
        near = [one for one in self._best if abs(one.at_s - at_s) < APART_S]
        if any(one.score >= new.score for one in near):
            return
        others = [one for one in self._best if one not in near]
        self._best = sorted([*others, new], key=lambda one: -one.score)[: self._most]

    def best(self) -> list[Frame]:
        """The best first; those that show nobody only where there is no other."""
        shown = [one for one in self._best if one.score > 0] or self._best[:1]
        return [one.frame for one in shown]


def score_of(frame: Frame, empty: Grey | None) -> float:
    """The variance of the Laplacian (Pech-Pacheco et al., 2000) where somebody is, times how large they are.

    0 where nothing differs from the empty door.
    """
    around = region(frame, empty)
    if around is None:
        return 0.0
    top, bottom, left, right, share = around
    height, width = frame.shape[:2]
    cut = frame[int(top * height) : int(bottom * height), int(left * width) : int(right * width)]
    scale = min(1.0, SHARP_PX / width)
    size = max(8, round(cut.shape[1] * scale)), max(8, round(cut.shape[0] * scale))
    grey = cv2.cvtColor(cv2.resize(cut, size, interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2GRAY)
    return float(cv2.Laplacian(grey, cv2.CV_64F).var() * np.sqrt(share))


def region(frame: Frame, empty: Grey | None) -> tuple[float, float, float, float, float] | None:
    """Where somebody is: top, bottom, left, right and how much of the picture, all 0..1; None where nobody is.

    Without an empty door to compare with, the whole picture.
    """
    if empty is None:
        return 0.0, 1.0, 0.0, 1.0, 1.0
    small = small_grey(frame)
    if small.shape != empty.shape:
        return 0.0, 1.0, 0.0, 1.0, 1.0
    differs = cv2.morphologyEx(
        (cv2.absdiff(small, empty) > DIFFERS).astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)
    )
    share = float(differs.mean())
    if share < LEAST_SHARE:
        return None
    rows, columns = np.flatnonzero(differs.any(axis=1)), np.flatnonzero(differs.any(axis=0))
    height, width = differs.shape
    return rows[0] / height, (rows[-1] + 1) / height, columns[0] / width, (columns[-1] + 1) / width, share


def small_grey(frame: Frame) -> Grey:
    """A small grey picture, to be compared with others of the same camera."""
    height, width = frame.shape[:2]
    size = SMALL_PX, max(1, round(SMALL_PX * height / width))
    small = cv2.cvtColor(cv2.resize(frame, size, interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2GRAY)
    return np.asarray(cv2.GaussianBlur(small, (3, 3), 0), np.uint8)
