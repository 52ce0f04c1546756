"""Labeled Faces in the Wild (Huang et al., 2007): its pictures as the engine sees them, and who is in which group.

A folder of `NAME/NAME_0001.jpg`, the face in the middle of each; beside it may be a folder `lfw-groups` of lists of
names. Nothing of it is kept: vectors live as long as the measurement.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.accuracy.views import View, frames
from face_engine.engine import Engine
from face_engine.images import read_image
from face_engine.model import BGRImage, Face
from face_engine.models import Models

VARIABLE = "ROLLCALL_LFW_DIR"

# One person under two names.
_SAME_PEOPLE = {
    "Sepp_Blatter": "Joseph_Blatter",
    "Jon_Gruden": "John_Gruden",
    "Cristina_Kirchner": "Cristina_Fernandez",
}

_DETECTOR_PX = 20
_IN_THE_MIDDLE = 0.6  # of the face's width

Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class Probes:
    """One way of seeing all pictures: vectors (n, d), widths in pixels (n,) and qualities (n,), NaN where not found."""

    vectors: Vectors
    face_px: NDArray[np.float64]
    quality: NDArray[np.float64]

    @property
    def found(self) -> NDArray[np.bool_]:
        """In which pictures."""
        return np.asarray(np.isfinite(self.face_px), np.bool_)


@dataclass(frozen=True, eq=False)
class Faces:
    """All pictures: whose they are, their vectors as enrolled, and as seen in each view (None: as they are)."""

    people: NDArray[np.str_]
    enrolled: Vectors
    seen: Mapping[View | None, Probes]
    groups: Mapping[str, Sequence[str]]

    @cached_property
    def pictures(self) -> dict[str, list[int]]:
        """The found pictures of each person, in the order of their numbers."""
        found: dict[str, list[int]] = defaultdict(list)
        for number, person in enumerate(self.people.tolist()):
            if self.seen[None].found[number]:
                found[person].append(number)
        return dict(found)

    def with_pictures(self, least: int, people: Iterable[str] | None = None) -> list[str]:
        """Who of these has so many."""
        chosen = self.pictures if people is None else [person for person in people if person in self.pictures]
        return sorted(person for person in chosen if len(self.pictures[person]) >= least)


def faces_of(
    folder: Path,
    say: Callable[[str], None],
    *,
    views: Sequence[View] = (),
    models: Models | None = None,
    people: int | None = None,
) -> Faces:
    """Look at all pictures of a folder, one process a core; of so many people only where a number is given.

    Members of the groups come first then, and the others in the order of their names.
    """
    groups = _groups(folder.parent / "lfw-groups")
    files = _files(folder, groups, people)
    say(f"{len(files)} pictures of {len({file.parent.name for file in files})} people, {len(views)} views of each")
    with get_context("spawn").Pool(os.cpu_count(), _start, (models or Models(), tuple(views))) as pool:
        looked = pool.map(_look, [(number, file) for number, file in enumerate(files)], chunksize=8)
    names = [_SAME_PEOPLE.get(file.parent.name, file.parent.name) for file in files]
    length = max(len(one[0]) for one in looked if one is not None)
    nobody = np.full(length, np.nan, np.float32)
    enrolled = np.stack([nobody if one is None else one[0] for one in looked])
    seen = {
        view: _probes([None if one is None else one[1][at] for one in looked], nobody)
        for at, view in enumerate((None, *views))
    }
    return Faces(np.array(names), enrolled, seen, groups)


Seen = tuple[Vectors, float, float]
"""Vector, width in pixels and quality of one face in one view."""

_looking: list[tuple[Engine, tuple[View, ...]]] = []


def _start(models: Models, views: tuple[View, ...]) -> None:
    cv2.setNumThreads(1)
    _looking.append((Engine(models, smallest_face_px=_DETECTOR_PX), views))


def _look(numbered: tuple[int, Path]) -> tuple[Vectors, list[Seen | None]] | None:
    number, file = numbered
    engine, views = _looking[0]
    image = read_image(file)
    face = _in_the_middle(engine, image)
    if face is None:
        return None
    enrolled = engine.embed(image, [face], mirrored=True)[0]
    shown = (frames(image, face.box, view, 1, (number, round(view.face_px)))[0] for view in views)
    return enrolled, [_seen(engine, image, face), *(_seen(engine, one, _in_the_middle(engine, one)) for one in shown)]


def _seen(engine: Engine, image: BGRImage, face: Face | None) -> Seen | None:
    if face is None:
        return None
    return engine.embed(image, [face])[0], face.quality.face_px, face.quality.value


def _in_the_middle(engine: Engine, image: BGRImage) -> Face | None:
    middle = np.array(image.shape[1::-1]) / 2

    def apart(face: Face) -> float:
        return float(np.hypot(*((np.array(face.box[:2]) + face.box[2:]) / 2 - middle)))

    near = [face for face in engine.find(image) if apart(face) < _IN_THE_MIDDLE * face.width_px]
    return min(near, key=apart, default=None)


def _probes(seen: Sequence[Seen | None], nobody: Vectors) -> Probes:
    vectors = np.stack([nobody if one is None else one[0] for one in seen])
    numbers = np.array([(np.nan, np.nan) if one is None else one[1:] for one in seen], np.float64)
    return Probes(vectors, numbers[:, 0], numbers[:, 1])


def _groups(folder: Path) -> dict[str, list[str]]:
    lists = sorted(folder.glob("*.txt")) if folder.is_dir() else []
    return {file.stem.replace("_", " "): file.read_text(encoding="utf-8").split() for file in lists}


def _files(folder: Path, groups: Mapping[str, Sequence[str]], people: int | None) -> list[Path]:
    names = sorted(entry.name for entry in folder.iterdir() if entry.is_dir())
    if people is not None:
        listed = {name for members in groups.values() for name in members}
        names = sorted(names, key=lambda name: (name not in listed, name))[:people]
    return [file for name in sorted(names) for file in sorted((folder / name).glob("*.jpg"))]
