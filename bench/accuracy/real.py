"""The tables on real photographs: students against their other photos, strangers against everybody enrolled."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from bench.accuracy.rates import Rate
from bench.accuracy.tables import Table
from bench.accuracy.trials import Enrolment, Eyes, Mark, Photo, marks, pooled, worst
from bench.accuracy.views import View
from face_engine.track import Shot

ENROLLED_PX = 60.0
"""Smaller faces are probes only: nobody would register with them."""

Seen = list[tuple[np.ndarray, Shot]]
Progress = Callable[[str], None]
HEAD = ("found", "student: present", "unsure", "absent", "stranger: present", "unsure", "nearest stranger")
AS_ENROLLED = 0.9


@dataclass(frozen=True)
class Outcomes:
    """What became of faces in one view."""

    found: list[bool] = field(default_factory=list)
    students: list[Mark] = field(default_factory=list)
    strangers: list[Mark] = field(default_factory=list)
    nearest: list[float] = field(default_factory=list)
    same: list[float] = field(default_factory=list)
    different: list[float] = field(default_factory=list)

    def cells(self) -> list[str]:
        """For `HEAD`."""
        by_mark = [str(Rate.of(mark is one for mark in self.students)) for one in Mark]
        wrong = [str(Rate.of(mark is one for mark in self.strangers)) for one in (Mark.PRESENT, Mark.UNSURE)]
        return [str(Rate.of(self.found)), *by_mark, *wrong, f"{min(self.nearest):.3f}" if self.nearest else "none"]


class RealFaces:
    """The photographs and what was seen of them; each view is looked at once."""

    def __init__(self, photos: Sequence[Photo], eyes: Eyes, frames: int, progress: Progress) -> None:
        self.photos = list(photos)
        self.enrolled = Enrolment(tuple(p for p in photos if p.face_px >= ENROLLED_PX and "bystander" not in p.person))
        self._eyes, self._frames, self._progress = eyes, frames, progress
        self._seen: dict[tuple[int, View], Seen] = {}

    def seen(self, photo: Photo, view: View) -> Seen:
        """The shots of one face; none where the picture has fewer pixels than the view."""
        number = self.photos.index(photo)
        if (number, view) not in self._seen:
            self._seen[number, view] = self._eyes.look(photo, view, self._frames, (number, round(view.face_px)))
        return self._seen[number, view]

    def usable(self, view: View) -> list[Photo]:
        """Those with enough pixels."""
        return [photo for photo in self.photos if photo.face_px >= AS_ENROLLED * view.face_px]

    def outcomes(self, view: View, frames: int | None = None) -> Outcomes:
        """Everybody once as a stranger, and as a student by each other photo of the same person."""
        self._progress(f"real faces, {view}")
        result = Outcomes()
        for photo in self.usable(view):
            seen = self.seen(photo, view)[:frames]
            result.found.append(bool(seen))
            result.students.extend(self._as_student(photo, seen))
            if seen:
                self._as_stranger(photo, seen, result)
        return result

    def others_of(self, photo: Photo) -> list[Photo]:
        """The same person's enrolled photos from other files."""
        return [one for one in self.enrolled.of(photo.person) if one.name != photo.name]

    def _as_student(self, photo: Photo, seen: Seen) -> Iterator[Mark]:
        for own in self.others_of(photo):
            gallery = self.enrolled.gallery(self.enrolled.people, [own])
            yield marks(seen, gallery).get(photo.person, Mark.ABSENT) if seen else Mark.ABSENT

    def _as_stranger(self, photo: Photo, seen: Seen, result: Outcomes) -> None:
        others = [person for person in self.enrolled.people if person != photo.person]
        gallery = self.enrolled.gallery(others)
        result.strangers.append(worst(marks(seen, gallery).values()))
        vector = pooled(seen)
        if vector is None:
            return
        distances = gallery.distances(vector)[0]
        result.nearest.append(float(distances.min()))
        result.different.extend(float(distance) for distance in distances)
        result.same.extend(float(np.linalg.norm(own.vector - vector)) for own in self.others_of(photo))


def views_table(faces: RealFaces, title: str, note: str, views: Sequence[tuple[str, View]]) -> Table:
    """A row a view."""
    return Table(title, note, ("view", *HEAD), [[name, *faces.outcomes(view).cells()] for name, view in views])
