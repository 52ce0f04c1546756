"""What a person of the film does at each moment: looks about, turns to a neighbour, writes, leans, hides the face."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass

import numpy as np

_BLEND_S = 0.7


@dataclass(frozen=True, slots=True)
class Moment:
    """How a head is held.

    Parameters
    ----------
    yaw, pitch
        Radians; a positive pitch looks down.
    roll_deg
        Degrees.
    aside, down
        Away from the seat, in widths of the face.
    growth
        A factor on the size: heads come nearer.
    hidden
        How much of the face something is held before, from the chin upwards, 0 to 1.
    talking
        Whether the mouth is open.
    """

    yaw: float = 0.0
    pitch: float = 0.0
    roll_deg: float = 0.0
    aside: float = 0.0
    down: float = 0.0
    growth: float = 1.0
    hidden: float = 0.0
    talking: bool = False


class Behaviour:
    """All that one person does in one film; the same seed does the same."""

    def __init__(self, seed: int, seconds: float) -> None:
        rng = np.random.Generator(np.random.PCG64((seed, 7)))
        self._starts: list[float] = [0.0]
        self._acts: list[Moment] = [Moment()]
        while self._starts[-1] < seconds:
            self._starts.append(self._starts[-1] + float(rng.uniform(3, 12)))
            self._acts.append(_act(rng))
        self._phases = rng.uniform(0, 2 * math.pi, 6).tolist()
        self._tempo = float(rng.uniform(0.8, 1.25))

    def at(self, second: float) -> Moment:
        """What is done at this second; never quite still."""
        number = bisect_right(self._starts, second) - 1
        now, before = self._acts[number], self._acts[max(0, number - 1)]
        part = min(1.0, (second - self._starts[number]) / _BLEND_S)
        part = part * part * (3 - 2 * part)

        def blend(name: str) -> float:
            return float(getattr(before, name) * (1 - part) + getattr(now, name) * part)

        wave = [
            math.sin(second * self._tempo * speed + phase) for speed, phase in zip(_SPEEDS, self._phases, strict=True)
        ]
        return Moment(
            yaw=blend("yaw") + 0.07 * wave[0],
            pitch=blend("pitch") + 0.03 * wave[1],
            roll_deg=blend("roll_deg") + 1.6 * wave[2],
            aside=blend("aside") + 0.030 * wave[3] + 0.008 * wave[5],
            down=blend("down") + 0.014 * wave[4],
            growth=blend("growth") + 0.012 * wave[1],
            hidden=blend("hidden"),
            talking=now.talking and wave[5] > 0,
        )


_SPEEDS = (0.9, 0.6, 0.45, 0.7, 1.1, 5.1)


def _act(rng: np.random.Generator) -> Moment:
    """One of the things that people do in lectures, for some seconds."""
    side = 1 if rng.random() < 0.5 else -1
    kind, much = rng.random(), float(rng.random())
    if kind < 0.40:
        return Moment(yaw=0.2 * side * much, talking=much > 0.8)
    if kind < 0.60:
        return Moment(yaw=side * (0.25 + 0.25 * much), aside=0.03 * side)
    if kind < 0.72:
        return Moment(yaw=side * (0.55 + 0.32 * much), aside=0.08 * side, roll_deg=3 * side, talking=much > 0.5)
    if kind < 0.87:
        return Moment(yaw=0.15 * side, pitch=0.25 + 0.3 * much, down=0.05 + 0.1 * much, growth=1.03)
    if kind < 0.95:
        return Moment(yaw=0.1 * side, aside=0.3 * side * much, roll_deg=side * (5 + 9 * much), growth=1 + 0.05 * much)
    return Moment(yaw=0.1 * side, hidden=0.25 + 0.5 * much)
