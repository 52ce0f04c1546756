"""Tells the picture of a face, on a poster, a slide or a phone, from a head: a picture moves as something flat.

Two looks at one face are laid over each other by the best homography (Baker and Matthews, "Lucas-Kanade 20 years on",
2004: inverse compositional, coarse to fine), with light that may differ by a gain and an offset that each slope across
the face, and with a blur that may differ each way. What is left of a picture then is grain and compression. A head has
turned, spoken or blinked.
docs/decisions/0034 has the figures, docs/accuracy.md the rates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from face_engine.model import BGRImage

LOOK_PX = 48

MOVED = 0.0045
"""From this part of the variance on, what no picture explains, a head moved. Of pictures mostly half of it is left."""

PICTURE_SHARE = 0.2
"""Of a picture at most so many pairs seem to have moved: a hand goes past it, or it is held askew."""

LEAST_PAIRS = 5
LEAST_SECONDS = 8.0
"""With less, somebody who sat still for a moment would be called a picture."""

ALIVE_PAIRS = 3
ENOUGH_PAIRS = 24
"""More change nothing, and each takes a millisecond."""

MOST_LOOKS = 12

Values = NDArray[np.float32]

_ROWS, _COLUMNS = np.mgrid[0:LOOK_PX, 0:LOOK_PX].astype(np.float32)
_MIDDLE_X, _MIDDLE_Y, _UNIT = 24.0, 30.0, 17.0
# From brow to chin: hair and what is behind a head move otherwise than the face, and so they do behind a cut out one.
_FACE = np.flatnonzero(((_COLUMNS - _MIDDLE_X) / 16) ** 2 + ((_ROWS - _MIDDLE_Y) / 17.5) ** 2 <= 1)
_X = ((_COLUMNS - _MIDDLE_X) / _UNIT).ravel()[_FACE]
_Y = ((_ROWS - _MIDDLE_Y) / _UNIT).ravel()[_FACE]
_OFFSETS = np.linalg.qr(np.column_stack([np.ones_like(_X), _X, _Y]))[0].astype(np.float32)
_TO_UNITS = np.array([[1 / _UNIT, 0, -_MIDDLE_X / _UNIT], [0, 1 / _UNIT, -_MIDDLE_Y / _UNIT], [0, 0, 1]])
_TO_PIXELS = np.linalg.inv(_TO_UNITS)

# Blur in pixels of a look, and how many steps: the first finds the place, the second the rest. The blur takes grain.
_STAGES = ((2.5, 4), (1.0, 4))
_DAMPING = 1e-3
_SMALL_STEP = 2e-3


@dataclass(frozen=True, eq=False)
class Look:
    """A face at a moment: grey, shape (48, 48), cut by its landmarks as a chip is."""

    time_s: float
    quality: float
    grey: NDArray[np.uint8]


def grey_look(chip: BGRImage) -> NDArray[np.uint8]:
    """A chip (112, 112, 3) as it is compared, (48, 48)."""
    small = cv2.resize(chip, (LOOK_PX, LOOK_PX), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), np.uint8)


class Looks:
    """Some looks at one face, evenly spread over its stay, however long that is."""

    def __init__(self) -> None:
        self.kept: list[Look] = []
        self._seen, self._every = 0, 1

    def add(self, time_s: float, quality: float, chip: BGRImage) -> None:
        """Take one more look, in the order of time."""
        if self._seen % self._every == 0:
            self.kept.append(Look(time_s, quality, grey_look(chip)))
        self._seen += 1
        if len(self.kept) > MOST_LOOKS:
            self.kept = self.kept[::2]
            self._every *= 2


@dataclass(frozen=True)
class Movement:
    """How many pairs of looks were compared, how many of them moved, and over how many seconds."""

    pairs: int = 0
    moved: int = 0
    seconds: float = 0.0

    def __add__(self, other: Movement) -> Movement:
        return Movement(self.pairs + other.pairs, self.moved + other.moved, self.seconds + other.seconds)

    @property
    def is_alive(self) -> bool:
        """Whether most moved, and more than a hand before a picture explains."""
        return self.moved >= ALIVE_PAIRS and 2 * self.moved > self.pairs

    @property
    def is_flat(self) -> bool:
        """Whether there is enough to say so, and nearly nothing moved."""
        enough = self.pairs >= LEAST_PAIRS and self.seconds >= LEAST_SECONDS
        return enough and self.moved <= PICTURE_SHARE * self.pairs


def is_flat(stays: Sequence[Sequence[Look]]) -> bool:
    """Whether a face moves in all its stays as a picture does; False where too little is known of it.

    Who is seen alive in one stay is alive: a lecturer's photograph on a slide does not take the lecturer away.
    """
    known = Movement()
    for looks in sorted(stays, key=len, reverse=True):
        own = movement(looks)
        known += own
        if own.is_alive:
            return False
        if known.pairs >= ENOUGH_PAIRS:
            break
    return known.is_flat


def movement(looks: Sequence[Look]) -> Movement:
    """Of one face in one stay, by its best look beside each of the others, until it is known to be alive."""
    if len(looks) < 2:
        return Movement()
    best = max(looks, key=lambda look: look.quality)
    reference = _Reference(best.grey)
    known = Movement(seconds=max(look.time_s for look in looks) - min(look.time_s for look in looks))
    for other in looks:
        if other is not best:
            known += Movement(1, int(reference.difference(other.grey) > MOVED))
        if known.is_alive:
            break
    return known


def difference(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """What part of the variance of the second look (48, 48) the first does not explain however it is held: 0 to 1."""
    return _Reference(one).difference(other)


class _Reference:
    """A look that others are compared with; what depends on it alone is computed once."""

    def __init__(self, grey: NDArray[np.uint8]) -> None:
        self._stages = [_Stage(grey, blur, steps) for blur, steps in _STAGES]

    def difference(self, grey: NDArray[np.uint8]) -> float:
        held = np.eye(3)
        left = 1.0
        for stage in self._stages:
            held, left = stage.best(grey, held)
        return left


class _Stage:
    """One blur of a reference: its values in the face, and how they change with the eight numbers of a homography."""

    def __init__(self, grey: NDArray[np.uint8], blur: float, steps: int) -> None:
        self._blur, self._steps = blur, steps
        soft = cv2.GaussianBlur(grey.astype(np.float32), (0, 0), blur)
        values = np.asarray(soft).ravel()[_FACE]
        across = np.asarray(cv2.Sobel(soft, cv2.CV_32F, 1, 0, ksize=3, scale=_UNIT / 8)).ravel()[_FACE]
        down = np.asarray(cv2.Sobel(soft, cv2.CV_32F, 0, 1, ksize=3, scale=_UNIT / 8)).ravel()[_FACE]
        contrast = values - values.mean()
        # What light and the lens explain: an offset and a gain, each with a slope, and a little more or less blur.
        blurs = [
            np.asarray(cv2.Sobel(soft, cv2.CV_32F, *twice, ksize=3)).ravel()[_FACE]
            for twice in ((2, 0), (0, 2), (1, 1))
        ]
        explained = np.column_stack([_OFFSETS, contrast, contrast * _X, contrast * _Y, *blurs])
        self._explained = np.linalg.qr(explained)[0].astype(np.float32)
        own = values - _OFFSETS @ (_OFFSETS.T @ values)
        self._as_gain = np.asarray(own / max(float(own @ own), 1e-6), np.float32)
        outward = across * _X + down * _Y
        slopes = np.column_stack(
            [across * _X, across * _Y, across, down * _X, down * _Y, down, -outward * _X, -outward * _Y]
        )
        slopes -= self._explained @ (self._explained.T @ slopes)
        square = slopes.T @ slopes
        square += np.diag(_DAMPING * np.diag(square) + 1e-6)
        self._solve = np.asarray(np.linalg.solve(square.astype(np.float64), slopes.T), np.float32)

    def best(self, grey: NDArray[np.uint8], held: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
        """How the look is held best, from a guess or from straight before the camera on, and what is left then."""
        soft = np.asarray(cv2.GaussianBlur(grey.astype(np.float32), (0, 0), self._blur), np.float32)
        starts = [held] if np.array_equal(held, np.eye(3)) else [held, np.eye(3)]
        start = min(starts, key=lambda one: self._compared(soft, one)[0])
        best, least = start, 1.0
        now = start
        for _ in range(self._steps + 1):
            left, gain, rest = self._compared(soft, now)
            if left < least:
                best, least = now, left
            if gain <= 0:
                break
            step = self._solve @ (rest / gain)
            if float(np.abs(step).max()) < _SMALL_STEP:
                break
            now = now @ np.linalg.inv(np.append(step, 0.0).reshape(3, 3) + np.eye(3))
            now = now / now[2, 2]
        return best, least

    def _compared(self, soft: NDArray[np.float32], held: NDArray[np.float64]) -> tuple[float, float, Values]:
        """What part is left, the gain, and what is left itself."""
        laid = cv2.warpPerspective(
            soft,
            _TO_PIXELS @ held @ _TO_UNITS,
            (LOOK_PX, LOOK_PX),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        values = np.asarray(laid, np.float32).ravel()[_FACE]
        values = values - _OFFSETS @ (_OFFSETS.T @ values)
        rest = values - self._explained @ (self._explained.T @ values)
        gain = float(values @ self._as_gain)
        left = float(rest @ rest) / max(float(values @ values), 1e-6)
        return (left if gain > 0 else 1.0), gain, np.asarray(rest, np.float32)
