"""What the FaceSearch suite needs of each adapter: the engine itself, photos and recordings that it can see."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from attendance.adapters.faces_local import open_faces
from attendance.ports import FaceSearch
from attendance.settings import load_settings
from demo.drawn_people import CLASS_SEEDS, BGRImage, person, portrait
from demo.lecture_video import Appearance, LectureScript, render_lecture
from tests.face_data import FACE_DATA
from tests.fakes.faces import FakeFaces

Presence = tuple[int, float, float]
"""Person, first and last second."""


class FacesKit(Protocol):
    """People are numbers from 0; `another` is a different photo of the same person."""

    def open(self) -> FaceSearch: ...
    def photo(self, who: int, *, another: bool = False) -> bytes: ...
    def photo_of_two(self) -> bytes: ...
    def photo_of_nobody(self) -> bytes: ...
    def lecture(self, path: Path, seconds: float, present: Sequence[Presence]) -> None: ...
    def snapshot(self, path: Path, present: Sequence[int]) -> None: ...


class FakeKit:
    """Photos and recordings as FakeFaces reads them."""

    def open(self) -> FaceSearch:
        return FakeFaces()

    def photo(self, who: int, *, another: bool = False) -> bytes:
        return f"face:{who}.1".encode() if another else f"face:{who}".encode()

    def photo_of_two(self) -> bytes:
        return b"face:1,2"

    def photo_of_nobody(self) -> bytes:
        return b"face:"

    def lecture(self, path: Path, seconds: float, present: Sequence[Presence]) -> None:
        lines = [f"video {seconds}", *(f"{who} {first_s} {last_s}" for who, first_s, last_s in present)]
        path.write_text("|".join(lines))

    def snapshot(self, path: Path, present: Sequence[int]) -> None:
        path.write_text("|".join(["snapshot", *map(str, present)]))


class LocalKit:
    """Drawn people, filmed in a drawn classroom."""

    def open(self) -> FaceSearch:
        return open_faces("local", load_settings({**FACE_DATA, "ROLLCALL_SEARCH_EVERY_S": "0.4"}))

    def photo(self, who: int, *, another: bool = False) -> bytes:
        picture = drawn(who)
        return jpeg(picture[:, ::-1] if another else picture)

    def photo_of_two(self) -> bytes:
        return jpeg(np.hstack([drawn(0), drawn(1)]))

    def photo_of_nobody(self) -> bytes:
        return jpeg(np.full((240, 320, 3), 128, np.uint8))

    def lecture(self, path: Path, seconds: float, present: Sequence[Presence]) -> None:
        people = [
            Appearance(person(CLASS_SEEDS[who]), first_s, last_s, seat)
            for seat, (who, first_s, last_s) in enumerate(present)
        ]
        render_lecture(path, LectureScript(tuple(people)), fps=5, seconds=seconds)

    def snapshot(self, path: Path, present: Sequence[int]) -> None:
        path.write_bytes(jpeg(np.hstack([drawn(who) for who in present])))


@cache
def drawn(who: int) -> BGRImage:
    """A registration photo; drawing takes longer than finding."""
    return portrait(person(CLASS_SEEDS[who]), 320)


def jpeg(picture: BGRImage) -> bytes:
    """The picture as a file."""
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 92])[1].tobytes()


KITS: dict[str, FacesKit] = {"local": LocalKit(), "fake": FakeKit()}
