"""Which photo belongs to which student: by the name that a list gives, or by the student's id in the file's name."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from pathlib import PurePosixPath

from attendance.errors import BadPhoto
from attendance.use_cases.names import same_text

_PHOTO_ENDINGS = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".heic", ".heif", ".avif"}
)
_NUMBERED = re.compile(r"(.+)[-_](\d{1,3})", re.DOTALL)


class PhotoIndex:
    """Photo names, compared without case and however their letters are composed."""

    def __init__(
        self, names: Sequence[str], student_ids: Collection[str], other_readings: Mapping[str, str] | None = None
    ) -> None:
        """`other_readings` are ways to read a name that count only where no photo is named so for certain."""
        self._by_path: dict[str, list[str]] = defaultdict(list)
        self._by_file: dict[str, list[str]] = defaultdict(list)
        self._by_student: dict[str, list[tuple[int, str]]] = defaultdict(list)
        self._others_by_student: dict[str, list[tuple[int, str]]] = defaultdict(list)
        ids = {same_text(student_id) for student_id in student_ids}
        for name in names:
            if not _is_leftover(name):
                self._by_path[same_text(name)].append(name)
                self._by_file[same_text(PurePosixPath(name).name)].append(name)
                self._add_by_student(name, name, self._by_student, ids)
        self._by_reading: dict[str, set[str]] = defaultdict(set)
        self._by_student_reading: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for reading, name in (other_readings or {}).items():
            if not _is_leftover(reading):
                self._by_reading[same_text(reading)].add(name)
                self._by_reading[same_text(PurePosixPath(reading).name)].add(name)
                self._add_by_student(reading, name, self._by_student_reading, ids)

    def find(self, wanted: str) -> str:
        """The photo of this name, with or without its folders. Raises BadPhoto where there is none, or several."""
        key = same_text(wanted.replace("\\", "/").removeprefix("./"))
        found = self._by_path.get(key) or self._by_file.get(key) or sorted(self._by_reading.get(key, ()))
        if not found:
            raise BadPhoto("There is no photo %(wanted)s among the photos.", wanted=wanted, field="photos")
        if len(found) > 1:
            raise BadPhoto(
                "There are %(count)s photos named %(wanted)s; give the folder too.",
                count=len(found),
                wanted=wanted,
                field="photos",
            )
        return found[0]

    def of_student(self, student_id: str) -> list[str]:
        """21.jpg first, then 21-2.jpg and so on."""
        key = same_text(student_id)
        return [name for _, name in sorted(self._by_student.get(key) or self._by_student_reading.get(key, []))]

    def others_of_student(self, student_id: str) -> list[str]:
        """Files that are named as the student's photos are, but are of kinds that are not read."""
        return [name for _, name in sorted(self._others_by_student.get(same_text(student_id), []))]

    def _add_by_student(
        self, reading: str, name: str, to: dict[str, list[tuple[int, str]]], ids: Collection[str]
    ) -> None:
        path = PurePosixPath(reading)
        if path.suffix.lower() not in _PHOTO_ENDINGS:
            to = self._others_by_student
        stem = same_text(path.stem)
        numbered = _NUMBERED.fullmatch(stem)
        if stem in ids or numbered is None:  # an id may itself end in a number
            to[stem].append((0, name))
        else:
            to[numbered[1]].append((int(numbered[2]), name))


def _is_leftover(name: str) -> bool:
    """What macOS leaves in every ZIP."""
    parts = PurePosixPath(name).parts
    return "__MACOSX" in parts or (bool(parts) and parts[-1].startswith("._")) or parts[-1:] == (".DS_Store",)
