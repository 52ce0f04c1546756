"""The tables on real photographs: students against their other photos, strangers against everybody enrolled."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from bench.accuracy.rates import Rate
from bench.accuracy.tables import Table
from bench.accuracy.tails import Tail, nearest_of_many
from bench.accuracy.trials import Enrolment, Eyes, Mark, Photo, marks, pooled, worst
from bench.accuracy.views import View
from face_engine.search_model import SearchOptions
from face_engine.track import Shot

ENROLLED_PX = 60.0
"""Smaller faces are probes only: nobody would register with them."""

Seen = list[tuple[np.ndarray, Shot]]
Progress = Callable[[str], None]
HEAD = ("found", "student: present", "unsure", "absent", "stranger: present", "unsure", "nearest stranger")
AS_ENROLLED = 0.9
_DRAWS = 20


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


def pairs_table(faces: RealFaces) -> Table:
    """Photo against photo, as they are."""
    photos = [photo for photo in faces.photos if photo.face_px >= ENROLLED_PX]
    kinds: dict[str, list[float]] = {"the same person": [], "different people": [], "different, in one picture": []}
    for one, other in itertools.combinations(photos, 2):
        distance = float(np.linalg.norm(one.plain - other.plain))
        kinds["the same person" if one.person == other.person else "different people"].append(distance)
        if one.person != other.person and one.name == other.name:
            kinds["different, in one picture"].append(distance)
    rows = [
        [name, str(len(found)), *(f"{value:.3f}" for value in np.quantile(found, (0, 0.01, 0.1, 0.5, 0.9, 1)))]
        for name, found in kinds.items()
    ]
    note = (
        f"Distances of {len(photos)} photographs of {len({p.person for p in photos})} people, faces of 60 px and more."
    )
    return Table("Photo against photo", note, ("pair", "n", "nearest", "1 %", "10 %", "half", "90 %", "farthest"), rows)


def views_table(faces: RealFaces, title: str, note: str, views: Sequence[tuple[str, View]]) -> Table:
    """A row a view."""
    return Table(title, note, ("view", *HEAD), [[name, *faces.outcomes(view).cells()] for name, view in views])


def frames_table(faces: RealFaces, view: View, counts: Sequence[int]) -> Table:
    """More or fewer frames of the same photograph."""
    rows = [[str(count), *faces.outcomes(view, count).cells()] for count in counts]
    note = (
        f"Faces of {view.face_px:.0f} px. The frames are of one photograph and differ in place, size, turn and noise "
        "only; one frame counts as a snapshot, which has a nearer line."
    )
    return Table("Frames pooled", note, ("frames", *HEAD), rows)


def mean_vector(shots: Sequence[Shot], weighted: bool) -> np.ndarray:
    """The mean of the shots, weighted by quality or not, as a track has it."""
    weights = np.array([max(shot.quality, 1e-3) if weighted else 1.0 for shot in shots])
    return np.asarray(np.average([np.asarray(shot.vector) for shot in shots], axis=0, weights=weights), np.float32)


def choices_table(faces: RealFaces, view: View, poor: View) -> Table:
    """Whether mirrored chips and weights by quality help, by how far apart the two kinds of distances are."""
    rows = []
    for name, plain, weighted, mixed in (
        ("as built: enrolled with the mirrored face", False, True, False),
        ("enrolled without it", True, True, False),
        ("good and poor frames pooled by quality", False, True, True),
        ("good and poor frames pooled alike", False, False, True),
    ):
        same, different = [], []
        for photo in faces.usable(view):
            shots = [shot for _, shot in faces.seen(photo, view)]
            shots = shots[:2] + [shot for _, shot in faces.seen(photo, poor)][:3] if mixed else shots
            if shots:
                vector = mean_vector(shots, weighted)
                for other in faces.enrolled.photos:
                    distance = float(np.linalg.norm((other.plain if plain else other.vector) - vector))
                    if other.person != photo.person:
                        different.append(distance)
                    elif other.name != photo.name:
                        same.append(distance)
        apart = (np.mean(different) - np.mean(same)) / np.sqrt((np.var(different) + np.var(same)) / 2)
        figures = (np.median(same), np.quantile(same, 0.9), np.quantile(different, 0.01), apart)
        rows.append([name, str(len(same)), str(len(different)), *(f"{value:.3f}" for value in figures)])
    note = (
        f"Faces of {view.face_px:.0f} px, poor frames of {poor.face_px:.0f} px; "
        "d' is the distance of the two means in standard deviations."
    )
    head = ("how", "same n", "different n", "same, half", "same, 90 %", "different, 1 %", "d'")
    return Table("What helps", note, head, rows)


def lines_table(faces: RealFaces, views: Sequence[View], lines: Sequence[float]) -> Table:
    """What each accept line would let pass, by the pooled distance alone."""
    rows = []
    for view in views:
        found = faces.outcomes(view)
        for line in lines:
            students, strangers = Rate.of(d <= line for d in found.same), Rate.of(d <= line for d in found.nearest)
            rows.append([f"{view.face_px:.0f} px", f"{line:.2f}", str(students), str(strangers)])
    note = (
        "Students by one other photo; strangers by the nearest of everybody else enrolled. Distance alone, no margin."
    )
    return Table("Where the accept line could be", note, ("faces", "line", "students within", "strangers within"), rows)


def gallery_table(faces: RealFaces, view: View, sizes: Sequence[int]) -> Table:
    """Strangers against galleries drawn from everybody else."""
    dice = np.random.default_rng(1)
    counts: dict[int, list[Mark]] = {size: [] for size in sizes}
    for photo in faces.usable(view):
        seen = faces.seen(photo, view)
        others = [person for person in faces.enrolled.people if person != photo.person]
        for size in (size for size in sizes if seen and size <= len(others)):
            for _ in range(_DRAWS):
                drawn = [others[i] for i in dice.choice(len(others), size, replace=False)]
                counts[size].append(worst(marks(seen, faces.enrolled.gallery(drawn)).values()))
    rows = [
        [str(size), *(str(Rate.of(mark is one for mark in found)) for one in (Mark.PRESENT, Mark.UNSURE))]
        for size, found in counts.items()
    ]
    note = (
        f"Faces of {view.face_px:.0f} px; {_DRAWS} galleries drawn for each stranger, so trials repeat and the "
        "intervals are too narrow."
    )
    return Table("Gallery size, measured", note, ("people", "stranger: present", "unsure"), rows)


def crowd_table(faces: RealFaces, view: View, sizes: Sequence[int]) -> Table:
    """What the tail of the distances says of galleries larger than any here: an extrapolation."""
    different = faces.outcomes(view).different
    tail = Tail.of(different)
    rows = []
    for people in sizes:
        line = SearchOptions().accept_among(people)
        observed = Rate.of(distance <= line for distance in different)
        chances = (tail.share_within(line), observed.interval[1])
        fixed = tail.share_within(SearchOptions().accept_distance)
        shown = (*(nearest_of_many(share, people) for share in chances), nearest_of_many(fixed, people))
        rows.append([str(people), f"{line:.3f}", f"{observed.hits} of {observed.trials}", *(f"{c:.2%}" for c in shown)])
    note = (
        f"Faces of {view.face_px:.0f} px, {len(different)} pairs of different people; the nearest twentieth falls by "
        f"half every {tail.scale * np.log(2):.3f} below {tail.start:.3f}. By distance alone; margin and agreeing "
        "frames come on top."
    )
    by_tail = ("a stranger within, by the tail", "by the upper bound of the count", "by the tail, were the line fixed")
    head = ("people", "accept line", "pairs within", *by_tail)
    return Table("Gallery size, extrapolated", note, head, rows)
