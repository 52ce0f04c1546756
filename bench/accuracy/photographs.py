"""The real photographs, which are no part of the project: whose face is where, by the names of the files."""

from __future__ import annotations

from pathlib import Path

from bench.accuracy.trials import Eyes, Photo
from face_engine.images import read_image

# Of one file each where not said otherwise; of two in one picture, from left to right.
_PEOPLE: dict[str, tuple[str, ...]] = {
    "adams": ("adams",),
    "alex-lacamoire": ("lacamoire",),
    "alex_lacamoire1": ("lacamoire",),
    "biden": ("biden",),
    "biden2": ("biden",),
    "carell": ("carell",),
    "clapton-1": ("clapton",),
    "clapton-2": ("clapton",),
    "kit_with_rose": ("rose", "kit"),
    "lennon-1": ("lennon",),
    "lennon-2": ("lennon",),
    "lin-manuel-miranda": ("miranda",),
    "longoria-cooper": ("longoria-cooper left", "longoria-cooper right"),
    "obama": ("obama",),
    "obama2": ("obama",),
    "obama3": ("obama",),
    "rose_leslie1": ("rose",),
    "rose_leslie2": ("rose",),
}
# Two larger faces from left to right, and a third that nobody named.
_THREE = {"obama_and_biden": ("biden", "obama", "bystander of obama_and_biden")}
# Both portraits in it are cut from pictures that are here as well.
_TWICE = {"two_people"}


def photographs(folder: Path, eyes: Eyes) -> list[Photo]:
    """All faces of all pictures with their owners; an unnamed face of a group is a person of its own."""
    files = sorted(file for file in folder.rglob("*") if file.suffix.lower() in {".jpg", ".png"})
    return [photo for file in files if file.stem not in _TWICE for photo in _photos(file, eyes)]


def _photos(file: Path, eyes: Eyes) -> list[Photo]:
    image = read_image(file)
    faces = eyes.find(image)
    named = _THREE.get(file.stem) or _PEOPLE.get(file.stem) or _counted(file.stem, len(faces))
    # The largest are the named ones; those who stand in the background come after them.
    counted = sorted(faces[: len(named)], key=lambda face: face.box[0])
    if file.stem in _THREE:
        counted = [*sorted(faces[:2], key=lambda face: face.box[0]), *faces[2:3]]
    return [eyes.photo(person, file.stem, image, face) for person, face in zip(named, counted, strict=False)]


def _counted(stem: str, count: int) -> tuple[str, ...]:
    """`001_A` is A; `016_8` has eight people whom nobody knows."""
    _, _, what = stem.partition("_")
    return (what,) if what.isalpha() else tuple(f"{stem} {number}" for number in range(1, count + 1))
