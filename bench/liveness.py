"""How often the kiosk takes pictures of people for people, and people for pictures: python -m bench.liveness [--quick].

Drawn people (demo/) are height fields, so that their heads can be turned; prints and screens are planes and cylinders
before a pinhole camera. The product's own detector and rule decide. It prints a table for docs/accuracy.md.
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from attendance.adapters.local.faces import open_faces
from attendance.model import Landmarks, Turn, TurnVerdict
from attendance.ports import FaceSearch
from attendance.rules.liveness import judge_turn
from attendance.settings import load_settings
from bench.accuracy.rates import Rate
from bench.accuracy.tables import Table
from bench.people import ENROLLED_SEEDS, STRANGER_SEEDS
from demo.drawn_people import BGRImage, draw, person, pose

FRAMES = 8
"""As the kiosk's page takes: one that looks ahead, then the turn, in 1.8 s."""

SEEDS = (*ENROLLED_SEEDS, *STRANGER_SEEDS)
"""Drawn people whom the detector finds in nearly every drawing; what it misses of others is the drawing's fault."""

_WIDTH, _HEIGHT = 1280, 720
_SHEET_PX = 480  # a face of about 200 to 300 pixels
_AWAY = 1.6  # of the camera, in widths of the sheet: 60 cm from a print of a head in its own size
_WALL = (196, 202, 206)
_JPEG = [cv2.IMWRITE_JPEG_QUALITY, 88]

Film = Sequence[BGRImage]
Dice = np.random.Generator


@dataclass(frozen=True)
class Scene:
    """One attempt: who, what they were asked for, and chance."""

    seed: int
    asked: Turn
    dice: Dice

    @property
    def way(self) -> int:
        """1 where the nose goes to the picture's right."""
        return 1 if self.asked is Turn.LEFT else -1


@dataclass(frozen=True)
class Species:
    """A kind of attempt, in the words of ISO/IEC 30107-3 a species of presentation attack instruments."""

    name: str
    film: Callable[[Scene], Film]


def _path(most_deg: float, dice: Dice) -> list[float]:
    """Angles from 0 to the most, as a hand or a neck goes: still, quicker, slower."""
    start = dice.uniform(0.0, 0.2)
    times = np.clip((np.linspace(0, 1, FRAMES) - start) / (0.8 - start), 0, 1)
    return [float(most_deg * (3 * t**2 - 2 * t**3)) for t in times]


def _head(seed: int, yaw_deg: float, number: int, dice: Dice) -> BGRImage:
    """As the camera sees a head that is turned towards the picture's right, with what a neck does beside it."""
    held = pose(seed, hardness=0.4)
    at = replace(
        held,
        yaw=math.radians(yaw_deg),
        pitch=held.pitch / 2 + float(dice.normal(0, 0.015)),
        roll_deg=held.roll_deg / 2 + float(dice.normal(0, 0.5)),
        noise=2.0,
        seed=held.seed + number,
    )
    return draw(person(seed), at, _SHEET_PX, np.full((2, 2, 3), _WALL, np.uint8))


def _heads(seed: int, most_deg: float, dice: Dice) -> Film:
    return [_head(seed, yaw, number, dice) for number, yaw in enumerate(_path(most_deg, dice))]


def live(scene: Scene) -> Film:
    """Somebody who does as asked, by 22 to 38 degrees."""
    return [_in_room(sheet, scene.dice) for sheet in _heads(scene.seed, scene.way * _most(scene, 22, 38), scene.dice)]


def flat_print(scene: Scene) -> Film:
    """A photo of the face that a hand turns by 20 to 55 degrees."""
    return [_plane(_photo(scene), yaw, scene.dice) for yaw in _path(scene.way * _most(scene, 20, 55), scene.dice)]


def bent_print(scene: Scene) -> Film:
    """The same photo, bent round an upright pipe of 8 to 20 cm radius, and turned by 20 to 60 degrees."""
    radius = float(scene.dice.uniform(0.21, 0.53))
    return [
        _cylinder(_photo(scene), yaw, radius, scene.dice) for yaw in _path(scene.way * _most(scene, 20, 60), scene.dice)
    ]


def still_phone(scene: Scene) -> Film:
    """The face on a screen that is held and not turned."""
    screen = _screen(_photo(scene))
    return [_plane(screen, float(scene.dice.normal(0, 1.5)), scene.dice) for _ in range(FRAMES)]


def turned_film(scene: Scene) -> Film:
    """A film of somebody who looks ahead, on a screen that is turned by 20 to 55 degrees."""
    path = _path(scene.way * _most(scene, 20, 55), scene.dice)
    sheets = _heads(scene.seed, float(scene.dice.normal(0, 3)), scene.dice)
    return [_plane(_screen(sheet), yaw, scene.dice) for sheet, yaw in zip(sheets, path, strict=True)]


def wrong_film(scene: Scene) -> Film:
    """A film of somebody who turns the head the way that was not asked for."""
    sheets = _heads(scene.seed, -scene.way * _most(scene, 22, 38), scene.dice)
    return [_plane(_screen(sheet), 0.0, scene.dice) for sheet in sheets]


def right_film(scene: Scene) -> Film:
    """A film of somebody who turns it as asked, by luck or by choice, started at the right moment."""
    sheets = _heads(scene.seed, scene.way * _most(scene, 22, 38), scene.dice)
    return [_plane(_screen(sheet), 0.0, scene.dice) for sheet in sheets]


LIVE = Species("people who turn the head as asked", live)
ATTACKS = (
    Species("print, flat, turned by hand", flat_print),
    Species("print, bent, turned by hand", bent_print),
    Species("phone with a photo, held still", still_phone),
    Species("film of a face that looks ahead, screen turned", turned_film),
    Species("film of a head that turns the other way", wrong_film),
    Species("film of a head that turns the right way", right_film),
)


def _most(scene: Scene, low: float, high: float) -> float:
    return float(scene.dice.uniform(low, high))


def _photo(scene: Scene) -> BGRImage:
    return _head(scene.seed, 0.0, 0, np.random.Generator(np.random.PCG64(scene.seed)))


def _screen(sheet: BGRImage) -> BGRImage:
    """As a phone shows it: brighter, in rows of dots, with a black edge."""
    shown = cv2.convertScaleAbs(sheet, alpha=1.08, beta=6)
    shown[::3] = cv2.convertScaleAbs(shown[::3], alpha=0.93)
    edge = _SHEET_PX // 20
    return np.asarray(cv2.rectangle(shown, (0, 0), (_SHEET_PX - 1, _SHEET_PX - 1), (12, 12, 12), edge), np.uint8)


def _in_room(sheet: BGRImage, dice: Dice) -> BGRImage:
    """The sheet before the camera, a little aside at each frame, as whoever stands there sways."""
    x, y = dice.normal(0, 2, 2)
    left, top = (_WIDTH - _SHEET_PX) / 2 + x, (_HEIGHT - _SHEET_PX) / 2 + y
    move = np.array([[1, 0, left], [0, 1, top]], np.float64)
    return _camera(cv2.warpAffine(sheet, move, (_WIDTH, _HEIGHT), borderValue=_WALL), dice)


def _turn(yaw_deg: float, dice: Dice) -> NDArray[np.float64]:
    """A hand's turn about the upright axis, with what it does beside it."""
    yaw, pitch, roll = np.radians([yaw_deg, float(dice.normal(0, 3)), float(dice.normal(0, 1.5))])
    about_y = np.array([[math.cos(yaw), 0, math.sin(yaw)], [0, 1, 0], [-math.sin(yaw), 0, math.cos(yaw)]])
    about_x = np.array([[1, 0, 0], [0, math.cos(pitch), -math.sin(pitch)], [0, math.sin(pitch), math.cos(pitch)]])
    about_z = np.array([[math.cos(roll), -math.sin(roll), 0], [math.sin(roll), math.cos(roll), 0], [0, 0, 1]])
    turned: NDArray[np.float64] = about_z @ about_x @ about_y
    return turned


def _plane(sheet: BGRImage, yaw_deg: float, dice: Dice) -> BGRImage:
    """The sheet as a stiff plane before the camera; z goes towards it."""
    turn, focal = _turn(yaw_deg, dice), _SHEET_PX * _AWAY
    corners = np.array([[-0.5, -0.5, 0], [0.5, -0.5, 0], [0.5, 0.5, 0], [-0.5, 0.5, 0]]) @ turn.T
    depth = _AWAY - corners[:, 2:]
    seen = corners[:, :2] * focal / depth + (_WIDTH / 2, _HEIGHT / 2) + dice.normal(0, 2, 2)
    source = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32) * _SHEET_PX
    homography = cv2.getPerspectiveTransform(source, seen.astype(np.float32))
    return _camera(cv2.warpPerspective(sheet, homography, (_WIDTH, _HEIGHT), borderValue=_WALL), dice)


def _cylinder(sheet: BGRImage, yaw_deg: float, radius: float, dice: Dice) -> BGRImage:
    """The sheet round an upright pipe, whose nearest line is where the sheet's middle was."""
    turn, focal = _turn(yaw_deg, dice), _SHEET_PX * _AWAY
    columns, rows = np.meshgrid(np.arange(_WIDTH), np.arange(_HEIGHT))
    rays = np.stack([(columns - _WIDTH / 2) / focal, (rows - _HEIGHT / 2) / focal, -np.ones(columns.shape)], -1) @ turn
    eye = np.array([0, 0, _AWAY]) @ turn  # of the camera, seen from the pipe
    from_x, from_z = eye[0], eye[2] + radius
    a = rays[..., 0] ** 2 + rays[..., 2] ** 2
    b = from_x * rays[..., 0] + from_z * rays[..., 2]
    c = from_x**2 + from_z**2 - radius**2
    inside = b**2 - a * c
    way = (-b - np.sqrt(np.maximum(inside, 0))) / a
    x, y, z = from_x + way * rays[..., 0], eye[1] + way * rays[..., 1], from_z + way * rays[..., 2]
    along = radius * np.arctan2(x, z)
    map_x = np.where(inside > 0, (along + 0.5) * _SHEET_PX, -1e6).astype(np.float32)
    map_y = ((y + 0.5) * _SHEET_PX).astype(np.float32)
    seen = cv2.remap(sheet, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=_WALL)
    return _camera(seen, dice)


def _camera(seen: NDArray[Any], dice: Dice) -> BGRImage:
    """Out of focus by half a pixel, with noise."""
    soft = cv2.GaussianBlur(np.asarray(seen, np.uint8), (0, 0), 0.7).astype(np.float32)
    noise = cv2.resize(dice.normal(0, 2.0, (_HEIGHT // 2, _WIDTH // 2)).astype(np.float32), (_WIDTH, _HEIGHT))
    return np.asarray(np.clip(soft + noise[..., None], 0, 255), np.uint8)


def verdict(faces: FaceSearch, film: Film, asked: Turn) -> TurnVerdict:
    """As the site decides: the frames as JPEG, one face in each."""
    pictures = [cv2.imencode(".jpg", frame, _JPEG)[1].tobytes() for frame in film]
    return judge_turn([_the_one(seen) for seen in faces.look(pictures)], asked)


def _the_one(seen: Sequence[Any]) -> Landmarks | None:
    return seen[0].landmarks if len(seen) == 1 else None


def scenes(people: int) -> Iterator[Scene]:
    """Each person, each way."""
    for seed, asked in product(SEEDS[:people], Turn):
        yield Scene(seed, asked, np.random.Generator(np.random.PCG64((seed, asked is Turn.LEFT))))


def measured(faces: FaceSearch, species: Species, people: int) -> Counter[TurnVerdict]:
    """How often each verdict was given."""
    return Counter(verdict(faces, species.film(scene), scene.asked) for scene in scenes(people))


def table(faces: FaceSearch, people: int, say: Callable[[str], None]) -> Table:
    """A row a species: APCER of attacks, BPCER of people."""
    rows = []
    for species in (LIVE, *ATTACKS):
        say(species.name)
        counts = measured(faces, species, people)
        total, taken = counts.total(), counts[TurnVerdict.TURNED]
        is_live = species is LIVE
        rate = Rate(total - taken if is_live else taken, total)
        told = ", ".join(f"{word} {number}" for word, number in counts.most_common())
        rows.append([species.name, "BPCER" if is_live else "APCER", str(rate), told])
    about = (
        f"{people} drawn people, each asked for both ways, {FRAMES} pictures of {_WIDTH} x {_HEIGHT} pixels each time. "
        "APCER: attacks that were taken for people. BPCER: people who were taken for attacks, or not understood. In "
        "brackets the interval of 95 %."
    )
    return Table("Liveness", about, ["presented", "rate", "share", "verdicts"], rows)


def main(arguments: list[str]) -> int:
    """The exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench.liveness", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="eight people")
    parser.add_argument("--people", type=int, default=len(SEEDS))
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        faces = open_faces("local", load_settings({"ROLLCALL_DATA": folder}))
        print(table(faces, 8 if given.quick else given.people, lambda words: print(f"… {words}", file=sys.stderr)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
