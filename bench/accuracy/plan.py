"""Which views of which faces are measured, in full and in a quick run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.accuracy.drawn import DrawnFaces
from bench.accuracy.photographs import photographs
from bench.accuracy.pictures import photos_table, pictures_table
from bench.accuracy.real import (
    Progress,
    RealFaces,
    choices_table,
    crowd_table,
    frames_table,
    gallery_table,
    lines_table,
    pairs_table,
    views_table,
)
from bench.accuracy.tables import Table
from bench.accuracy.trials import Eyes
from bench.accuracy.views import View

_LINES = (0.38, 0.40, 0.42, 0.44, 0.46, 0.48)
_USUAL_PX = 60.0

Views = list[tuple[str, View]]


@dataclass(frozen=True)
class Extent:
    """How much is measured."""

    sizes_px: tuple[int, ...] = (24, 32, 40, 60, 80, 120, 160)
    frames: int = 5
    turns_deg: tuple[int, ...] = (0, 15, 30, 40, 50, 60)
    students: int = 40
    strangers: int = 40
    crowd: int = 1000
    crowds: tuple[int, ...] = (10, 40, 100, 300, 1000)


FULL = Extent()
QUICK = Extent((24, 40, 80), 3, (0, 30, 50), 10, 10, 40, (10, 40))


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


def real_tables(folder: Path, eyes: Eyes, extent: Extent, say: Progress) -> Iterator[Table]:
    """On the real photographs of a folder."""
    say("real photographs")
    faces = RealFaces(photographs(folder, eyes), eyes, extent.frames, say)
    usual, small = View(_USUAL_PX), View(40)
    sizes = [(f"{size} px", View(size)) for size in extent.sizes_px]
    yield pairs_table(faces)
    yield views_table(faces, "Face size", "Width of the face in the frame, JPEG of quality 60.", sizes)
    yield views_table(faces, "Blur, light, compression", "Faces of 60 px.", conditions(_USUAL_PX))
    yield lines_table(faces, [small, usual, View(80)], _LINES)
    yield frames_table(faces, small, range(1, extent.frames + 1, 2))
    yield pictures_table(faces, [small, usual])
    yield photos_table(faces, [small, usual], (0.35, 0.38, 0.40))
    yield choices_table(faces, usual, View(24))
    yield gallery_table(faces, small, (1, 2, 5, 10, 20, 28))
    yield crowd_table(faces, usual, extent.crowds)


def drawn_tables(eyes: Eyes, extent: Extent, say: Progress) -> Iterator[Table]:
    """On drawn people."""
    faces = DrawnFaces(eyes, extent.students, extent.strangers, extent.crowd, 3, say)
    note = f"{extent.students} students in a gallery of as many, {extent.strangers} strangers, three frames each."
    sizes = [(f"{size} px", View(size), None) for size in extent.sizes_px]
    turns = [(f"{turn}°", View(80), float(turn)) for turn in extent.turns_deg]
    yield faces.table("Drawn people: face size", note, sizes)
    yield faces.table("Drawn people: turn", f"{note} Faces of 80 px, turned to either side in turns.", turns)
    yield faces.table(
        "Drawn people: blur, light, compression", note, [(name, view, None) for name, view in conditions(_USUAL_PX)]
    )
    yield faces.gallery_table(View(80), extent.crowds)
