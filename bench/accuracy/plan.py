"""Which views of which faces are measured, in full and in a quick run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.accuracy import lfw_tables
from bench.accuracy.lfw import faces_of
from bench.accuracy.photographs import photographs
from bench.accuracy.real import Progress, RealFaces, views_table
from bench.accuracy.tables import Table
from bench.accuracy.trials import Eyes
from bench.accuracy.views import View
from face_engine.models import Models

_USUAL_PX = 60.0

Views = list[tuple[str, View]]


@dataclass(frozen=True)
class Extent:
    """How much is measured.

    Parameters
    ----------
    sizes_px, frames
        Widths of the faces of the real photographs, and how often each is shown.
    people, people_small, people_in_conditions
        Of how many people of LFW pictures are looked at as they are; small; and blurred, dark and so on. None for all.
    """

    sizes_px: tuple[int, ...] = (24, 32, 40, 60, 80, 120, 160)
    frames: int = 5
    people: int | None = None
    people_small: int | None = 600
    people_in_conditions: int | None = 300


FULL = Extent()
QUICK = Extent((24, 40, 80), 3, 300, 60, 60)


def conditions(face_px: float) -> Views:
    """Blur, light, noise and compression, one at a time."""
    return [
        ("plain", View(face_px)),
        ("blurred by 2 % of the face's width", View(face_px, blur=0.02)),
        ("blurred by 4 %", View(face_px, blur=0.04)),
        ("blurred by 6 %", View(face_px, blur=0.06)),
        ("dark (a third of the light)", View(face_px, gain=0.33)),
        ("very dark (a sixth) and noisy", View(face_px, gain=0.17, noise=4)),
        ("bright (half as much again)", View(face_px, gain=1.5)),
        ("low contrast (0.4)", View(face_px, contrast=0.4)),
        ("high contrast (1.6)", View(face_px, contrast=1.6)),
        ("JPEG, quality 25", View(face_px, jpeg=25)),
        ("H.264, rate factor 28", View(face_px, h264=28)),
        ("H.264, rate factor 36", View(face_px, h264=36)),
        ("mirrored picture", View(face_px, mirrored=True)),
    ]


def lfw_tables_of(folder: Path, extent: Extent, say: Progress, models: Models | None = None) -> Iterator[Table]:
    """On Labeled Faces in the Wild."""
    yield from lfw_tables.tables(faces_of(folder, say, models=models, people=extent.people))
    for title, what, seen, people in (
        ("Width of the face", "pixels", _widths(), extent.people_small),
        ("Blur, light, compression", "faces of 60 px", conditions(_USUAL_PX), extent.people_in_conditions),
    ):
        faces = faces_of(folder, say, views=[view for _, view in seen], models=models, people=people)
        yield lfw_tables.views_table(faces, title, what, seen)


def _widths() -> Views:
    return [(f"{px} px", View(px)) for px in lfw_tables.WIDTHS_PX]


def real_tables(folder: Path, eyes: Eyes, extent: Extent, say: Progress) -> Iterator[Table]:
    """On the real photographs of a folder."""
    say("real photographs")
    faces = RealFaces(photographs(folder, eyes), eyes, extent.frames, say)
    sizes = [(f"{size} px", View(size)) for size in extent.sizes_px]
    note = (
        f"{len(faces.photos)} faces of {len({p.person for p in faces.photos})} people, in {extent.frames} frames of "
        "one photograph each, pooled as in a video; JPEG of quality 60."
    )
    yield views_table(faces, "Frames of photographs", note, sizes)
