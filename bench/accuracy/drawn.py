"""The tables on drawn people, who can be turned, lit and counted at will, but who are too much alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import radians

from bench.accuracy.rates import Rate
from bench.accuracy.real import HEAD, Outcomes, Progress, Seen
from bench.accuracy.tables import Table
from bench.accuracy.trials import Enrolment, Eyes, Mark, Photo, marks, pooled, worst
from bench.accuracy.views import View, frames
from demo.drawn_people import draw, person, portrait, pose
from face_engine.gallery import Gallery
from face_engine.model import Box

_PICTURE_PX = 320
_POSES_FROM = 1_000_000  # no person's own portrait has these
_HARDNESS = 0.8


class DrawnFaces:
    """A class of drawn people with one portrait each, and as many strangers."""

    def __init__(self, eyes: Eyes, students: int, strangers: int, crowd: int, frame_count: int, say: Progress) -> None:
        self._eyes, self._frames, self._say = eyes, frame_count, say
        say(f"drawn people, {crowd + strangers} portraits")
        found = self._portraits()
        everybody = [next(found) for _ in range(crowd + strangers)]
        self.enrolled = Enrolment(tuple(everybody[:crowd]))
        self.students, self.strangers = everybody[:students], everybody[crowd:]

    def table(self, title: str, note: str, views: Sequence[tuple[str, View, float | None]]) -> Table:
        """A row a view, with its turn in degrees; None for a lively mixture."""
        gallery = self.enrolled.gallery([photo.person for photo in self.students])
        rows = [[name, *self._outcomes(view, turn, gallery).cells()] for name, view, turn in views]
        return Table(title, note, ("view", *HEAD), rows)

    def gallery_table(self, view: View, sizes: Sequence[int]) -> Table:
        """Strangers and students against more and more people."""
        seen = {photo.person: self._seen(photo, view, None) for photo in [*self.students, *self.strangers]}
        rows = []
        for size in sizes:
            gallery = self.enrolled.gallery([photo.person for photo in self.enrolled.photos[:size]])
            students = self.students[: min(size, len(self.students))]
            right = [marks(seen[p.person], gallery).get(p.person, Mark.ABSENT) for p in students if seen[p.person]]
            wrong = [worst(marks(seen[p.person], gallery).values()) for p in self.strangers if seen[p.person]]
            cells = [str(Rate.of(mark is one for mark in right)) for one in Mark]
            cells += [str(Rate.of(mark is one for mark in wrong)) for one in (Mark.PRESENT, Mark.UNSURE)]
            rows.append([str(size), *cells])
        note = (
            f"Drawn faces of {view.face_px:.0f} px. Nearly everybody waits for a person, students too: "
            "that is how near drawn people are."
        )
        return Table("Drawn people: gallery size", note, ("people", *HEAD[1:6]), rows)

    def _outcomes(self, view: View, turn_deg: float | None, gallery: Gallery) -> Outcomes:
        self._say(f"drawn faces, {view}, turned by {turn_deg}")
        result = Outcomes()
        for photo in self.students:
            seen = self._seen(photo, view, turn_deg)
            result.found.append(bool(seen))
            result.students.append(marks(seen, gallery).get(photo.person, Mark.ABSENT) if seen else Mark.ABSENT)
        for photo in self.strangers:
            seen = self._seen(photo, view, turn_deg)
            vector = pooled(seen)
            if vector is not None:
                result.strangers.append(worst(marks(seen, gallery).values()))
                result.nearest.append(float(gallery.distances(vector).min()))
        return result

    def _seen(self, photo: Photo, view: View, turn_deg: float | None) -> Seen:
        drawn, seed = person(int(photo.person)), int(photo.person)
        shown = []
        for number in range(self._frames):
            sitting = pose(_POSES_FROM + 100 * seed + number, _HARDNESS)
            if turn_deg is not None:
                sitting = replace(sitting, yaw=radians(turn_deg) * (1 if number % 2 else -1))
            picture = draw(drawn, sitting, _PICTURE_PX)
            shown += frames(picture, photo.box, view, 1, (seed, number))
        return self._eyes.look_at(shown, view.face_px)

    def _portraits(self) -> Iterator[Photo]:
        for seed in range(20_000, 2_000_000):
            picture = portrait(person(seed), _PICTURE_PX)
            for face in self._eyes.find(picture)[:1]:
                yield replace(self._eyes.photo(str(seed), str(seed), picture, face), box=_in_the_middle(face.box))


def _in_the_middle(box: Box) -> Box:
    """A head in another pose is where the sheet has it, not where it was in the portrait."""
    side = min(box[2] - box[0], box[3] - box[1]) / 2
    x, y = _PICTURE_PX / 2, (box[1] + box[3]) / 2
    return (x - side, y - side, x + side, y + side)
