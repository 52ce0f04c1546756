"""How often a picture of a face is told from a head: python -m bench.accuracy.pictures, a few minutes, prints a table.

Photographs of people (LFW) are shown twice: as heads, warped over a depth that fits their landmarks, which turn, nod,
speak and blink; and as pictures, which hang, move, are held in a hand, tilted or filmed. A minute each, twelve looks.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from bench.accuracy.lfw import VARIABLE
from face_engine.align import chip, similarity_transform
from face_engine.engine import Engine
from face_engine.flat import Look, grey_look, is_flat
from face_engine.frames import sample_frames
from face_engine.images import read_image
from face_engine.model import BGRImage
from face_engine.models import Models
from face_engine.quality import assess

PEOPLE, LOOKS, EVERY_S, COLUMNS = 56, 12, 5, 8
SIZES_PX = (44, 80)
PATCH_PX, EYES_PX, FACE_PX = 256, 60.0, 115.0
_FOCAL_PX = 450.0  # of a picture in a hand: tilting it makes its near side larger

Plane = NDArray[np.float32]
_DOWN, _ACROSS = np.mgrid[0:PATCH_PX, 0:PATCH_PX].astype(np.float32)


@dataclass(frozen=True)
class Way:
    """How a face is shown: standard deviations of slow walks; angles in radians, lengths in widths of the face."""

    name: str
    is_head: bool = False
    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    mouth: float = 0.0
    blinks: float = 0.0
    shift: float = 0.0
    scale: float = 0.0
    tilt: float = 0.0
    gain: float = 0.0
    shade: float = 0.0
    blur: float = 0.0
    gamma: float = 0.0


WAYS = (
    Way("head, hardly moving (2°)", True, 0.03, 0.02, 0.01, 0.0, 0.05, 0.05, 0.01),
    Way("head, quiet (3°)", True, 0.05, 0.035, 0.02, 0.0, 0.1, 0.1, 0.02),
    Way("head, turning, nodding, speaking a little (7°)", True, 0.12, 0.08, 0.04, 0.02, 0.1, 0.2, 0.04),
    Way("head, lively (14°)", True, 0.25, 0.12, 0.08, 0.08, 0.15, 0.4, 0.06),
    Way("picture on a wall"),
    Way("picture, moving", shift=0.4, scale=0.05),
    Way("picture in a hand (tilted by 11°)", shift=0.4, scale=0.08, roll=0.08, tilt=0.2, gain=0.08, shade=0.1),
    Way("picture, tilted much (23°)", shift=0.4, scale=0.1, roll=0.15, tilt=0.4, gain=0.15, shade=0.2),
    Way("picture, filmed anew", shift=0.1, scale=0.03, roll=0.03, tilt=0.1, gain=0.1, shade=0.1, blur=0.6, gamma=0.1),
)


@dataclass(frozen=True)
class Portrait:
    """A photograph cut so that the eyes are 60 px apart, its landmarks, and a depth that fits them."""

    patch: BGRImage
    points: NDArray[np.float64]
    depth: Plane

    @classmethod
    def of(cls, image: BGRImage, engine: Engine) -> Portrait | None:
        faces = sorted(engine.find(image), key=lambda face: -face.width_px)
        if not faces:
            return None
        points = np.array(faces[0].landmarks, np.float64)
        middle = PATCH_PX / 2
        eyes = np.array([(middle - EYES_PX / 2, middle), (middle + EYES_PX / 2, middle)])
        cut = similarity_transform(points[:2], eyes)
        patch = cv2.warpAffine(image, cut, (PATCH_PX, PATCH_PX), borderMode=cv2.BORDER_REPLICATE)
        points = points @ cut[:, :2].T + cut[:, 2]
        return cls(np.asarray(patch, np.uint8), points, _depth(points))

    @property
    def middle(self) -> NDArray[np.float64]:
        return np.asarray((self.points[:2].mean(0) + self.points[3:].mean(0)) / 2)


def _depth(points: NDArray[np.float64]) -> Plane:
    """Half an ellipsoid with a nose and sockets, in pixels towards the camera."""
    x, y = (points[:2].mean(0) + points[3:].mean(0)) / 2
    depth = 60 * np.sqrt(np.clip(1 - ((_ACROSS - x) / 72) ** 2 - ((_DOWN - y) / 95) ** 2, 0, 1))
    depth += 19 * _spot(points[2] - np.array((0, 4)), 13, 17)
    depth -= 7 * (_spot(points[0], 15, 9) + _spot(points[1], 15, 9))
    return np.asarray(cv2.GaussianBlur(depth.astype(np.float32), (0, 0), 2), np.float32)


def _spot(at: NDArray[np.float64], wide: float, high: float) -> Plane:
    return np.asarray(np.exp(-(((_ACROSS - at[0]) / wide) ** 2) - ((_DOWN - at[1]) / high) ** 2), np.float32)


def _head(one: Portrait, yaw: float, pitch: float, mouth: float, blink: float) -> BGRImage:
    """The portrait as a head that is turned, with the mouth open and the eyes closed by so much."""
    middle = one.middle
    right = ((_ACROSS - middle[0]) * (np.cos(yaw) - 1) + one.depth * np.sin(yaw)).astype(np.float32)
    down = ((_DOWN - middle[1]) * (np.cos(pitch) - 1) + one.depth * np.sin(pitch)).astype(np.float32)
    x, y = _ACROSS, _DOWN
    for _ in range(3):  # where a point came from is known only where it came from
        x, y = (
            (_ACROSS - np.asarray(cv2.remap(right, x, y, cv2.INTER_LINEAR))).astype(np.float32),
            (_DOWN - np.asarray(cv2.remap(down, x, y, cv2.INTER_LINEAR))).astype(np.float32),
        )
    lips = one.points[3:].mean(0)
    y = y - mouth * 60 * _spot(lips + np.array((0, 9)), 27, 22) * np.clip((y - lips[1]) / 6, 0, 1)
    y = y - blink * 11 * (_spot(one.points[0], 15, 7) + _spot(one.points[1], 15, 7))
    return np.asarray(cv2.remap(one.patch, x, y.astype(np.float32), cv2.INTER_LINEAR), np.uint8)


def _walk(dice: np.random.Generator, size: float) -> NDArray[np.float64]:
    """As many numbers as looks, of this standard deviation, each near to the one before."""
    steps, value, walked = dice.normal(0, 1, LOOKS + 50), 0.0, []
    near = float(np.exp(-1 / 3))
    for step in steps:
        value = near * value + float(np.sqrt(1 - near**2)) * float(step)
        walked.append(size * value)
    return np.array(walked[50:])


def shown(one: Portrait, way: Way, face_px: int, dice: np.random.Generator) -> Iterator[NDArray[np.float32]]:
    """Pictures of a cell (side, side, 3) with the face in it."""
    side = int(face_px * 2.6)
    walks = {
        name: _walk(dice, getattr(way, name)) for name in Way.__dataclass_fields__ if name not in ("name", "is_head")
    }
    tilts = _walk(dice, way.tilt)
    for n in range(LOOKS):
        now = {name: float(walk[n]) for name, walk in walks.items()}
        blink = float(dice.random() < way.blinks)
        picture = _head(one, now["yaw"], now["pitch"], max(0.0, 2 * now["mouth"]), blink) if way.is_head else one.patch
        scale = face_px / FACE_PX * np.exp(now["scale"])
        if scale < 0.7:
            picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), 0.45 / scale), np.uint8)
        held = _held(now, tilts[n], scale, side, face_px)
        cell = cv2.warpPerspective(picture, held, (side, side), borderValue=(110, 115, 120)).astype(np.float32)
        if abs(now["blur"]) > 0.05:
            cell = np.asarray(cv2.GaussianBlur(cell, (0, 0), abs(now["blur"]) * face_px / 60), np.float32)
        light = np.exp(now["gain"]) * (1 + now["shade"] * np.linspace(-1, 1, side)[None, :, None])
        yield np.asarray(255 * (np.clip(cell, 0, 255) / 255) ** np.exp(now["gamma"]) * light, np.float32)


def _held(now: dict[str, float], other_tilt: float, scale: float, side: int, face_px: int) -> NDArray[np.float64]:
    """The homography from the patch to its cell."""
    turn = cv2.Rodrigues(np.array([other_tilt, now["tilt"], 0.0]))[0] @ cv2.Rodrigues(np.array([0, 0, now["roll"]]))[0]
    centred = np.array([[1, 0, -PATCH_PX / 2], [0, 1, -PATCH_PX / 2], [0, 0, 1.0]])
    seen = np.diag([_FOCAL_PX, _FOCAL_PX, 1.0]) @ np.column_stack([turn[:, 0], turn[:, 1], (0, 0, _FOCAL_PX)])
    right, down = (float(np.clip(now["shift"] * part, -0.4, 0.4)) * face_px for part in (1.0, 0.3))
    placed = np.array([[scale, 0, side / 2 + right], [0, scale, side / 2 + down], [0, 0, 1.0]])
    return np.asarray(placed @ seen @ centred, np.float64)


def looks_of(people: Sequence[Portrait], way: Way, face_px: int, seed: int, folder: Path) -> list[list[Look]]:
    """Everybody's looks in one film (H.264, rate factor 28, grain of 2), found and cut by the product's own code."""
    dice = np.random.default_rng(seed)
    side = int(face_px * 2.6)
    rows = -(-len(people) // COLUMNS)
    cells = [list(shown(one, way, face_px, dice)) for one in people]
    path = folder / "film.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=1, options={"crf": "28", "preset": "fast", "g": "10"})
        stream.width, stream.height, stream.pix_fmt = COLUMNS * side // 2 * 2, rows * side // 2 * 2, "yuv420p"
        for n in range(LOOKS):
            frame = np.full((rows * side, COLUMNS * side, 3), 110, np.float32)
            for number, own in enumerate(cells):
                row, column = divmod(number, COLUMNS)
                frame[row * side : (row + 1) * side, column * side : (column + 1) * side] = own[n]
            grainy = frame[: stream.height, : stream.width] + dice.normal(0, 2, (stream.height, stream.width, 3))
            container.mux(
                stream.encode(av.VideoFrame.from_ndarray(np.clip(grainy, 0, 255).astype(np.uint8), format="bgr24"))
            )
        container.mux(stream.encode())
    detector = Models().detector(24)
    looks: list[list[Look]] = [[] for _ in people]
    for time_s, picture in sample_frames(path, 1.0, longest_side_px=10_000):
        for found in detector.find(picture):
            column, row = int((found.box[0] + found.box[2]) / 2 // side), int((found.box[1] + found.box[3]) / 2 // side)
            number = row * COLUMNS + column
            if number < len(people):
                face = chip(picture, found.landmarks)
                looks[number].append(Look(time_s * EVERY_S, assess(picture, found, face).value, grey_look(face)))
    return looks


def _people(folder: Path, engine: Engine) -> list[Portrait]:
    names = sorted(one for one in folder.iterdir() if one.is_dir())
    np.random.default_rng(5).shuffle(names)
    found: list[Portrait] = []
    for name in names:
        portrait = Portrait.of(read_image(min(name.glob("*.jpg"))), engine)
        if portrait is not None:
            found.append(portrait)
        if len(found) == PEOPLE:
            break
    return found


def main() -> int:
    """The exit status."""
    if VARIABLE not in os.environ:
        print(f"People are needed: set {VARIABLE}.", file=sys.stderr)
        return 1
    cv2.setNumThreads(1)
    people = _people(Path(os.environ[VARIABLE]), Engine())
    print("| shown as | " + " | ".join(f"called a picture, {px} px" for px in SIZES_PX) + " |")
    print("| --- |" + " --- |" * len(SIZES_PX))
    with tempfile.TemporaryDirectory() as folder:
        for way in WAYS:
            flat = [sum(is_flat([own]) for own in looks_of(people, way, px, 7, Path(folder))) for px in SIZES_PX]
            print(f"| {way.name} | " + " | ".join(f"{count} of {len(people)}" for count in flat) + " |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
