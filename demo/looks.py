"""What a drawn person looks like and how one sits for a picture: the numbers that the painter turns into an image."""

from dataclasses import dataclass
from enum import IntEnum
from typing import TypeVar

import numpy as np

RGB = tuple[float, float, float]
T = TypeVar("T")

# Lengths: half the height of a head is 1; x grows to the right, y downwards from its middle.

SKIN_TONES: tuple[RGB, ...] = (
    (214, 168, 142),
    (238, 200, 176),
    (168, 120, 92),
    (116, 78, 58),
    (228, 184, 146),
    (192, 142, 112),
    (245, 213, 194),
    (140, 98, 74),
)
HAIR_COLOURS: tuple[RGB, ...] = (
    (34, 28, 27),
    (74, 48, 30),
    (124, 84, 48),
    (204, 168, 104),
    (158, 78, 40),
    (96, 66, 46),
    (176, 132, 80),
    (52, 38, 34),
)
IRIS_COLOURS: tuple[RGB, ...] = ((66, 44, 28), (92, 112, 66), (76, 114, 150), (112, 78, 44), (54, 52, 52))
SHIRT_COLOURS: tuple[RGB, ...] = (
    (62, 98, 140),
    (168, 72, 66),
    (78, 128, 104),
    (214, 176, 92),
    (120, 96, 150),
    (70, 78, 92),
    (206, 204, 196),
    (196, 120, 84),
)


class HairStyle(IntEnum):
    SHORT = 0
    WAVY = 1
    CROPPED = 2
    BOB = 3
    LONG = 4


class Beard(IntEnum):
    NONE = 0
    STUBBLE = 1
    FULL = 2
    GOATEE = 3


class Glasses(IntEnum):
    NONE = 0
    ROUND = 1
    SQUARE = 2


@dataclass(frozen=True)
class Head:
    width: float
    jaw_width: float
    jaw_power: float
    chin: float
    cheekbone: float
    sockets: float


@dataclass(frozen=True)
class Eyes:
    apart: float
    height: float
    width: float
    openness: float
    slant: float
    lid: float
    iris: RGB


@dataclass(frozen=True)
class Brows:
    thickness: float
    lift: float
    angle: float
    length: float


@dataclass(frozen=True)
class Nose:
    length: float
    width: float
    depth: float
    bridge: float


@dataclass(frozen=True)
class Mouth:
    width: float
    height: float
    lower: float
    upper: float
    smile: float
    colour: RGB


@dataclass(frozen=True)
class Hair:
    style: HairStyle
    colour: RGB
    fringe: float
    parting: float
    beard: Beard


@dataclass(frozen=True)
class DrawnPerson:
    """One person who does not exist; the same seed is the same person for ever."""

    seed: int
    skin: RGB
    shirt: RGB
    head: Head
    eyes: Eyes
    brows: Brows
    nose: Nose
    mouth: Mouth
    hair: Hair
    glasses: Glasses
    lines: float
    freckles: bool


@dataclass(frozen=True)
class Pose:
    """How a person sits for one picture: angles in radians (roll in degrees), light, and the camera's own faults."""

    seed: int
    yaw: float
    pitch: float
    roll_deg: float
    gaze: float
    mouth_open: float
    light_x: float
    light_y: float
    ambient: float
    gain: float
    noise: float
    blur_px: float


class _Dice:
    """Draws the numbers of one person, from ranges stretched about their middle so that people differ enough."""

    STRETCH = 0.7

    def __init__(self, seed: int) -> None:
        self._rng = np.random.Generator(np.random.PCG64(seed))

    def between(self, low: float, high: float) -> float:
        extra = (high - low) * self.STRETCH / 2
        return float(self._rng.uniform(low - extra, high + extra))

    def one_of(self, options: tuple[T, ...]) -> T:
        return options[int(self._rng.integers(len(options)))]


def person(seed: int) -> DrawnPerson:
    """The person of this seed."""
    dice = _Dice(seed)
    skin = dice.one_of(SKIN_TONES)
    return DrawnPerson(
        seed=seed,
        skin=skin,
        shirt=dice.one_of(SHIRT_COLOURS),
        head=_head(dice),
        eyes=_eyes(dice),
        brows=Brows(
            thickness=max(0.014, dice.between(0.018, 0.052)),
            lift=dice.between(0.13, 0.21),
            angle=dice.between(-0.12, 0.12),
            length=dice.between(0.13, 0.20),
        ),
        nose=Nose(
            length=dice.between(0.24, 0.40),
            width=dice.between(0.085, 0.165),
            depth=dice.between(0.07, 0.16),
            bridge=dice.between(0.6, 1.1),
        ),
        mouth=_mouth(dice, skin),
        hair=_hair(dice),
        glasses=dice.one_of((Glasses.NONE, Glasses.NONE, Glasses.NONE, Glasses.ROUND, Glasses.SQUARE)),
        lines=max(0.0, dice.between(0.0, 0.5)),
        freckles=dice.between(0, 1) > 0.8,
    )


def _head(dice: _Dice) -> Head:
    return Head(
        width=dice.between(0.62, 0.80),
        jaw_width=min(1.05, dice.between(0.62, 1.0)),
        jaw_power=dice.between(1.9, 3.2),
        chin=dice.between(0.92, 1.08),
        cheekbone=max(0.0, dice.between(0.0, 0.09)),
        sockets=dice.between(0.02, 0.08),
    )


def _eyes(dice: _Dice) -> Eyes:
    return Eyes(
        apart=dice.between(0.26, 0.37),
        height=dice.between(-0.16, -0.04),
        width=dice.between(0.09, 0.14),
        openness=dice.between(0.36, 0.54),
        slant=dice.between(-0.10, 0.12),
        lid=min(0.7, max(0.0, dice.between(0.0, 0.5))),
        iris=dice.one_of(IRIS_COLOURS),
    )


def _mouth(dice: _Dice, skin: RGB) -> Mouth:
    rosy = dice.between(0.55, 0.75)
    return Mouth(
        width=dice.between(0.18, 0.31),
        height=dice.between(0.47, 0.58),
        lower=max(0.02, dice.between(0.025, 0.07)),
        upper=max(0.012, dice.between(0.015, 0.05)),
        smile=dice.between(0.0, 0.065),
        colour=(min(235.0, skin[0] * 0.98), skin[1] * rosy, skin[2] * (rosy + 0.06)),
    )


def _hair(dice: _Dice) -> Hair:
    style = dice.one_of(tuple(HairStyle))
    colour = dice.one_of(HAIR_COLOURS)
    beard = dice.one_of((Beard.NONE, Beard.NONE, Beard.NONE, Beard.STUBBLE, Beard.FULL, Beard.GOATEE))
    bearded = style in (HairStyle.SHORT, HairStyle.WAVY, HairStyle.CROPPED)
    return Hair(
        style=style,
        colour=colour,
        fringe=dice.between(-0.62, -0.40),
        parting=dice.between(-0.4, 0.4),
        beard=beard if bearded else Beard.NONE,
    )


def pose(seed: int, hardness: float = 1.0) -> Pose:
    """A random pose and light; hardness 0 looks straight into an even light, 1 is a lively room."""
    rng = np.random.Generator(np.random.PCG64((seed, 1)))

    def between(low: float, high: float) -> float:
        return float(rng.uniform(low, high))

    return Pose(
        seed=seed,
        yaw=between(-0.28, 0.28) * hardness,
        pitch=between(-0.12, 0.12) * hardness,
        roll_deg=between(-8, 8) * hardness,
        gaze=between(-0.3, 0.3) * hardness,
        mouth_open=between(0.0, 0.03) * hardness,
        light_x=between(-0.5, 0.5) * hardness,
        light_y=between(-0.7, -0.2),
        ambient=between(0.48, 0.6),
        gain=1 + between(-0.12, 0.10) * hardness,
        noise=between(1.0, 4.0) * hardness,
        blur_px=between(0.3, 0.8),
    )
